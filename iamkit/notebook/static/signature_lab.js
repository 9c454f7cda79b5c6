// The page of the signature lab. Python signs, verifies, compares and words everything; this shows it.
//
// To Python goes `{view, revision, since, fields}`, with `start` (a preset) or `shift` (minutes of the server's clock)
// where a button asks for it. Python answers with the trait `picture`, which says whose revision it is about.

const PAUSE = 120;
const PATIENCE = 5_000;
const SILENT = "The kernel does not answer: it is busy, or it was restarted. Wait, or run this cell again.";
const GONE = "The kernel of this lab is gone. Run this cell again.";

const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"].map((name) => [name, name]);
const STYLES = [["header", "Authorization header"], ["url", "Presigned URL"]];
const ENCODINGS = [["service", "As the service wants"], ["once", "Once"], ["twice", "Twice"]];

// Of each field: its name, its label, its width in sixths, and what it is: choices, a number of lines, or one line.
const CLIENT = [
  ["method", "Method", 2, METHODS],
  ["path", "Path", 4],
  ["query", "Query", 6],
  ["headers", "Headers", 6, 3],
  ["body", "Body", 6, 2],
  ["access_key_id", "Access key ID", 3],
  ["time", "Its clock", 3],
  ["secret", "Secret access key", 6],
  ["token", "Session token", 6],
  ["region", "Region", 3],
  ["service", "Service", 3],
  ["style", "Signature goes into", 3, STYLES],
  ["encoding", "Path is encoded", 3, ENCODINGS],
  ["expires", "URL lives (seconds)", 3],
];
const WIRE = [["wire", "What arrives", 6, 8]];
const SERVER = [
  ["server_time", "Its clock", 6],
  ["server_region", "Region", 3],
  ["server_service", "Service", 3],
  ["server_access_key_id", "Known access key ID", 3],
  ["server_token", "Its session token", 3],
  ["server_secret", "Its secret access key", 6],
];
const SHIFTS = [[-60, "−1 h"], [-5, "−5 min"], [5, "+5 min"], [60, "+1 h"]];

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

/** Turns text with `code` in backticks into nodes; never reads it as HTML. */
const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));

/** Turns compared parts into nodes; an empty mark is where something was removed. */
const marked = (parts) =>
  parts.map(([text, changed]) => (changed ? h("mark", { class: text ? null : "iamkit-removed" }, text) : text));

const paragraph = (text) => h("p", {}, ...withCode(text));
const badge = (kind, text) => h("span", { class: `iamkit-badge iamkit-badge--${kind}` }, text);

/** One field with its label and its error. */
class Field {
  constructor([name, label, width, kind = 1], id, edited) {
    this.name = name;
    this.error = h("p", { class: "iamkit-error", id: `${id}-${name}-error`, hidden: "" });
    const shared = { id: `${id}-${name}`, "aria-describedby": this.error.id, autocomplete: "off", spellcheck: "false" };
    this.least = Number(kind);
    if (Array.isArray(kind)) {
      this.input = h("select", shared, ...kind.map(([value, text]) => h("option", { value }, text)));
    } else {
      this.input = kind > 1 ? h("textarea", { ...shared, rows: kind }) : h("input", { ...shared, type: "text" });
    }
    this.input.addEventListener("input", edited);
    const shown = h("label", { for: shared.id }, label);
    this.dom = h("div", { class: "iamkit-field", "data-width": width, "data-field": name }, shown, this.input, this.error);
  }

  get value() {
    return this.input.value;
  }

  show(value, error = "") {
    // Setting an equal value would move the caret.
    if (this.input.value !== value) this.input.value = value;
    if (this.least > 1) this.input.rows = Math.max(this.least, value.split("\n").length);
    this.error.hidden = error === "";
    this.error.replaceChildren(...error.split("\n").map(paragraph));
    this.input.setAttribute("aria-invalid", error === "" ? "false" : "true");
  }
}

/** One view of the lab. */
class Lab {
  constructor(model) {
    this.model = model;
    this.view = `${Date.now()}-${count}`;
    this.id = `iamkit-lab-${count}`;
    count += 1;
    this.revision = 0;
    this.pending = false;
    this.asked = null;
    this.fields = [];
    this.build();
    const gone = () => this.lose(GONE);
    const failed = ({ view, error }) => view === this.view && this.lose(error);
    this.handlers = { "change:picture": () => this.receive(), "msg:custom": failed, "comm:close": gone, destroy: gone };
    for (const [event, handler] of Object.entries(this.handlers)) model.on(event, handler);
    this.draw(model.get("picture"));
  }

