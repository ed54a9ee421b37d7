// All machines, one row each. Only the rows that are seen exist as elements, so ten thousand scroll as ten do.

import {bootBar} from "./bar.js";
import {connected, isBooting, loaded, machines, watch} from "./data.js";
import {copyable, h, put} from "./dom.js";
import {armDialog, disarmDialog, may} from "./orders.js";
import {age, called, mood, plural} from "./words.js";

const FILTERS = {
    all: ["All", () => true],
    booting: ["Booting", (m) => isBooting(m.mac)],
    armed: ["Armed", (m) => ["armed", "not ready"].includes(m.install)],
    installing: ["Installing", (m) => m.install === "installing"],
    failed: ["Faults", (m) => mood(m) === "bad" || m.install === "unconfirmed"],
    unknown: ["Unknown", (m) => !m.declared],
};
const COLUMNS = [
    ["name", "Name", (m) => m.name || (m.declared ? "-" : "(unknown)")],
    ["mac", "MAC", (m) => m.mac],
    ["os", "OS", (m) => m.os],
    ["state", "State", (m) => m.install || "-"],
    ["boot", "Boot", (m) => m.stage],
    ["why", "Last reason", (m) => m.sentence],
];
const kept = {filter: "all", search: "", sort: null, down: false, top: 0, active: 0};
const selected = new Set();

function cell(key, m) {
    if (key === "state")
        return [h("span", {class: `mood ${mood(m)}`}, m.install || "-"), m.install_at_ms ? h("small", {}, age(m.install_at_ms)) : null];
    if (key === "boot")
        return [bootBar(m), h("small", {}, m.stage ? `${m.stage} ${age(m.stage_at_ms)}` : "")];
    if (key === "why" && !m.declared) return copyable(`${m.mac}, OS-ID`, -1);
    const column = COLUMNS.find(([name]) => name === key);
    return column[2](m);
}

function choose() {
    const words = kept.search.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = FILTERS[kept.filter][1];
    const rows = [...machines.values()].filter((m) => {
        if (!fits(m)) return false;
        const text = `${m.name} ${m.mac} ${m.os} ${m.ip} ${m.install} ${m.stage} ${m.reason} ${m.serial} ${m.product}`.toLowerCase();
        return words.every((word) => text.includes(word));
    });
    const column = COLUMNS.find(([key]) => key === kept.sort);
    if (column) {
        const value = column[2];
        const order = new Intl.Collator(undefined, {numeric: true}).compare;
        rows.sort((a, b) => order(value(a) ?? "", value(b) ?? "") * (kept.down ? -1 : 1));
    }
    return rows;
}

