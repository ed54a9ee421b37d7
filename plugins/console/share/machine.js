// One machine: why it is as it is, its boot as a picture, what it would get, what happened to it.

import {changed, get, lastBoot, machines, stagesOf, steps, transfers, usualOf, watch} from "./data.js";
import {copyable, h, put, table} from "./dom.js";
import {armDialog, disarmDialog, may} from "./orders.js";
import {timeline} from "./timeline.js";
import {age, called, clock, cureOf, date, isEnd, mood, plural, seconds, splitText} from "./words.js";

const ORDERS = new Set(["armed", "disarmed", "adopted", "installing", "installed", "failed", "stalled", "unconfirmed", "expired"]);

/** In the words of `pxed why`. */
function loaderOf(m) {
    const words = [m.loader];
    if (m.loader_good) words.push(", it boots with that");
    if (m.loader_was) words.push(`; before with ${m.loader_was}`);
    if (m.loader_silent) words.push(`; taken in ${plural(m.loader_silent, "boot")} in a row without a word after it`);
    return words.join("");
}

/** Does it get to its disk when a loader sends it there? In the words of `pxed why`. */
function exitOf(m) {
    if (m.disk_back) return `it came back at once, ${plural(m.disk_back, "time")} in a row`;
    return m.disk_good ? "it came up" : "";
}

function facts(m) {
    const rows = [
        ["MAC", m.mac], ["OS", m.os || "not in the host file"], ["Address", m.ip || "-"], ["Firmware", m.firmware || "-"],
        m.product || m.serial ? ["Hardware", [m.product, m.serial && `serial ${m.serial}`].filter(Boolean).join(", ")] : null,
        m.memory ? ["Memory", `${Math.round(m.memory / 1048576)} MiB`] : null,
        m.loader ? ["Loader", loaderOf(m)] : null,
        exitOf(m) ? ["Sent to its disk", exitOf(m)] : null,
        ["State", [h("span", {class: `mood ${mood(m)}`}, m.install || "never armed"), m.install_at_ms ? ` ${age(m.install_at_ms)}` : ""]],
        m.arm_os && m.arm_os !== m.os ? ["Armed for", `${m.arm_os}: the line says ${m.os || "nothing"}`] : null,
        m.right && m.install === "armed" ? ["Right", m.right === "any" ? "may erase the disk" : "a blank disk only"] : null,
        m.armed_by ? ["Armed by", `${m.armed_by}${m.armed_at_ms ? `, ${date(m.armed_at_ms)}` : ""}`] : null,
        m.step ? ["Installer's step", m.step] : null,
        m.disk ? ["Disk", m.disk] : null,
        m.disk_cleared ? ["Disk", "the installer has written it"] : null,
        m.protect ? ["Protected", "nothing arms this host"] : null,
        m.file ? ["Line", `${m.file}:${m.line}`] : null,
    ].filter(Boolean);
    return h("dl", {class: "facts"}, rows.map(([key, value]) => [h("dt", {}, key), h("dd", {}, value)]));
}

/** What `pxed why` prints as cause, if it says more than the reason above it. */
function causeOf(m, found) {
    if (!found.cause || found.cause_sentence === m.sentence) return null;
    return h("div", {class: "cause"}, h("p", {}, "Cause: ", h("strong", {}, found.cause), `: ${found.cause_sentence}`),
        found.evidence ? h("p", {}, "Seen: ", found.evidence) : null,
        found.cause_cure ? h("p", {}, "Cure: ", found.cause_cure.replaceAll("HOST", called(m))) : null);
}

