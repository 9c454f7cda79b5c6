import { h } from "./dom.js";

const MAC = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

let count = 0;

/** Builds the widget's elements, still empty, and gives the ones that change by name. */
export function build({ noun, keys }) {
  const id = (name) => `iamkit-${name}-${count}`;
  count += 1;
  const parts = {
    title: h("h3", { class: "iamkit-title", id: id("title") }),
    status: h("p", { class: "iamkit-status", hidden: "" }),
    progress: h("p", { class: "iamkit-progress", hidden: "" }),
    task: h("div", { class: "iamkit-task" }),
    editor: h("div", { class: "iamkit-editor" }),
    problems: h("ul", { class: "iamkit-problems", "aria-label": `Problems in your ${noun}`, hidden: "" }),
    check: button("iamkit-check", "Check"),
    hint: button("iamkit-hint", "Hint"),
    reset: button("iamkit-reset", "Reset"),
    solution: button("iamkit-solution", "Solution"),
    note: h("p", { class: "iamkit-note", id: id("note"), hidden: "" }),
    live: h("div", { class: "iamkit-live", role: "status", "aria-live": "polite", "aria-atomic": "true" }),
    result: h("div", { class: "iamkit-result", role: "group", "aria-label": "Result", hidden: "" }),
    hints: h("div", { class: "iamkit-panel iamkit-hints", role: "group", "aria-label": "Hints", hidden: "" }),
    answer: h("div", { class: "iamkit-panel iamkit-answer", role: "group", "aria-label": "Solution", hidden: "" }),
  };
  parts.hintList = h("ol", {});
  parts.hints.append(h("p", { class: "iamkit-panel-title" }, "Hints"), parts.hintList);
  parts.answerBody = h("div", {});
  parts.answer.append(h("p", { class: "iamkit-panel-title" }, "Solution"), parts.answerBody);
  parts.labels = { "aria-labelledby": `${id("label")} ${id("title")}`, "aria-describedby": id("keys") };
  parts.section = h(
    "section",
    { class: "iamkit-exercise", "aria-labelledby": id("title"), tabindex: "-1" },
    h("header", { class: "iamkit-head" }, h("div", {}, h("p", { class: "iamkit-kicker" }, "Exercise"), parts.title), parts.status),
    parts.task,
    h("p", { class: "iamkit-label", id: id("label") }, `Your ${noun}`),
    parts.editor,
    parts.problems,
    h(
      "div",
      { class: "iamkit-bar" },
      h("div", { class: "iamkit-actions" }, parts.check, parts.hint, parts.reset, parts.solution),
      parts.progress,
    ),
    h("p", { class: "iamkit-keys", id: id("keys") }, ...keyHints(keys)),
    parts.note,
    parts.live,
    parts.result,
    parts.hints,
    parts.answer,
  );
  return parts;
}

function button(name, label) {
  return h("button", { type: "button", class: `iamkit-button ${name}` }, label);
}

// Spelled out as text, so that it also serves as the editor's description.
function keyHints(more) {
  const combined = (key) => `${MAC ? "Cmd" : "Ctrl"}-${key}`;
  const own = more.map(([key, does]) => [combined(key), does]);
  const hints = [[combined("Enter"), " checks"], ...own, ["Tab", " leaves the editor"], ["Esc", " returns to the notebook"]];
  return hints.flatMap(([key, does], index) => [...(index ? [", "] : []), h("kbd", {}, key), does]);
}