export function showMachines(main) {
    let rows = [];
    const count = h("p", {class: "count", role: "status"});
    const search = h("input", {type: "search", id: "search", value: kept.search, placeholder: "name, MAC, OS, state", oninput: () => {
        kept.search = search.value;
        scroller.scrollTop = 0;
        render();
    }});
    const chips = h("div", {class: "chips", role: "group", "aria-label": "Filter"}, Object.entries(FILTERS).map(([key, [word]]) =>
        h("button", {"aria-pressed": String(key === kept.filter), "data-filter": key, onclick: () => {
            kept.filter = key;
            for (const chip of chips.children) chip.setAttribute("aria-pressed", String(chip.dataset.filter === key));
            scroller.scrollTop = 0;
            render();
        }}, word)));
    const orders = h("div", {class: "orders", role: "group", "aria-label": "Orders for the selected machines"});
    const head = h("div", {class: "row head", role: "row", "aria-rowindex": "1"});
    const body = h("div", {class: "rows", role: "presentation"});
    const scroller = h("div", {class: "grid", role: "grid", tabindex: "0", "aria-label": "Machines", "aria-multiselectable": "true",
        onscroll: () => window.requestAnimationFrame(draw), onkeydown: onKey}, head, body);

    const selectable = may("arm") || may("operate");
    scroller.classList.toggle("choosing", selectable);

    let headIs = null; // a head that stays keeps the focus

    function drawHead() {
        const every = rows.length > 0 && rows.every((m) => selected.has(m.mac));
        const key = `${kept.sort} ${kept.down} ${every}`;
        if (key === headIs) return;
        const focused = head.contains(document.activeElement) ? [...head.querySelectorAll("button, input")].indexOf(document.activeElement) : -1;
        headIs = key;
        const all = h("input", {type: "checkbox", "aria-label": "Select all shown", checked: every,
            onchange: () => {
                for (const m of rows) all.checked ? selected.add(m.mac) : selected.delete(m.mac);
                render();
            }});
        put(head, selectable ? h("span", {role: "columnheader", class: "c-pick"}, all) : null, COLUMNS.map(([key, word]) =>
            h("span", {role: "columnheader", class: `c-${key}`, "aria-sort": kept.sort === key ? (kept.down ? "descending" : "ascending") : "none"},
                h("button", {class: "plain", onclick: () => {
                    if (kept.sort !== key) [kept.sort, kept.down] = [key, false];
                    else if (!kept.down) kept.down = true;
                    else [kept.sort, kept.down] = [null, false];
                    render();
                }}, word))));
        if (focused >= 0) head.querySelectorAll("button, input")[focused]?.focus();
    }

    let ordersFor = -1;

    function drawOrders() {
        const chosen = [...selected].filter((mac) => machines.has(mac));
        if (chosen.length === ordersFor) return;
        ordersFor = chosen.length;
        put(orders, chosen.length ? [
            h("span", {}, `${plural(chosen.length, "machine")} selected`),
            may("arm") ? h("button", {class: "danger", onclick: () => armDialog([...selected])}, "Arm…") : null,
            may("operate") ? h("button", {onclick: () => disarmDialog([...selected])}, "Disarm…") : null,
            h("button", {onclick: () => { selected.clear(); render(); }}, "Select none"),
        ] : null);
    }

    const rowHeight = () => parseFloat(getComputedStyle(scroller).getPropertyValue("--row")) || 40;

    function line(m, i, height) {
        const element = h("div", {class: `row${i === kept.active ? " active" : ""}`, role: "row", id: `row-${i}`, "aria-rowindex": i + 2,
            "aria-selected": String(selected.has(m.mac)), onclick: (event) => {
                if (event.target.matches("input, a, button")) return;
                kept.active = i;
                location.hash = `#/machine/${m.mac}`;
            }},
        selectable ? h("span", {role: "gridcell", class: "c-pick"}, h("input", {type: "checkbox", tabindex: "-1", checked: selected.has(m.mac),
            "aria-label": `Select ${called(m)}`, onchange: () => toggle(m)})) : null,
        COLUMNS.map(([key]) => h("span", {role: "gridcell", class: `c-${key}`},
            key === "name" ? h("a", {href: `#/machine/${m.mac}`, tabindex: "-1"}, cell(key, m)) : cell(key, m))));
        element.style.top = `${i * height}px`;
        return element;
    }

    function toggle(m) {
        selected.has(m.mac) ? selected.delete(m.mac) : selected.add(m.mac);
        render();
    }

    function draw() {
        if (!scroller.isConnected) return;
        const height = rowHeight();
        const first = Math.max(0, Math.floor(scroller.scrollTop / height) - 5);
        const last = Math.min(rows.length, first + Math.ceil(scroller.clientHeight / height) + 12);
        kept.top = scroller.scrollTop;
        body.style.height = `${rows.length * height}px`;
        put(body, rows.slice(first, last).map((m, i) => line(m, first + i, height)));
        scroller.setAttribute("aria-rowcount", rows.length + 1);
        const active = document.getElementById(`row-${kept.active}`);
        active ? scroller.setAttribute("aria-activedescendant", active.id) : scroller.removeAttribute("aria-activedescendant");
    }

    function render() {
        rows = choose();
        kept.active = Math.min(kept.active, Math.max(0, rows.length - 1));
        count.textContent = !loaded && !machines.size ? "reading…" :
            `${plural(rows.length, "machine")}${rows.length === machines.size ? "" : ` of ${machines.size}`}${connected ? "" : ", as last heard"}`;
        drawHead();
        drawOrders();
        draw();
    }

    function onKey(event) {
        if (event.target !== scroller) return;
        const page = Math.max(1, Math.floor(scroller.clientHeight / rowHeight()) - 2);
        const moves = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
        if (event.key in moves) {
            kept.active = Math.min(rows.length - 1, Math.max(0, kept.active + moves[event.key]));
            const top = kept.active * rowHeight();
            const room = scroller.clientHeight - head.offsetHeight - rowHeight();
            if (top < scroller.scrollTop) scroller.scrollTop = top;
            else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
            draw();
        } else if (event.key === "Enter" && rows[kept.active]) {
            location.hash = `#/machine/${rows[kept.active].mac}`;
        } else if (event.key === " " && selectable && rows[kept.active]) {
            toggle(rows[kept.active]);
        } else {
            return;
        }
        event.preventDefault();
    }

    put(main, h("h1", {tabindex: "-1"}, "Machines"),
        h("div", {class: "tools"}, h("label", {for: "search"}, "Search"), search, chips, count), orders, scroller);
    render();
    scroller.scrollTop = kept.top;
    const resized = new ResizeObserver(draw);
    resized.observe(scroller);
    const unwatch = watch(render);
    return () => {
        unwatch();
        resized.disconnect();
    };
}
