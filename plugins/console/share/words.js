// Numbers and times in words, and what stages are called.

export const STAGES = ["discovered", "offered", "leased", "loader", "script", "kernel", "answer", "installer", "local", "refused"];
const ENDS = new Set(["local", "refused", "installed", "failed", "unconfirmed", "stalled"]);

export const isStage = (what) => STAGES.includes(what);
export const isEnd = (what) => ENDS.has(what);

export function seconds(ms) {
    const value = ms / 1000;
    if (value < 10) return `${value.toFixed(1)} s`;
    if (value < 100) return `${Math.round(value)} s`;
    if (value < 3600) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
    return `${Math.floor(value / 3600)} h ${Math.round(value % 3600 / 60)} min`;
}

export function age(ms, now = Date.now()) {
    if (!ms) return "";
    const value = Math.max(0, now - ms) / 1000;
    if (value < 60) return `${Math.floor(value)} s ago`;
    if (value < 3600) return `${Math.floor(value / 60)} min ago`;
    if (value < 86400) return `${Math.floor(value / 3600)} h ago`;
    return `${Math.floor(value / 86400)} d ago`;
}

export function bytes(n) {
    for (const [unit, size] of [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]])
        if (n >= size) return `${(n / size).toFixed(1)} ${unit}`;
    return `${n} B`;
}

export const clock = (ms) => new Date(ms).toLocaleTimeString([], {hour12: false});
export const date = (ms) => ms ? `${new Date(ms).toLocaleDateString()} ${clock(ms)}` : "";
export const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What a step says, and apart from it the lines that a machine sent, as the journal escapes them. */
export function splitText(text) {
    const at = text.indexOf('body="');
    if (at < 0) return {text, lines: []};
    return {text: text.slice(0, at), lines: text.slice(at + 6).replace(/"$/, "").split("\\x0a").filter((line, i, all) => line || i < all.length - 1)};
}

/** What a person calls the machine. */
export const called = (m) => m.name || m.mac || m.ip;

/** A cure with HOST in it, for this machine. */
export const cureOf = (m) => (m.cure ?? "").replaceAll("HOST", called(m));

/** good, warn, bad or plain: how its state looks. */
export function mood(m) {
    if (m.fault || ["failed", "stalled"].includes(m.install)) return "bad";
    if (["not ready", "unconfirmed"].includes(m.install)) return "warn";
    if (["armed", "installing"].includes(m.install)) return "busy";
    return m.install === "installed" ? "good" : "plain";
}
