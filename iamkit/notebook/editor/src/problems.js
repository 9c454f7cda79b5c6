import { h, withCode } from "./dom.js";
import { offsetAt, placeAt, tokenEnd } from "./position.js";
import { findSyntaxError } from "./syntax.js";

/** Gives what is wrong with the syntax of the text, in the shape of Python's problems. */
export function syntaxProblems(text) {
  const error = findSyntaxError(text);
  return error === null ? [] : [{ ...error, ...placeAt(text, error.from), severity: "error" }];
}

/** Adds to each of Python's problems where it stands in the text; `from` is null for the whole document. */
export function locate(problems, text) {
  return problems.map((problem) => {
    if (problem.line === null || problem.line === undefined) return { ...problem, from: null, to: null };
    const from = offsetAt(text, problem.line, problem.column);
    return { ...problem, from, to: tokenEnd(text, from) };
  });
}

/** Shows the problems as a list of buttons that lead to their places. */
export function listProblems(list, problems, noun, goTo) {
  const hadFocus = list.contains(document.activeElement);
  list.replaceChildren(...problems.map((problem) => item(problem, noun, goTo)));
  list.hidden = problems.length === 0;
  if (hadFocus) (list.querySelector("button") ?? list.closest("section")).focus();
}

function item(problem, noun, goTo) {
  const where = problem.from === null ? `Whole ${noun}` : `Line ${problem.line}, column ${problem.column ?? 1}`;
  const kind = problem.severity === "warning" ? "Warning" : "Error";
  const button = h(
    "button",
    { type: "button", class: "iamkit-problem" },
    h("span", { class: "iamkit-place" }, h("span", { class: "iamkit-hidden" }, `${kind}, `), where),
    h("span", { class: "iamkit-message" }, ...withCode(problem.message)),
  );
  button.addEventListener("click", () => goTo(problem.from ?? 0));
  const help = problem.help ? [h("p", { class: "iamkit-help" }, ...withCode(problem.help))] : [];
  return h("li", { "data-severity": problem.severity === "warning" ? "warning" : "error" }, button, ...help);
}
