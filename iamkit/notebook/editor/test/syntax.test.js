import assert from "node:assert/strict";
import { test } from "node:test";

import { locate } from "../src/problems.js";
import { offsetAt, placeAt } from "../src/position.js";
import { findSyntaxError } from "../src/syntax.js";

// Text, what stands under the mark, and what is said.
const BROKEN = [
  ["", "", "the policy is empty"],
  ["  \n ", "  \n ", "the policy is empty"],
  ['{"a": 1,}', "}", "nothing follows the comma before `}`"],
  ['{"a": [1,]}', "]", "nothing follows the comma before `]`"],
  ['{"a": 1 "b": 2}', '"b"', 'a comma is missing before `"b"`'],
  ['{"a": "x"\n "b": 2}', '"b"', 'a comma is missing before `"b"`'],
  ['["x" "y"]', '"y"', 'a comma is missing before `"y"`'],
  ['{"a": [1] "b": 2}', '"b"', 'a comma is missing before `"b"`'],
  ['{"a" "b"}', '"b"', 'a colon is missing before `"b"`'],
  ['{"a" ["b"]}', "[", "a colon is missing before `[`"],
  ['{"a": }', "}", "a value is missing after `:`"],
  ['{"a": 1', "1", "the policy ends too early: `}` is missing"],
  ['{"a": [1', "1", "the policy ends too early: `]` is missing"],
  ['{"a": 1}}', "}", "`}` stands after the end of the policy"],
  ['{"a": 1} {"b": 2}', "{", "`{` stands after the end of the policy"],
  ['{"a": [1}', "}", "`}` closes what `[` opened"],
  ["{'a': 1}", "'a'", "JSON strings stand in double quotes"],
  ["{“a”: 1}", "“a”", "JSON strings stand in double quotes"],
  ['{"a": Allow}', "Allow", "`Allow` stands without quotes"],
  ['{"a": s3:GetObject}', "s3:GetObject", "`s3:GetObject` stands without quotes"],
  ["{a: 1}", "a:", "`a:` stands without quotes"],
  ['{"a": "b}', '"b}', "this string has no closing quote"],
  ['{"a": "b,\n"c": 1}', '"b,', "this string has no closing quote"],
  ['{\n  // why\n  "a": 1}', "//", "JSON has no comments"],
  ['{"a": 1,, "b": 2}', ",", "a comma without an entry before it"],
  ['{"a", "b": 1}', ",", "a value is missing before the comma"],
  ['{"a": *}', "*", "`*` does not belong here"],
];

for (const [text, marked, message] of BROKEN) {
  test(`marks ${JSON.stringify(text)}`, () => {
    const error = findSyntaxError(text);
    assert.deepEqual({ marked: text.slice(error.from, error.to), message: error.message }, { marked, message });
    assert.ok(error.help);
  });
}

test("finds nothing in JSON", () => {
  for (const text of ["{}", "[]", '{"a": [1, -2.5e3, "x\\n\\u00e9", true, false, null, {}]}', ' "x" ', '{"é": "😀"}']) {
    assert.equal(findSyntaxError(text), null);
  }
});

test("marks something in every prefix of a policy", () => {
  const policy = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}]\n}';
  for (let end = 0; end < policy.length; end += 1) {
    const error = findSyntaxError(policy.slice(0, end));
    assert.ok(error, policy.slice(0, end));
    assert.ok(error.from >= 0 && error.to <= end && error.from <= error.to);
  }
  assert.equal(findSyntaxError(policy), null);
});

test("counts columns in code points, from 1", () => {
  const text = 'a\n"😀" "b"';
  assert.equal(offsetAt(text, 2, 5), 7);
  assert.deepEqual(placeAt(text, 7), { line: 2, column: 5 });
  assert.equal(offsetAt(text, 99, 99), text.length);
});

test("marks a whole string, one bracket, or nothing for the whole document", () => {
  const text = '{"Action": "s3:*"}';
  const at = (line, column) => locate([{ line, column, message: "" }], text)[0];
  assert.equal(text.slice(at(1, 12).from, at(1, 12).to), '"s3:*"');
  assert.equal(text.slice(at(1, 1).from, at(1, 1).to), "{");
  assert.equal(at(null, null).from, null);
});
