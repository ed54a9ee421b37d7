// All machines that boot now, as lanes beside each other: a rack that is being powered on.

import {bootBar} from "./bar.js";
import {changed, isBooting, lastBoot, machines, stagesOf, transfers, watch} from "./data.js";
import {h, put} from "./dom.js";
import {bytes, called, plural, seconds} from "./words.js";

const LANES = 300; // more are counted, not drawn

function lane(m) {
    const stages = stagesOf(lastBoot(m.mac));
    const now = stages.at(-1);
    const sent = transfers.filter((t) => t.mac === m.mac);
    return h("li", {class: "lane"}, h("a", {href: `#/machine/${m.mac}`}, called(m)), bootBar(m),
        h("span", {}, `${now.what} ${seconds(now.ms)}`),
        h("small", {}, sent.map((t) => `${t.path.split("/").pop()} ${t.size ? `${Math.floor(t.sent / t.size * 100)} %` : bytes(t.sent)}`).join(", ")));
}

export function showBoots(main) {
    const count = h("p", {role: "status", class: "count"}), list = h("ul", {class: "lanes"});
    put(main, h("h1", {tabindex: "-1"}, "Boots now"), count, list);

    function render() {
        const booting = [...machines.values()].filter((m) => isBooting(m.mac));
        count.textContent = booting.length ? `${plural(booting.length, "machine")} boot${booting.length === 1 ? "s" : ""}` : "No machine boots.";
        const focused = document.activeElement?.closest?.(".lanes") ? document.activeElement.getAttribute("href") : null;
        put(list, booting.slice(0, LANES).map(lane), booting.length > LANES ? h("li", {}, `and ${booting.length - LANES} more`) : null);
        if (focused) list.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    }
    render();
    const unwatch = watch(render);
    const timer = setInterval(changed, 1000);
    return () => {
        unwatch();
        clearInterval(timer);
    };
}
