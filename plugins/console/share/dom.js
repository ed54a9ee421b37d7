// Elements without HTML text: what machines say is never parsed.

/** h("td", {class: "x", onclick: f, "aria-label": "y"}, "text", element, null) */
export function h(tag, props, ...children) {
    return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(element, props, children) {
    for (const [key, value] of Object.entries(props ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (typeof value === "boolean" && key in element) element[key] = value; // checked, disabled
        else element.setAttribute(key, value === true ? "" : String(value));
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/** Replaces what an element holds. */
export function put(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** A table with a caption; `rows` are arrays of texts or elements, the first cell names its row. */
export function table(caption, heads, rows, empty) {
    return h("div", {class: "scroll", role: "region", "aria-label": caption, tabindex: "0"},
        h("table", {},
            h("caption", {}, caption),
            h("thead", {}, h("tr", {}, heads.map((head) => h("th", {scope: "col"}, head)))),
            h("tbody", {}, rows.length
                ? rows.map(([first, ...rest]) =>
                    h("tr", {}, h("th", {scope: "row"}, first), rest.map((cell) => h("td", {}, cell))))
                : h("tr", {}, h("td", {colspan: heads.length, class: "hint"}, empty ?? "nothing")))));
}

/** A text with a button that copies it; in a grid the button is for the mouse. */
export function copyable(text, tabindex = 0) {
    const code = h("code", {}, text);
    const button = h("button", {class: "small", tabindex, "aria-label": `Copy: ${text}`, onclick: async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = "Copied";
        } catch {
            getSelection().selectAllChildren(code);
            button.textContent = "Selected";
        }
    }}, "Copy");
    return h("span", {class: "copyable"}, code, button);
}