  close() {
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
    for (const timer of [this.pause, this.patience, this.saying]) clearTimeout(timer);
  }

  // -- to Python and back

  edited(pause = PAUSE, wish = {}) {
    this.revision += 1;
    this.pending = true;
    this.wish = wish;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.send(), pause);
  }

  send() {
    clearTimeout(this.pause);
    // One question at a time: while Python works, edits wait and are then sent as one.
    if (this.asked !== null) return;
    const fields = Object.fromEntries(this.fields.map((field) => [field.name, field.value]));
    const { preset, sent } = this.shown.fields;
    this.asked = this.revision;
    this.patience = setTimeout(() => this.lose(SILENT), PATIENCE);
    try {
      this.model.send({
        view: this.view,
        revision: this.revision,
        since: this.shown.serial,
        fields: { ...fields, preset, sent },
        ...this.wish,
      });
    } catch {
      this.lose(GONE);
    }
  }

  receive() {
    const picture = this.model.get("picture");
    const mine = picture.view === this.view;
    if (mine && picture.revision === this.asked) this.settle();
    // What was typed since is not in a late answer: it is dropped, and the next one follows.
    if (mine ? picture.revision !== this.revision : this.pending) {
      if (this.asked === null && this.pending) this.send();
      return;
    }
    this.pending = false;
    this.say("");
    this.draw(picture);
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.live.textContent = picture.announcement), 600);
  }

  settle() {
    clearTimeout(this.patience);
    this.asked = null;
  }

  lose(text) {
    this.settle();
    this.say(text);
  }

  say(text) {
    this.trouble.textContent = text;
    this.trouble.hidden = text === "";
  }

  // -- what stays

  build() {
    const { id } = this;
    this.presets = h("select", { id: `${id}-preset` }, ...groups(this.model.get("presets")));
    this.presets.addEventListener("change", () => this.edited(0, { start: this.presets.value }));
    const again = button("Start over", () => this.edited(0, { start: this.presets.value }));
    const shifts = SHIFTS.map(([minutes, text]) => button(text, () => this.edited(0, { shift: minutes })));
    this.undo = button("Undo what happened", () => {
      this.fields.find((field) => field.name === "wire").show(this.shown.fields.sent);
      this.edited(0);
    });
    this.undo.classList.add("iamkit-undo");
    for (const name of ["task", "clock", "summary"]) this[name] = h("p", { class: `iamkit-${name}` });
    this.trouble = h("p", { class: "iamkit-trouble", role: "alert", hidden: "" });
    this.signature = h("code", { class: "iamkit-signature" });
    this.answer = h("div", { class: "iamkit-answer" });
    this.onTheWay = h("ul", { class: "iamkit-tampering", "aria-label": "Changed on the way" });
    this.why = h("div", { class: "iamkit-why", role: "group", "aria-label": "Why the server answers this" });
    this.steps = h("ol", { class: "iamkit-steps" });
    this.live = h("div", { class: "iamkit-live", role: "status", "aria-live": "polite", "aria-atomic": "true" });
    const clock = h("div", { class: "iamkit-clock-row", role: "group", "aria-label": "Move the server's clock" }, ...shifts);
    const start = h("div", { class: "iamkit-start" }, h("label", { for: `${id}-preset` }, "Start from"), this.presets, again);
    this.section = h(
      "section",
      { class: "iamkit-lab", "aria-labelledby": `${id}-title` },
      h("header", {}, h("p", { class: "iamkit-kicker" }, "Signature lab"), h("h3", { id: `${id}-title` }), start, this.task),
      this.trouble,
      h(
        "div",
        { class: "iamkit-band" },
        h("div", { class: "iamkit-signed" }, h("h4", {}, "The signature"), this.signature, this.summary),
        h("div", { class: "iamkit-answered" }, h("h4", {}, "The server answers"), this.answer),
      ),
      h(
        "div",
        { class: "iamkit-parties" },
        this.party("client", "Your client", "It has the secret and signs. Use made-up keys here: notebooks are shared.", CLIENT),
        this.party("way", "On the way", "Plain text, for anybody in between to read and to change. The secret is not in it.", WIRE, this.onTheWay, this.undo),
        this.party("server", "The server", "It makes the signature anew from what arrived, and compares.", SERVER),
      ),
      this.why,
      this.steps,
      this.live,
    );
    const { dom, input } = this.fields.find((field) => field.name === "server_time");
    input.after(clock, this.clock);
    dom.classList.add("iamkit-clock-field");
    this.section.addEventListener("keydown", keepKeys);
  }

  party(name, title, sentence, fields, ...more) {
    const made = fields.map((field) => new Field(field, this.id, () => this.edited()));
    this.fields.push(...made);
    const grid = h("div", { class: "iamkit-fields" }, ...made.map((field) => field.dom));
    return h("fieldset", { class: `iamkit-party iamkit-party--${name}` }, h("legend", {}, title), h("p", { class: "iamkit-role" }, sentence), grid, ...more);
  }

  // -- what changes

  draw(picture) {
    this.shown = picture;
    const { fields, errors, answer } = picture;
    for (const field of this.fields) field.show(fields[field.name], errors[field.name]);
    this.presets.value = fields.preset;
    this.section.dataset.style = fields.style;
    this.section.dataset.answer = answer.kind;
    this.section.dataset.revision = picture.revision;
    this.section.toggleAttribute("data-stale", picture.stale);
    this.section.querySelector("h3").textContent = picture.title;
    this.task.replaceChildren(...withCode(picture.task));
    this.signature.replaceChildren(...marked(picture.signature));
    this.summary.textContent = picture.summary;
    this.clock.textContent = picture.clock;
    this.answer.replaceChildren(h("p", {}, badge(answer.kind, answer.badge), h("strong", {}, answer.code)), paragraph(answer.sentence));
    this.why.replaceChildren(...reasons(answer));
    this.why.hidden = this.why.childElementCount === 0;
    this.undo.hidden = fields.wire === fields.sent;
    this.onTheWay.replaceChildren(...picture.on_the_way.map(({ words, parts }) => h("li", {}, ...withCode(words), h("code", {}, ...marked(parts)))));
    this.onTheWay.hidden = picture.on_the_way.length === 0;
    this.steps.replaceChildren(...picture.steps.map(step));
  }
}

