/** Makes an element; attributes that are null are left out, strings among the children become text. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Turns text with `code` in backticks into nodes; never reads it as HTML. */
export function withCode(text) {
  return text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

/** Sets text only where it differs, so that screen readers are not told twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// What each element was given last: `innerHTML` reads back differently, and setting it again would lose a selection.
const shown = new WeakMap();

/** Puts HTML that Python made into an element and hides the container where there is none. */
export function setHtml(element, html, container = element) {
  if (shown.get(element) !== html) {
    shown.set(element, html);
    element.innerHTML = html;
  }
  container.hidden = html === "";
}

/** Brings an element into sight if it is out of it. */
export function reveal(element) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
}
