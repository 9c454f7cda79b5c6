import { jsonLanguage } from "@codemirror/lang-json";
import { pythonLanguage } from "@codemirror/lang-python";
import { LanguageSupport } from "@codemirror/language";

import { syntaxProblems } from "./problems.js";

// What depends on whether a policy or a program is written. Without the packages' own completion, which is not shown.
const LANGUAGES = {
  json: {
    support: new LanguageSupport(jsonLanguage),
    indent: 2,
    noun: "policy",
    invalid: "Not a valid policy",
    findProblems: syntaxProblems,
    keys: [],
  },
  // Python itself says what is wrong with a program, when it is checked.
  python: {
    support: new LanguageSupport(pythonLanguage),
    indent: 4,
    noun: "program",
    invalid: "Cannot be called",
    findProblems: () => [],
    keys: [["]", " indents"]],
  },
};

/** Gives what belongs to a language of the widget: "json" or "python". */
export function languageOf(name) {
  return LANGUAGES[name] ?? LANGUAGES.json;
}
