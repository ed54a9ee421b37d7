// What the page knows: machines, their last steps, transfers. Read once, then kept up to date by the stream of events.

export const machines = new Map(); // MAC -> row
export const steps = new Map(); // MAC -> rows of the journal, in order
export let transfers = [];
export let connected = false;
export let loaded = false;

import {isEnd, isStage} from "./words.js";

const STEPS_KEPT = 200;
const HELD_MS = 3000;
const listeners = new Set();
let asked = false;
let held = 0; // since when a button of the mouse, or a finger, is down

/** Calls `listener` once in the next frame after something changed; returns how to end that. */
export function watch(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

/** Something is new, perhaps only the time. What is pressed stays where it is until it is let go: else a click would miss. */
export function changed() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(tell);
}

function tell() {
    if (held && performance.now() - held < HELD_MS) {
        requestAnimationFrame(tell);
        return;
    }
    asked = false;
    for (const listener of [...listeners]) listener();
}

document.addEventListener("pointerdown", () => { held = performance.now(); }, true);
for (const end of ["pointerup", "pointercancel"])
    document.addEventListener(end, () => { held = 0; }, true);

/** Rows of the API; an error has the server's sentence. */
export async function get(path) {
    return (await ask(path)).rows;
}

async function ask(path, init) {
    const answer = await fetch(`/api/v1/${path}`, init);
    if (answer.status === 401) location.assign("/"); // the token is not in force any more: log in again
    const text = await answer.text();
    let rows;
    try {
        rows = JSON.parse(text);
    } catch {
        throw new Error(text.trim().slice(0, 200) || `the server answered ${answer.status}`);
    }
    if (!answer.ok) throw Object.assign(new Error(rows.error), {reason: rows.reason});
    return {rows, next: /<\/api\/v1\/([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1]};
}

export async function post(path, body) {
    return (await ask(path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).rows;
}

function noteStep(step) {
    const list = steps.get(step.mac) ?? [];
    if (list.length && step.seq <= list.at(-1).seq) return;
    list.push(step);
    if (list.length > STEPS_KEPT) list.shift();
    steps.set(step.mac, list);
}

let loading = null;

/** Everything again, in parts, so that neither the server nor the page stops for it. */
async function load() {
    const journal = get("journal?tail=5000");
    const fresh = new Map();
    for (let next = "machines?from=0&count=1000"; next;) {
        const part = await ask(next);
        for (const row of part.rows) fresh.set(row.mac, row);
        next = part.next;
        if (!loaded) {
            for (const row of part.rows) machines.set(row.mac, row);
            changed();
        }
    }
    const rows = await journal;
    machines.clear();
    for (const [mac, row] of fresh) machines.set(mac, row);
    steps.clear();
    rows.forEach(noteStep);
    transfers = await get("transfers");
    loaded = true;
    changed();
}

/** One at a time; another that is wanted meanwhile follows. */
function reload() {
    if (loading) {
        loading.again = true;
        return;
    }
    loading = {again: false};
    load().catch((error) => console.warn(error)).finally(() => {
        const {again} = loading;
        loading = null;
        if (again) reload();
    });
}

/** After something that all viewers hear at once: not all at once. */
function reloadSoon() {
    setTimeout(reload, loaded ? Math.random() * 3000 : 0);
}

function setConnected(is) {
    connected = is;
    changed();
}

/** Connects, and connects again when the server was away. */
export function follow() {
    const stream = new EventSource("/api/v1/events");
    stream.addEventListener("hello", () => {
        setConnected(true);
        reloadSoon();
    });
    stream.addEventListener("lost", reloadSoon); // also after a load of the host file, whose changes have no step
    stream.addEventListener("step", (event) => {
        noteStep(JSON.parse(event.data));
        changed();
    });
    stream.addEventListener("machine", (event) => {
        const row = JSON.parse(event.data);
        machines.set(row.mac, row);
        changed();
    });
    stream.addEventListener("transfers", (event) => {
        transfers = JSON.parse(event.data);
        changed();
    });
    stream.onerror = () => {
        setConnected(false);
        if (stream.readyState !== EventSource.CLOSED) return; // it tries again by itself
        setTimeout(() => get("status").catch(() => null).finally(follow), 3000); // 401: the log-in page
    };
}

/** The steps of a machine's last boot: the rule of `pxed why`. */
export function lastBoot(mac) {
    const list = steps.get(mac) ?? [];
    let from = 0;
    list.forEach((step, i) => {
        if (i === 0 || step.what === "discovered" || (step.what === "script" && list[i - 1].what === "local")) from = i;
    });
    return list.slice(from);
}

/** Its stages with their times: [{what, at, ms, open}]; `open`: it goes on. */
export function stagesOf(boot, now = Date.now()) {
    const marks = boot.filter((step) => isStage(step.what) || isEnd(step.what) || step.what === "installing");
    return marks.map((step, i) => {
        const next = marks[i + 1];
        const open = !next && !isEnd(step.what);
        return {what: step.what, at: step.at_ms, ms: (next ? next.at_ms : open ? now : step.at_ms) - step.at_ms, open};
    });
}

/** Does this boot go on? One that was silent for half an hour does not. */
export function isBooting(mac, now = Date.now()) {
    const boot = lastBoot(mac);
    const stages = stagesOf(boot, now);
    return stages.length > 0 && stages.at(-1).open && now - boot.at(-1).at_ms < 1800000;
}

let usualAt = 0;
const usual = new Map();

/** How long each stage usually takes with this system: the median of boots that ended. Made anew each ten seconds. */
export function usualOf(os) {
    if (Date.now() - usualAt > 10000) {
        usualAt = Date.now();
        usual.clear();
        const all = new Map();
        for (const mac of steps.keys()) {
            const stages = stagesOf(lastBoot(mac));
            if (!stages.length || stages.at(-1).open) continue;
            const key = machines.get(mac)?.os ?? "";
            if (!all.has(key)) all.set(key, new Map());
            for (const stage of stages) {
                const times = all.get(key).get(stage.what) ?? [];
                times.push(stage.ms);
                all.get(key).set(stage.what, times);
            }
        }
        for (const [key, stages] of all) // one boot alone is no custom
            usual.set(key, new Map([...stages].filter(([, times]) => times.length > 1)
                .map(([what, times]) => [what, times.sort((a, b) => a - b)[times.length >> 1]])));
    }
    return usual.get(os) ?? new Map();
}
