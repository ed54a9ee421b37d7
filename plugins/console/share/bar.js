// The boot bar: stages side by side, as wide as they are long, with their seconds; below it, thinner, how long they usually
// are.

import {h} from "./dom.js";
import {lastBoot, stagesOf, usualOf} from "./data.js";
import {seconds} from "./words.js";

const sum = (parts) => parts.reduce((total, {ms}) => total + ms, 0);

/** `whole`: the time that the full width stands for. */
function row(name, parts, whole, words) {
    const bar = h("span", {class: name}, parts.map(({what, ms, open}) => {
        const part = h("span", {class: `stage-${what}${open ? " open" : ""}`}, words && ms / whole > 0.2 ? seconds(ms) : "");
        part.style.flexGrow = ms;
        return part;
    }));
    bar.style.width = `${Math.max(4, 100 * sum(parts) / whole)}%`;
    return bar;
}

/** Null: nothing is known of a boot. */
export function bootBar(machine) {
    const stages = stagesOf(lastBoot(machine.mac));
    if (!stages.length) return null;
    const times = usualOf(machine.os);
    const usual = stages.map(({what}) => ({what, ms: times.get(what) ?? 0})).filter(({ms}) => ms > 0);
    const whole = Math.max(sum(stages), sum(usual), 1);
    const words = stages.map(({what, ms}) => `${what} ${seconds(ms)}`).join(", ") + (usual.length ? `; usually ${seconds(sum(usual))} in all` : "");
    return h("span", {class: "bar", role: "img", "aria-label": words, title: words}, row("now", stages, whole, true),
        usual.length ? row("usual", usual, whole, false) : null);
}
