import assert from "node:assert/strict";
import { test } from "node:test";

import { IndentContext, getIndentation, indentUnit } from "@codemirror/language";
import { EditorState } from "@codemirror/state";

import { languageOf } from "../src/languages.js";

// How far the next line is indented when Enter is pressed at the end of a text.
function indentationAfter(name, doc) {
  const language = languageOf(name);
  const extensions = [language.support, indentUnit.of(" ".repeat(language.indent))];
  const state = EditorState.create({ doc, extensions });
  return getIndentation(new IndentContext(state, { simulateBreak: doc.length }), doc.length);
}

test("indents Python by four after a colon and keeps the level in a block", () => {
  assert.equal(indentationAfter("python", "def signing_key(secret):"), 4);
  assert.equal(indentationAfter("python", "def signing_key(secret):\n    key = 1"), 4);
  assert.equal(indentationAfter("python", "def f(x):\n    for part in x:"), 8);
  assert.equal(indentationAfter("python", "key = hmac.new("), 4);
});

test("indents JSON by two", () => {
  assert.equal(indentationAfter("json", "{"), 2);
});

test("finds problems while typing only where it can name them", () => {
  assert.deepEqual(languageOf("python").findProblems("def ("), []);
  assert.equal(languageOf("json").findProblems("{").length, 1);
});

test("takes an unknown language for JSON", () => {
  assert.equal(languageOf("yaml"), languageOf("json"));
});
