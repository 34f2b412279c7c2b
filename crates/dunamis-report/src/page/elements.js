// Elements of the page, made and found.

/** The element of an id. */
const byId = (id) => document.getElementById(id);

/** The namespace of drawings, as the page has it. */
const SVG = byId("namespace").namespaceURI;

/** Sets attributes; `on…` are listeners, `null` and `false` leave an attribute out. Texts never become markup. */
function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Makes an element. */
const html = (name, attributes, ...children) => dress(document.createElement(name), attributes, children);

/** Makes an element of a drawing. */
const svg = (name, attributes, ...children) => dress(document.createElementNS(SVG, name), attributes, children);

/** Text whose `_X` are subscripts, as HTML nodes: `POWER_H` gets a lowered H. */
function typeset(text) {
  return text.split(/(_[A-Z])/).map((part) => (/^_[A-Z]$/.test(part) ? html("sub", null, part.slice(1)) : part));
}

/** The same in a drawing. */
function svgText(attributes, text) {
  const spans = text.split(/(_[A-Z])/).filter((part) => part !== "").flatMap((part, index, all) => {
    if (/^_[A-Z]$/.test(part)) return svg("tspan", { dy: "0.25em", "font-size": "75%" }, part.slice(1));
    const after = index > 0 && /^_[A-Z]$/.test(all[index - 1]);
    return svg("tspan", after ? { dy: "-0.19em" } : null, part);
  });
  return svg("text", attributes, ...spans);
}

/** Says something to those who listen rather than look; soon, so that only the last of many changes is heard. */
const speak = (() => {
  let timer = 0;
  return (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => { byId("spoken").textContent = text; }, 120);
  };
})();

/** Puts a text on the clipboard, also where the browser keeps its clipboard from files. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = html("textarea", { readonly: true, "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** A button that copies what `text` gives, and says so. */
function copyButton(label, text) {
  const button = html("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    const done = await copy(text());
    button.textContent = done ? "Copied" : "Not copied: the browser refuses";
    speak(button.textContent);
    setTimeout(() => { button.textContent = label; }, 1600);
  });
  return button;
}