function groups(presets) {
  const names = [...new Set(presets.map(({ group }) => group))];
  const options = (name) => presets.filter(({ group }) => group === name).map(({ slug, title }) => h("option", { value: slug }, title));
  return names.map((name) => h("optgroup", { label: name }, ...options(name)));
}

function button(text, pressed) {
  const made = h("button", { type: "button", class: "iamkit-button" }, text);
  made.addEventListener("click", pressed);
  return made;
}

function step({ title, sentence, rows }) {
  const lines = rows.map(({ name, how, parts }) => {
    const empty = parts.every(([text]) => text === "");
    const code = h("code", {}, ...marked(parts), ...(empty ? [h("i", {}, "empty")] : []));
    return h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, ...(how ? [h("span", { class: "iamkit-how" }, how)] : []), code));
  });
  return h("li", {}, h("div", {}, h("h4", {}, title), paragraph(sentence)), h("table", {}, h("tbody", {}, ...lines)));
}

function reasons({ reasons, differences, response }) {
  const side = (who, parts) => [h("th", { scope: "row" }, who), h("td", {}, h("code", {}, ...marked(parts)))];
  // One below the other: a difference in a line shows best where the two lines begin at the same place.
  const lines = differences.flatMap(({ name, server, client }) => [
    h("tr", {}, h("th", { scope: "rowgroup", rowspan: 2 }, name), ...side("your client signed", client)),
    h("tr", {}, ...side("the server read", server)),
  ]);
  const table = h("table", { class: "iamkit-lines" }, h("tbody", {}, ...lines));
  const wire = h("details", {}, h("summary", {}, "The whole answer, as it travels back"), h("pre", { tabindex: "0" }, response));
  return [...reasons.map(paragraph), ...(lines.length > 0 ? [table] : []), ...(response ? [wire] : [])];
}

// JupyterLab listens to keys on the document: what is typed here must not reach it, or `a` in a select adds a cell.
function keepKeys(event) {
  const passes = event.key === "Tab" || event.key === "Escape" || event.ctrlKey || event.metaKey;
  if (!passes || event.key === "Enter") event.stopPropagation();
}

function render({ model, el }) {
  const lab = new Lab(model);
  el.append(lab.section);
  return () => lab.close();
}

export default { render };
