// Arm and disarm: the command line's words and questions. Nothing is ordered by one click; what erases wants a name or a
// number typed.

import {machines, post} from "./data.js";
import {h, put, table} from "./dom.js";
import {called, date, plural} from "./words.js";

const scopes = new Set((document.body.dataset.scopes ?? "").split(" "));
export const may = (scope) => scopes.has(scope);

const lastOf = (m) => m.was_install ? `${m.was_os} ${m.was_install} ${date(m.was_at_ms)}`
    : m.install ? `${m.arm_os} ${m.install} ${date(m.install_at_ms)}` : "never";

function orderTable(rows) {
    return table("What would be done", ["Host", "MAC", "OS", "Address", "Disk", "Last installation", "Now"], rows.map((m) => [
        called(m), m.mac, m.order_os || "-", m.ip || "-",
        `${m.disk || "the only one"}${m.unguarded ? ", erased unseen" : ""}`, lastOf(m), `${m.stage || "never seen"}${m.install ? `, ${m.install}` : ""}`,
    ]));
}

function refusalList(rows) {
    const refused = rows.filter((m) => m.refusal);
    return refused.length ? h("ul", {class: "refused"}, refused.map((m) =>
        h("li", {}, h("strong", {}, called(m)), `: ${m.refusal}: ${m.refusal_sentence}`,
            m.refusal_cure ? ` (${m.refusal_cure.replaceAll("HOST", called(m))})` : ""))) : null;
}

/** A modal dialog; `build` fills it and may return what to do at its end. */
function dialog(title, build) {
    const before = document.activeElement;
    const content = h("div", {});
    const close = () => box.close();
    const box = h("dialog", {"aria-labelledby": "dialog-title", onclose: () => {
        box.remove();
        before?.focus?.();
    }}, h("h2", {id: "dialog-title"}, title), content);
    document.body.append(box);
    box.showModal();
    Promise.resolve(build(content, close)).catch((error) =>
        put(content, h("p", {class: "wrong", role: "alert"}, error.message), h("button", {onclick: close}, "Close")));
}

const hosts = (macs) => macs.filter((mac) => machines.has(mac));

/** The question, and a button that works when its answer is typed. */
function typed(question, answer, verb, close, order) {
    const input = h("input", {id: "typed", autocomplete: "off", spellcheck: "false", oninput: () => {
        go.disabled = input.value.trim() !== answer;
    }});
    const go = h("button", {class: "danger", disabled: true}, verb);
    const form = h("form", {onsubmit: (event) => {
        event.preventDefault();
        if (go.disabled) return;
        go.disabled = true;
        order();
    }}, h("p", {class: "question"}, question),
    h("label", {for: "typed"}, "Type ", h("strong", {}, answer), " to go on"), input,
    h("div", {class: "buttons"}, h("button", {type: "button", onclick: close}, "Cancel"), go));
    requestAnimationFrame(() => input.focus());
    return form;
}

/** One machine: its name is typed; several: their number. */
export function armDialog(macs) {
    const list = hosts(macs);
    dialog(list.length === 1 ? `Arm ${called(machines.get(list[0]))}` : `Arm ${list.length} machines`, async (content, close) => {
        put(content, h("p", {role: "status"}, "asking the server…"));
        const ask = (more) => post("arm", {hosts: list, tries: 1, ...more});
        let rows = await ask({dry_run: true});
        const over = rows.length > 0 && rows.every((m) => m.refusal === "ARM_ANY_LIMIT");
        const n = rows.length, s = n === 1 ? "" : "s";
        const done = async (more) => {
            const result = await ask(more);
            put(content, h("p", {role: "status"}, `armed ${plural(result.length, "machine")}: installed at the next network boot`),
                h("button", {onclick: close, autofocus: true}, "Close"));
        };
        const order = (more) => done(more).catch((error) =>
            put(content, h("p", {class: "wrong", role: "alert"}, error.message), h("button", {onclick: close}, "Close")));
        const refused = rows.filter((m) => m.refusal).length;
        if (over) {
            put(content, orderTable(rows), typed(
                `More than arm-any-limit. To install ${n} machine${s} and LOSE what is on their disks, type their number.`,
                String(n), "Arm", close, () => order({typed: true})));
        } else if (refused) {
            put(content, orderTable(rows), refusalList(rows),
                h("p", {class: "wrong", role: "alert"}, `${refused} of ${n} may not be armed; nothing was`), h("button", {onclick: close}, "Close"));
        } else {
            put(content, orderTable(rows), typed(
                `Install ${n} machine${s}? What is on the disk${s} will be LOST.`,
                n === 1 ? called(rows[0]) : String(n), "Arm", close, () => order({})));
        }
    });
}

export function disarmDialog(macs) {
    const list = hosts(macs);
    dialog(list.length === 1 ? `Disarm ${called(machines.get(list[0]))}` : `Disarm ${list.length} machines`, (content, close) => {
        const go = h("button", {class: "primary", onclick: async () => {
            go.disabled = true;
            try {
                const rows = await post("disarm", {hosts: list});
                put(content, h("ul", {role: "status"}, rows.map((m) => h("li", {}, ["armed", "not ready"].includes(m.install)
                    ? `${called(m)}: disarmed; boots its disk` : `${called(m)}: was not armed (${m.install || "never armed"})`))),
                h("button", {onclick: close, autofocus: true}, "Close"));
            } catch (error) {
                put(content, h("p", {class: "wrong", role: "alert"}, error.message), h("button", {onclick: close}, "Close"));
            }
        }}, "Disarm");
        put(content, h("p", {}, `Take the right to install from ${plural(list.length, "machine")}? What is on the disks stays.`),
            h("div", {class: "buttons"}, h("button", {onclick: close}, "Cancel"), go));
        go.focus();
    });
}
