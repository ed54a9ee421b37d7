// The page: a view for each #/NAME. Without this script the server's table of machines stays.

import {showBoots} from "./boots.js";
import {connected, follow, loaded, watch} from "./data.js";
import {h, put} from "./dom.js";
import {showMachine} from "./machine.js";
import {showMachines} from "./machines.js";
import {showHealth, showImages, showNets} from "./server.js";

const VIEWS = {
    machines: ["Machines", showMachines],
    boots: ["Boots now", showBoots],
    images: ["Images", showImages],
    nets: ["Nets and leases", showNets],
    health: ["Health", showHealth],
};

const main = document.getElementById("main");
const header = document.querySelector("header");
const state = h("span", {class: "state", role: "status"});
const nav = h("nav", {"aria-label": "Views"}, Object.entries(VIEWS).map(([name, [word]]) => h("a", {href: `#/${name}`}, word)));
let leave = null, first = true;

function route() {
    const [, name, ...rest] = location.hash.split("/");
    const view = VIEWS[name] ? name : "machines";
    leave?.();
    document.title = `${VIEWS[view][0]} · pxed`;
    for (const link of nav.children)
        link.getAttribute("href") === `#/${name === "machine" ? "machines" : view}` ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    leave = name === "machine" ? showMachine(main, decodeURIComponent(rest.join("/"))) : VIEWS[view][1](main);
    if (!first) main.querySelector("h1")?.focus();
    first = false;
}

main.className = "";
document.body.prepend(h("a", {class: "skip", href: "#main", onclick: (event) => {
    event.preventDefault();
    main.querySelector("h1")?.focus();
}}, "Skip to the content"));
header.querySelector("strong").after(nav, state);
document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea") || document.querySelector("dialog")) return;
    const search = document.getElementById("search");
    if (!search) return;
    event.preventDefault();
    search.focus();
});
watch(() => {
    put(state, connected ? `live · ${document.body.dataset.token}` : loaded ? "no connection: tries again" : "connecting…");
    state.classList.toggle("wrong", !connected && loaded);
});
window.addEventListener("hashchange", route);
route();
follow();
