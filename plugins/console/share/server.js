// The server itself: images, nets and leases, health.

import {get, steps} from "./data.js";
import {h, put, s, table} from "./dom.js";
import {date, plural} from "./words.js";

/** Reads now and again every ten seconds; returns how to end that. */
function every(main, title, draw) {
    const content = h("div", {}, h("p", {role: "status"}, "reading…"));
    put(main, h("h1", {tabindex: "-1"}, title), content);
    const read = () => draw(content).catch((error) => put(content, h("p", {class: "wrong", role: "alert"}, error.message)));
    read();
    const timer = setInterval(read, 10000);
    return () => clearInterval(timer);
}

export const showImages = (main) => every(main, "Images", async (content) => {
    const rows = await get("images");
    put(content, table("Systems that the host file or a section names", ["OS id", "Hosts", "Image", "What it lacks", "Known as"], rows.map((image) => [
        image.os, String(image.hosts),
        h("span", {class: `mood ${image.fault ? "bad" : "good"}`}, image.reason === "OK" ? (image.live ? "there, writes no disk" : "there") : image.reason),
        image.text ? `looked for ${image.text}` : image.fault ? `${image.sentence}: ${image.cure}` : "",
        image.profile ? `${image.profile} (${image.plugin})` : "-",
    ]), "No system is named yet."));
});

function fill(pool) {
    if (!pool.size) return "no range";
    return h("span", {class: "fill"}, h("meter", {min: 0, max: pool.size, high: pool.size * 0.75, value: pool.live, "aria-label": `${pool.live} of ${pool.size} in use`}),
        ` ${pool.live} of ${pool.size}`);
}

export const showNets = (main) => every(main, "Nets and leases", async (content) => {
    const nets = await get("nets");
    const leases = await get("leases").catch(() => []);
    put(content, table("Nets", ["Net", "Mode", "On", "In use", "Of declared hosts"], nets.map((net) =>
        [net.net, net.mode, net.behind, fill(net), String(net.declared)]), "The dhcp plugin is not loaded."),
    table(`Leases (${leases.length})`, ["Address", "MAC", "Host", "Calls itself", "State", "Until"], leases.slice(0, 1000).map((lease) =>
        [lease.ip, lease.mac, lease.name || "-", lease.hostname || "-", lease.state, lease.never ? "never ends" : date(lease.expires_ms)]), "No address is leased."),
    leases.length > 1000 ? h("p", {class: "hint"}, `and ${leases.length - 1000} more: pxed leases`) : null);
});

/** Refusals of machines in the last 24 hours, one bar an hour. */
function hours() {
    const counts = new Array(24).fill(0), now = Date.now();
    for (const list of steps.values())
        for (const step of list) {
            const hour = Math.floor((now - step.at_ms) / 3600000);
            if (step.fault && hour >= 0 && hour < 24) counts[23 - hour]++;
        }
    const most = Math.max(1, ...counts), total = counts.reduce((a, b) => a + b, 0);
    return h("figure", {}, h("figcaption", {}, `Faults of machines in the last 24 hours: ${total}`),
        s("svg", {class: "hours", viewBox: "0 0 480 80", preserveAspectRatio: "xMinYMid", role: "img", "aria-label": `${plural(total, "fault")} in 24 hours, at most ${Math.max(...counts)} in one`},
            counts.map((n, i) => s("rect", {x: i * 20 + 1, y: 78 - 74 * n / most, width: 18, height: Math.max(2, 74 * n / most), class: n ? "some" : "none"},
                s("title", {}, `${23 - i} to ${24 - i} hours ago: ${n}`)))));
}

let before = new Map();

export const showHealth = (main) => every(main, "Health", async (content) => {
    const rows = await get("health");
    const conditions = rows.filter((row) => row.name === row.name.toLowerCase()), refusals = rows.filter((row) => row.name !== row.name.toLowerCase());
    put(content, table("Conditions", ["What", "State", "Details"], conditions.map((row) =>
        [row.name, h("span", {class: `mood ${row.good ? "good" : "bad"}`}, row.good ? "good" : "bad"), `${row.text}${row.cure ? `; ${row.cure}` : ""}`])),
    hours(),
    table("Refusals since the server was started", ["Reason", "Count", "New", "In words", "Cure"],
        refusals.sort((a, b) => b.count - a.count).map((row) => {
            const more = row.count - (before.get(row.name) ?? row.count);
            return [row.name, String(row.count), more > 0 ? `+${more}` : "", row.text, row.cure];
        }), "None."));
    if (!before.size) before = new Map(rows.map((row) => [row.name, row.count])); // as it was when the page was opened
});
