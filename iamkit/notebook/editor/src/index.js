import { Channel } from "./channel.js";
import { h, reveal, setHtml, setText } from "./dom.js";
import { createEditor } from "./editor.js";
import { handleKeys, leaveTo } from "./keys.js";
import { languageOf } from "./languages.js";
import { listProblems, locate } from "./problems.js";
import { createTextarea } from "./textarea.js";
import { build } from "./view.js";

const SILENT = "The kernel does not answer. Restart it, then run this cell again.";
const RUNNING = "Your program is still running. It is stopped if it does not end by itself.";
const TYPING_PAUSE = 500;
const LONG_RUN = 1500;
const STATUS = {
  passed: ["Passed", "allow"],
  failed: ["Not yet", "deny"],
  not_attempted: ["Not attempted", "neutral"],
};

/** One view of the exercise; Python holds the state, this shows it. */
class Exercise {
  constructor(model) {
    this.model = model;
    this.language = languageOf(model.get("language"));
    this.parts = build(this.language);
    this.channel = new Channel(model, model.get("patience"), {
      busy: (busy) => this.waiting(busy),
      done: (command, error) => this.finish(command, error),
      silent: () => this.announce(SILENT, true),
    });
    this.editor = this.makeEditor();
    this.parts.editor.append(this.editor.dom);
    this.listen();
    this.showAll();
  }

  makeEditor() {
    const { model, language, parts } = this;
    const options = { text: model.get("text"), language, labels: parts.labels, onChange: (text) => this.edited(text) };
    try {
      return createEditor(options);
    } catch (error) {
      console.error("iamkit: the editor cannot run here, a plain text box takes its place", error);
      return createTextarea(options);
    }
  }

  listen() {
    const { parts } = this;
    const run = (command) => () => this.run(command);
    parts.check.addEventListener("click", run("check"));
    parts.hint.addEventListener("click", run("hint"));
    parts.reset.addEventListener("click", run("reset"));
    parts.solution.addEventListener("click", run("solution"));
    parts.editor.addEventListener("focusout", () => this.channel.flush());
    handleKeys(parts.section, {
      inEditor: (target) => parts.editor.contains(target),
      check: run("check"),
      leave: () => leaveTo(parts.section),
    });
    this.handlers = {
      "change:text": () => this.replaceText(),
      "change:problems": () => this.showProblems(),
      "change:result_serial": () => this.announce(this.model.get("announcement")),
      "change:announcement": () => this.announce(this.model.get("announcement")),
      change: () => this.showAll(),
    };
    for (const [event, handler] of Object.entries(this.handlers)) this.model.on(event, handler);
  }

  close() {
    for (const [event, handler] of Object.entries(this.handlers)) this.model.off(event, handler);
    clearTimeout(this.typing);
    clearTimeout(this.saying);
    clearTimeout(this.running);
    this.channel.close();
    this.editor.destroy();
  }

  run(command) {
    const { parts } = this;
    if (parts[command].getAttribute("aria-disabled") === "true") {
      if (!this.channel.busy) this.announce(command === "solution" ? parts.note.textContent : "There are no more hints.");
      return;
    }
    this.announce("");
    this.channel.command(command, this.editor.getText());
  }

  waiting(busy) {
    clearTimeout(this.running);
    if (busy && this.language.noun === "program") this.running = setTimeout(() => this.announce(RUNNING, true), LONG_RUN);
    this.showButtons(busy);
  }

  finish(command, error) {
    if (error !== null) this.announce(`This did not work: ${error}`, true);
    const { result, hintList, answer } = this.parts;
    const shown = { check: result.firstElementChild, hint: hintList.lastElementChild, solution: answer.lastElementChild }[command];
    if (shown) reveal(shown);
  }

  // -- text and problems

  edited(text) {
    if (this.replacing) return;
    this.channel.edit(text);
    // Python's findings were about another text.
    this.model.set("problems", []);
    this.mark([]);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.mark(this.language.findProblems(this.editor.getText())), TYPING_PAUSE);
  }

  replaceText() {
    const text = this.model.get("text");
    if (text === this.editor.getText()) return;
    this.replacing = true;
    this.editor.setText(text);
    this.replacing = false;
    this.showProblems();
  }

  showProblems() {
    clearTimeout(this.typing);
    const text = this.editor.getText();
    const found = this.model.get("problems");
    this.mark(found.length > 0 ? locate(found, text) : this.language.findProblems(text));
  }

  mark(problems) {
    this.editor.mark(problems);
    listProblems(this.parts.problems, problems, this.language.noun, (offset) => this.editor.focusAt(offset));
  }

  // -- the rest

  showAll() {
    const { model, parts } = this;
    parts.section.dataset.slug = model.get("slug");
    parts.section.dataset.outcome = model.get("outcome");
    setText(parts.title, model.get("title"));
    setHtml(parts.task, model.get("task_html"));
    setHtml(parts.result, model.get("result_html"));
    setHtml(parts.answerBody, model.get("solution_html"), parts.answer);
    setText(parts.progress, model.get("progress_text"));
    parts.progress.hidden = model.get("progress_text") === "";
    this.showStatus();
    this.showHints();
    this.showButtons(this.channel.busy);
  }

  showStatus() {
    const statuses = { ...STATUS, invalid: [this.language.invalid, "neutral"] };
    const [text, kind] = statuses[this.model.get("outcome")] ?? ["", ""];
    const { status } = this.parts;
    status.hidden = text === "";
    if (status.textContent !== text) status.replaceChildren(h("span", { class: `iamkit-badge iamkit-badge--${kind}` }, text));
  }

  showHints() {
    const { hintList, hints } = this.parts;
    const texts = this.model.get("hints_html");
    while (hintList.children.length > texts.length) hintList.lastChild.remove();
    while (hintList.children.length < texts.length) hintList.append(h("li"));
    texts.forEach((text, index) => setHtml(hintList.children[index], text));
    hints.hidden = texts.length === 0;
  }

  showButtons(busy) {
    const { model, parts } = this;
    const given = model.get("hints_html").length;
    const total = model.get("hints_total");
    const closed = !model.get("can_reveal");
    const note = closed ? model.get("reveal_note") : "";
    parts.section.toggleAttribute("data-busy", busy);
    disable(parts.check, busy);
    disable(parts.hint, busy || given >= total);
    disable(parts.reset, busy);
    disable(parts.solution, busy || closed);
    parts.hint.hidden = total === 0;
    setText(parts.hint, given >= total ? "No more hints" : `Hint (${total - given} left)`);
    setText(parts.note, note);
    parts.note.hidden = note === "";
    if (note) parts.solution.setAttribute("aria-describedby", parts.note.id);
    else parts.solution.removeAttribute("aria-describedby");
  }

  // Emptied first: a screen reader says the same text twice only if it was gone in between.
  announce(text, visible = false) {
    clearTimeout(this.saying);
    const { live } = this.parts;
    live.textContent = "";
    live.classList.toggle("iamkit-live--visible", visible);
    if (text) this.saying = setTimeout(() => setText(live, text), 80);
  }
}

// A disabled button loses the focus and cannot say why; `aria-disabled` keeps both.
function disable(button, disabled) {
  button.setAttribute("aria-disabled", disabled ? "true" : "false");
}

function render({ model, el }) {
  const exercise = new Exercise(model);
  el.append(exercise.parts.section);
  exercise.editor.measure();
  exercise.showProblems();
  return () => exercise.close();
}

export default { render };