function why(m, found) {
    const cause = causeOf(m, found);
    if (!m.declared)
        return h("section", {class: "why", "aria-label": "Why"}, h("p", {}, "No line of the host file has this MAC. A line that declares it:"),
            copyable(`${m.mac}, ${m.os || "OS-ID"}`));
    if (!m.sentence && !m.not_ready && cause) return h("section", {class: "why bad", "aria-label": "Why"}, cause);
    if (!m.sentence && !m.not_ready) return h("section", {class: "why", "aria-label": "Why"}, h("p", {}, "Nothing is wrong with it."));
    const cure = cureOf(m);
    const command = /pxed [a-z-]+ [^;,(]+/.exec(cure)?.[0].trim();
    return h("section", {class: `why ${m.fault ? "bad" : ""}`, "aria-label": "Why"},
        h("p", {}, h("strong", {}, m.reason), `: ${m.sentence}`, m.not_ready_text ? ` (${m.not_ready_text})` : ""),
        cure ? h("p", {}, "Cure: ", cure) : null, command ? copyable(command) : null, cause);
}

/** `width`: pixels that there are. */
function boot(m, width) {
    const stages = stagesOf(lastBoot(m.mac));
    if (!stages.length) return h("p", {class: "hint"}, "Nothing has been heard of this machine.");
    const times = usualOf(m.os);
    const usual = stages.reduce((sum, {what}) => sum + (times.get(what) ?? 0), 0);
    const all = stages.reduce((sum, {ms}) => sum + ms, 0);
    return [timeline(stages, transfers.filter((t) => t.mac === m.mac), Math.min(960, width)),
        h("p", {class: "hint"}, `Began ${date(stages[0].at)}; ${seconds(all)}${usual ? `, usually ${seconds(usual)}` : ""}.`)];
}

function details(step) {
    const {text, lines} = splitText(step.text);
    return [step.sentence ? h("p", {class: step.fault ? "wrong" : "hint"}, `${step.reason}: ${step.sentence}`) : null, text,
        lines.length ? h("details", {open: lines.length <= 20}, h("summary", {}, `${plural(lines.length, "line")} from the machine`),
            h("pre", {tabindex: "0"}, lines.join("\n"))) : null];
}

const stepRows = (list) => list.map((step) => [clock(step.at_ms), step.what, details(step)]);

function history(m) {
    const list = (steps.get(m.mac) ?? []).filter((step) => ORDERS.has(step.what)).reverse();
    return table("Installations and orders", ["When", "What", "Details"], list.map((step) => [date(step.at_ms), step.what, details(step)]), "none yet");
}

function explain(m) {
    const out = h("div", {});
    const button = h("button", {onclick: async () => {
        try {
            const rows = await get(`explain?host=${encodeURIComponent(m.mac)}`);
            put(out, rows.map((row) => [h("h3", {}, row.path), row.reason === "OK" ? h("pre", {tabindex: "0"}, row.text)
                : h("p", {class: "hint"}, `${row.reason}: ${row.sentence}`)]).flat());
        } catch (error) {
            put(out, h("p", {class: "wrong", role: "alert"}, error.message));
        }
    }}, "Show what it would get now");
    return h("section", {"aria-label": "What it would get"}, button, out);
}

export function showMachine(main, mac) {
    const top = h("div", {}), picture = h("section", {"aria-label": "Last boot"}), journal = h("div", {}), past = h("div", {});
    let asked = false, seq = -1, drawn = null, drawnAt = 0, found = {};

    async function readJournal() {
        const rows = await get(`journal?host=${encodeURIComponent(mac)}`).catch(() => []);
        if (rows.length) steps.set(mac, rows);
        render();
    }

    /** The server judges: some causes come by silence alone. */
    async function readCause() {
        const [row] = await get(`machine?host=${encodeURIComponent(mac)}`).catch(() => []);
        if (!row || row.cause === found.cause) return;
        found = row;
        drawn = null;
        render();
    }

    function render() {
        const m = machines.get(mac);
        if (!m) {
            put(top, h("h1", {tabindex: "-1"}, mac), h("p", {class: "hint", role: "status"}, "No machine has this address, or it is not read yet."));
            return;
        }
        if (!asked) { // all of its steps, not only those of the last five thousand of all
            asked = true;
            readJournal();
        }
        put(picture, h("h2", {}, "Last boot"), boot(m, picture.clientWidth));
        drawTop(m);
        const list = lastBoot(mac), newest = steps.get(mac)?.at(-1)?.seq ?? 0;
        if (newest === seq) return; // tables that are read keep their place
        seq = newest;
        readCause();
        put(journal, table(`Steps of the last boot (${plural(list.length, "step")})`, ["Time", "Step", "Details"], stepRows(list)));
        put(past, history(m));
    }

    /** When it is another, or its ages are old and nobody is in there. */
    function drawTop(m) {
        if (m === drawn && (Date.now() - drawnAt < 10000 || top.contains(document.activeElement))) return;
        drawn = m;
        drawnAt = Date.now();
        document.title = `${called(m)} · pxed`;
        const buttons = [
            may("arm") && m.declared ? h("button", {class: "danger", id: "arm", onclick: () => armDialog([mac])}, "Arm…") : null,
            may("operate") && m.declared ? h("button", {id: "disarm", onclick: () => disarmDialog([mac])}, "Disarm…") : null];
        const focused = top.contains(document.activeElement) ? document.activeElement.id : null;
        put(top, h("p", {}, h("a", {href: "#/machines"}, "All machines")), h("h1", {tabindex: "-1"}, called(m)),
            h("div", {class: "orders"}, buttons), why(m, found), facts(m));
        if (focused) document.getElementById(focused)?.focus();
    }

    const shown = machines.get(mac) ?? {mac};
    put(main, top, picture, journal, explain(shown), past);
    render();
    const unwatch = watch(render);
    const timer = setInterval(() => {
        const stages = stagesOf(lastBoot(mac));
        if (stages.length && !isEnd(stages.at(-1).what)) changed();
    }, 1000);
    const judging = setInterval(readCause, 10000);
    return () => {
        unwatch();
        clearInterval(timer);
        clearInterval(judging);
    };
}
