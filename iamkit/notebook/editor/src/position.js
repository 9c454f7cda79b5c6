// Python counts a column in code points from 1; CodeMirror counts UTF-16 units from 0.

/** Gives the offset of a line and column in the text, kept inside the text. */
export function offsetAt(text, line, column) {
  const lines = text.split("\n");
  const row = Math.min(Math.max(line, 1), lines.length) - 1;
  const before = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0);
  return before + [...lines[row]].slice(0, Math.max((column ?? 1) - 1, 0)).join("").length;
}

/** Gives the line and column of an offset in the text. */
export function placeAt(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: [...before.at(-1)].length + 1 };
}

/** Gives the end of the token that begins at an offset: a string, a word, or one character. */
export function tokenEnd(text, from) {
  const token = /^(?:"(?:[^"\\\n]|\\.)*"?|[^\s{}[\],:"]+|[^\n])/.exec(text.slice(from));
  return from + (token?.[0].length ?? 0);
}
