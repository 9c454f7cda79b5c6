import { jsonLanguage } from "@codemirror/lang-json";

// The place comes from Lezer's error nodes (the position in `JSON.parse`'s message differs between browsers);
// the words come from what stands there.

const PLAIN_WORD = /^[A-Za-z_$][\w$:*.-]*/;

/** Finds the first place where the text stops being JSON: `{from, to, message, help}`, or null. */
export function findSyntaxError(text) {
  if (text.trim() === "") {
    return { from: 0, to: text.length, message: "the policy is empty", help: "write a policy, or press Reset to start again" };
  }
  const at = firstError(text);
  return at === null ? null : { ...at, ...describe(text, at) };
}

function firstError(text) {
  let found = null;
  jsonLanguage.parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError && (found === null || node.from < found.from)) found = place(text, node.from, node.to);
    },
  });
  return found;
}

// An error node may be empty, or cover white space, or stand before it: the mark goes on the next thing to read.
function place(text, from, to) {
  const start = from + /^\s*/.exec(text.slice(from))[0].length;
  if (start >= text.length) {
    const end = text.trimEnd().length;
    return { from: end - 1, to: end, atEnd: true };
  }
  return { from: start, to: Math.max(start + tokenAt(text, start).length, Math.min(to, endOfLine(text, start))), atEnd: false };
}

function tokenAt(text, start) {
  const rest = text.slice(start, endOfLine(text, start));
  return /^"(?:[^"\\]|\\.)*"?/.exec(rest)?.[0] ?? PLAIN_WORD.exec(rest)?.[0] ?? rest.slice(0, 1);
}

function endOfLine(text, start) {
  const end = text.indexOf("\n", start);
  return end < 0 ? text.length : end;
}

function describe(text, { from, atEnd }) {
  const open = openBrackets(text.slice(0, atEnd ? text.length : from));
  if (atEnd) return endedEarly(text, open);
  const before = text.slice(0, from).trimEnd().at(-1) ?? "";
  const token = shorten(tokenAt(text, from));
  const rule = RULES.find(({ when }) => when({ text, from, before, token, open }));
  return rule.say({ token, before, open });
}

// A message is one line; the mark shows the rest.
function shorten(token) {
  return token.length > 40 && isClosed(token) ? `${token.slice(0, 36)}…"` : token;
}

function endedEarly(text, open) {
  const quote = unclosedQuote(text);
  if (quote) return { message: "a string has no closing quote", help: 'end the string with `"` on the line where it begins' };
  const wanted = open.map((bracket) => CLOSING[bracket]).reverse();
  if (wanted.length === 0) return { message: "the policy ends too early", help: "something is missing at the end" };
  return { message: `the policy ends too early: \`${wanted[0]}\` is missing`, help: `to close what is open, add \`${wanted.join("")}\`` };
}

function unclosedQuote(text) {
  return (text.replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
}

const CLOSING = { "{": "}", "[": "]" };

function openBrackets(text) {
  const open = [];
  for (const [character] of text.replace(/"(?:[^"\\\n]|\\.)*"?/g, "").matchAll(/[{}[\]]/g)) {
    if (character in CLOSING) open.push(character);
    else open.pop();
  }
  return open;
}

const isString = (token) => token.startsWith('"');
const startsValue = (token) => isString(token) || "{[".includes(token);
const followsName = (before) => /[{,]\s*"(?:[^"\\\n]|\\.)*"\s*$/.test(before);
const isClosed = (token) => token.length > 1 && /^"(?:[^"\\]|\\.)*"$/.test(token);

// The first rule that fits is said. Order matters: from what is sure to what is likely.
const RULES = [
  {
    when: ({ text, from }) => /^\/[/*]/.test(text.slice(from)) || text[from] === "#",
    say: () => ({ message: "JSON has no comments", help: "remove the comment" }),
  },
  {
    when: ({ token }) => isString(token) && !isClosed(token),
    say: () => ({ message: "this string has no closing quote", help: 'end the string with `"` on the line where it begins' }),
  },
  {
    when: ({ token }) => /['‘’“”`]/.test(token[0]),
    say: () => ({ message: "JSON strings stand in double quotes", help: 'put `"` in place of this quote' }),
  },
  {
    when: ({ token, before }) => "}]".includes(token) && before === ",",
    say: ({ token }) => ({ message: `nothing follows the comma before \`${token}\``, help: "remove the comma" }),
  },
  {
    when: ({ token, before }) => "}]".includes(token) && before === ":",
    say: () => ({ message: "a value is missing after `:`", help: "write the value" }),
  },
  {
    when: ({ token, open }) => "}]".includes(token) && open.length > 0 && CLOSING[open.at(-1)] !== token,
    say: ({ token, open }) => ({
      message: `\`${token}\` closes what \`${open.at(-1)}\` opened`,
      help: `close it with \`${CLOSING[open.at(-1)]}\` first`,
    }),
  },
  {
    when: ({ open, before }) => open.length === 0 && before !== "",
    say: ({ token }) => ({ message: `\`${token}\` stands after the end of the policy`, help: "remove it, or look for a bracket closed too early" }),
  },
  {
    when: ({ token, open, text, from }) => startsValue(token) && open.at(-1) === "{" && followsName(text.slice(0, from)),
    say: ({ token }) => ({ message: `a colon is missing before \`${token}\``, help: "put `:` between a name and its value" }),
  },
  {
    when: ({ token, before }) => startsValue(token) && /["\]}\w]/.test(before),
    say: ({ token }) => ({ message: `a comma is missing before \`${token}\``, help: "put `,` between two entries" }),
  },
  {
    when: ({ token, before, open }) => open.at(-1) === "{" && token === "," && before === '"',
    say: () => ({ message: "a value is missing before the comma", help: "write `:` and the value after the name" }),
  },
  {
    when: ({ token }) => token === ",",
    say: () => ({ message: "a comma without an entry before it", help: "remove the comma" }),
  },
  {
    when: ({ token, open, before }) => PLAIN_WORD.test(token) && /^(true|false|null)$/.test(token) && open.at(-1) === "{" && before !== ":",
    say: ({ token }) => ({ message: `the name \`${token}\` stands without quotes`, help: `write \`"${token}"\`` }),
  },
  {
    when: ({ token }) => PLAIN_WORD.test(token),
    say: ({ token }) => ({ message: `\`${token}\` stands without quotes`, help: `write \`"${token}"\`` }),
  },
  {
    when: ({ token, open, before }) => isString(token) === false && open.at(-1) === "{" && "{,".includes(before),
    say: ({ token }) => ({ message: `a name in double quotes must stand here, not \`${token}\``, help: 'write for example `"Action"`' }),
  },
  {
    when: () => true,
    say: ({ token }) => ({ message: `\`${token}\` does not belong here`, help: "look at what stands before it" }),
  },
];
