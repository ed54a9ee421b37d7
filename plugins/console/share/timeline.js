// A boot as a picture: each stage a bar where it was in time, and what is being sent now.

import {s} from "./dom.js";
import {bytes, clock, seconds} from "./words.js";

const LEFT = 92, ROW = 24, RIGHT = 66;

/** Round times from 0 to the end, at most `most` of them. */
function ticks(span, most) {
    const step = [100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000, 120000, 300000, 600000, 1800000, 3600000, 7200000]
        .find((size) => span / size <= most) ?? span;
    const list = [];
    for (let at = 0; at <= span; at += step) list.push(at);
    return list;
}

/** `stages`: data.js stagesOf(); `sent`: rows of transfers; `WIDTH` in pixels. */
export function timeline(stages, sent, WIDTH, now = Date.now()) {
    const first = stages[0].at;
    const last = Math.max(...stages.map(({at, ms}) => at + ms), ...sent.map(() => now), first + 1000);
    const span = last - first;
    const x = (at) => LEFT + (at - first) / span * (WIDTH - LEFT - RIGHT);
    const height = (stages.length + sent.length + 1) * ROW + 10;
    const rows = stages.map(({what, at, ms, open}, i) => {
        const y = (i + 1) * ROW;
        return s("g", {}, s("text", {x: LEFT - 8, y: y + 15, class: "end"}, what),
            s("rect", {x: x(at), y: y + 4, width: Math.max(3, x(at + ms) - x(at)), height: ROW - 9, rx: 3, class: `stage-${what}${open ? " open" : ""}`},
                s("title", {}, `${what} at ${clock(at)}, ${seconds(ms)}`)),
            s("text", {x: Math.min(x(at + ms) + 6, WIDTH - RIGHT + 6), y: y + 15, class: "soft"}, ms || open ? seconds(ms) : ""));
    });
    const files = sent.map((t, i) => {
        const y = (stages.length + i + 1) * ROW;
        const began = Math.max(first, t.since_ms);
        const done = t.size ? Math.min(1, t.sent / t.size) : 0;
        const speed = t.sent / Math.max(1, (now - t.since_ms) / 1000);
        const words = `${bytes(t.sent)} of ${bytes(t.size)}, ${bytes(Math.round(speed))}/s by ${t.via}`;
        return s("g", {}, s("text", {x: LEFT - 8, y: y + 15, class: "end"}, (t.path.split("/").pop() || t.path).slice(0, 14)),
            s("rect", {x: x(began), y: y + 4, width: Math.max(4, x(last) - x(began)), height: ROW - 9, rx: 3, class: "track"}, s("title", {}, `${t.path}: ${words}`)),
            s("rect", {x: x(began), y: y + 4, width: Math.max(2, (x(last) - x(began)) * done), height: ROW - 9, rx: 3, class: "sent"}),
            s("text", {x: x(began) + 6, y: y + 15, class: "on"}, words));
    });
    const spoken = `${stages.map(({what, ms}) => `${what} ${seconds(ms)}`).join(", ")}`;
    return s("svg", {class: "timeline", width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `Stages: ${spoken}`},
        ticks(span, WIDTH / 90).map((at) => s("g", {}, s("line", {x1: x(first + at), x2: x(first + at), y1: 18, y2: height - 8, class: "tick"}),
            s("text", {x: x(first + at), y: 12, class: "middle soft"}, `+${seconds(at)}`))),
        rows, files);
}
