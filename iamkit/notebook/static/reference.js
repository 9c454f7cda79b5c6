// The page of the service authorization reference: all of one service comes at once, and the page searches by itself,
// so that it goes on working when the kernel is gone.

const LEVELS = { List: "list", Read: "read", Write: "write", Tagging: "tagging", "Permissions management": "permissions" };

let count = 0;

/** Makes an element; attributes that are null are left out, strings among the children become text. */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const code = (text) => h("code", {}, text);
const plural = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Reads `*` and `?` as a policy does, in any case; the prefix may be left out. */
function pattern(text, prefix) {
  const name = text.includes(":") ? text : `${prefix}:${text}`;
  const source = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replace(/\?/g, ".");
  const whole = new RegExp(`^${source}$`, "is");
  return (action) => whole.test(`${prefix}:${action.name}`);
}

/** Finds each word in the name or the description. */
function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ name, description }) => {
    const all = `${name} ${description}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

/** One view of the reference of a service. */
class Reference {
  constructor(service, start) {
    this.service = service;
    this.id = `iamkit-reference-${count}`;
    count += 1;
    this.rows = service.actions.map((action) => ({ action, dom: this.row(action) }));
    this.build();
    this.input.value = start.search;
    for (const box of this.boxes) box.checked = start.level === "" || box.value === start.level;
    this.filter();
  }

  build() {
    const { id, service } = this;
    this.input = h("input", {
      id: `${id}-search`, type: "search", autocomplete: "off", spellcheck: "false", "aria-describedby": `${id}-help`,
    });
    this.input.addEventListener("input", () => this.filter());
    this.boxes = service.levels.map(({ level }) => h("input", { type: "checkbox", value: level }));
    const labels = service.levels.map(({ level, count }, index) => h("label", {}, this.boxes[index], `${level} `, h("span", {}, String(count))));
    for (const box of this.boxes) box.addEventListener("change", () => this.filter());
    const all = h("button", { type: "button" }, "Show all");
    all.addEventListener("click", () => {
      this.input.value = "";
      for (const box of this.boxes) box.checked = true;
      this.filter();
      this.input.focus();
    });
    this.status = h("p", { class: "iamkit-found", role: "status" });
    const help = h("p", { id: `${id}-help`, class: "iamkit-help" }, "Words are found in names and descriptions. A pattern, as ", code("Get*"), ", matches names as in a policy.");
    this.section = h(
      "section",
      { class: "iamkit-reference", "data-service": service.prefix, "aria-labelledby": `${id}-title` },
      h("p", { class: "iamkit-kicker" }, "Service authorization reference"),
      h("h3", { id: `${id}-title` }, `${service.name} (`, code(service.prefix), ")"),
      h("div", { class: "iamkit-search" }, h("label", { for: `${id}-search` }, "Search actions"), this.input, all, help),
      h("fieldset", {}, h("legend", {}, "Access level"), ...labels),
      this.status,
      h("ul", { class: "iamkit-actions" }, ...this.rows.map(({ dom }) => dom)),
      h("p", { class: "iamkit-source" }, service.source),
    );
    this.section.addEventListener("keydown", keepKeys);
  }

  filter() {
    const text = this.input.value.trim();
    const isPattern = /[*?]/.test(text);
    const matches = isPattern ? pattern(text, this.service.prefix) : search(text);
    const levels = new Set(this.boxes.filter(({ checked }) => checked).map(({ value }) => value));
    let found = 0;
    for (const { action, dom } of this.rows) {
      const shown = levels.has(action.level) && matches(action);
      dom.hidden = !shown;
      found += shown;
    }
    const what = isPattern ? ` match the pattern ${text}` : "";
    this.status.textContent = `${found} of ${plural(this.rows.length, "action")}${what}.`;
  }

  row(action) {
    const level = h("span", { class: `iamkit-level iamkit-level--${LEVELS[action.level]}` }, action.level);
    const summary = h("summary", {}, code(action.name), level, h("span", { class: "iamkit-description" }, action.description));
    const details = h("details", { "data-action": action.name }, summary);
    // Filled when it is first opened: a large service has hundreds of actions.
    details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(this.unfolded(action)));
    return h("li", {}, details);
  }

  unfolded(action) {
    const parts = [h("h4", {}, "Resource types")];
    if (action.types.length === 0) {
      parts.push(h("p", {}, "None: this action cannot be limited to a resource. A policy names it on ", code("*"), "."));
    } else {
      parts.push(table(`Resource types of ${action.name}`, ["Resource type", "ARN", "Its condition keys"], action.types.map((type) => this.typeRow(type))));
    }
    parts.push(h("h4", {}, "Condition keys of the action"));
    if (action.keys.length === 0) parts.push(h("p", {}, "None of its own; the global ones, as ", code("aws:SourceIp"), ", work too."));
    else parts.push(table(`Condition keys of ${action.name}`, ["Condition key", "Type", "What it compares"], action.keys.map((key) => this.keyRow(key))));
    if (action.dependent.length > 0) {
      parts.push(h("h4", {}, "Dependent actions"), h("p", {}, "The caller needs these as well: ", ...list(action.dependent), "."));
    }
    return h("div", { class: "iamkit-unfolded" }, ...parts);
  }

  typeRow({ name, required, keys, dependent }) {
    const { arn, keys: own } = this.service.types[name];
    const needs = dependent.length > 0 ? [h("br"), "needs ", ...list(dependent)] : [];
    return [[code(name), required ? " (required)" : "", ...needs], [code(arn)], list([...new Set([...keys, ...own])])];
  }

  keyRow(name) {
    const { type, description } = this.service.keys[name] ?? { type: "", description: "" };
    return [[code(name)], [type], [description]];
  }
}

const list = (names) => names.flatMap((name, index) => (index ? [", ", code(name)] : [code(name)]));

function table(label, headers, rows) {
  const head = h("tr", {}, ...headers.map((text) => h("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, ...first), ...rest.map((cell) => h("td", {}, ...cell))));
  // Wide tables scroll by themselves, by keyboard as well.
  return h("div", { class: "iamkit-table", tabindex: "0", role: "region", "aria-label": label }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)));
}

// JupyterLab listens to keys on the document: what is typed here must not reach it.
function keepKeys(event) {
  const passes = event.key === "Tab" || event.key === "Escape" || event.ctrlKey || event.metaKey;
  if (!passes || event.key === "Enter") event.stopPropagation();
}

function render({ model, el }) {
  el.append(new Reference(model.get("service"), model.get("start")).section);
}

export default { render };
