"""Wildcard patterns, compiled once to predicates: names (P8), ARNs (P11), strings (P26).

A pattern's text may hold the escapes `${*}`, `${?}` and `${$}` (P37) where its policy's version knows variables;
a substituted variable is written with the same escapes, so that one tokenizer serves both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import methodcaller

Matcher = Callable[[str], object]
"""A predicate over a request's text; any truthy answer is a match."""

_ESCAPE = re.compile(r"\$\{([*?$])\}")
_SPECIAL = re.compile(r"[*?$]")
_TOKEN = re.compile(r"\$\{[*?$]\}|[*?]|[^*?$]+|\$")
_TOKEN_2008 = re.compile(r"[*?]|[^*?]+")
_ANY_RUN, _ANY_ONE = "*", "?"

Tokens = tuple[tuple[str, bool], ...]
"""What a pattern is made of: (text, True) for literal text, ("*" or "?", False) for a wildcard."""


def escape(text: str) -> str:
    """Write text so that none of it is a wildcard or a variable (P37)."""
    return _SPECIAL.sub(lambda match: "${" + match.group() + "}", text)


def unescape(text: str) -> str:
    """Read text that holds escapes but no wildcards."""
    return _ESCAPE.sub(lambda match: match.group(1), text)


def everything(_: str) -> bool:
    """Match any text."""
    return True


def nothing(_: str) -> bool:
    """Match no text."""
    return False


@lru_cache(maxsize=4096)
def glob(pattern: str, escapes: bool = False) -> Matcher:
    """Compile a pattern in which `*` covers any run of characters and `?` exactly one.

    >>> bool(glob("reports/*.csv")("reports/2026/a.csv"))
    True
    """
    return _compile(tokens(pattern, escapes))


@lru_cache(maxsize=4096)
def arn_glob(pattern: str, escapes: bool = False, open_ended: bool = False) -> Matcher:
    """Compile an ARN pattern that matches segment by segment (P11, P26).

    In the first five segments a wildcard stays inside its segment; in the resource part it also covers `/` and `:`.
    `open_ended` is `Resource`'s reading of a pattern that ends early in `*`: it covers all that follows.
    """
    parts = segments(tokens(pattern, escapes))
    last = parts[-1]
    if len(parts) < 6 and not (open_ended and last and last[-1] == (_ANY_RUN, False)):
        return nothing
    wild = [token for part in parts for token in part if not token[1]]
    if not wild or (len(wild) == 1 and last and last[-1] == (_ANY_RUN, False)):
        return _compile(_join(parts))
    head = [_regex(part, "[^:]") for part in parts[:-1]]
    return re.compile(":".join([*head, _regex(last, ".")]), re.DOTALL).fullmatch


def tokens(pattern: str, escapes: bool = False) -> Tokens:
    """Read a pattern as literal texts and wildcards; neighboring stars are one (P8, P37).

    >>> tokens("logs/**.gz")
    (('logs/', True), ('*', False), ('.gz', True))
    """
    found: list[tuple[str, bool]] = []
    for text in (_TOKEN if escapes else _TOKEN_2008).findall(pattern):
        if text in (_ANY_RUN, _ANY_ONE):
            if text == _ANY_ONE or found[-1:] != [(_ANY_RUN, False)]:
                found.append((text, False))
        else:
            literal = text[2] if escapes and len(text) == 4 and _ESCAPE.fullmatch(text) else text
            if found and found[-1][1]:
                literal = found.pop()[0] + literal
            found.append((literal, True))
    return tuple(found)


def segments(read: Tokens) -> list[list[tuple[str, bool]]]:
    """Split the tokens of an ARN pattern at the first five colons of literal text (P11).

    >>> segments(tokens("arn:*"))
    [[('arn', True)], [('*', False)]]
    """
    found: list[list[tuple[str, bool]]] = [[]]
    for text, literal in read:
        if not literal:
            found[-1].append((text, False))
            continue
        first, *rest = text.split(":", 6 - len(found))
        if first:
            found[-1].append((first, True))
        found.extend([(part, True)] if part else [] for part in rest)
    return found


def _join(parts: list[list[tuple[str, bool]]]) -> Tokens:
    literal = ":".join("".join(text for text, is_literal in part if is_literal) for part in parts)
    wild = parts[-1] and not parts[-1][-1][1]
    return ((literal, True), (_ANY_RUN, False)) if wild else ((literal, True),)


def _compile(read: Tokens) -> Matcher:
    """Choose the cheapest predicate for the pattern: equality, prefix, or a regular expression."""
    match read:
        case ():
            return "".__eq__
        case ((text, True),):
            return text.__eq__
        case (("*", False),):
            return everything
        case ((prefix, True), ("*", False)):
            return methodcaller("startswith", prefix)
    return re.compile(_regex(read, "."), re.DOTALL).fullmatch


def _regex(read: Iterable[tuple[str, bool]], any_char: str) -> str:
    """Write tokens as a regular expression that cannot backtrack exponentially.

    Between two stars the leftmost occurrence of the text between them is as good as any other, so each is an atomic
    group; only the text after the last star has to be tried at several places.
    """
    pieces = [""]
    for text, literal in read:
        if not literal and text == _ANY_RUN:
            pieces.append("")
        else:
            pieces[-1] += re.escape(text) if literal else any_char
    middle = "".join(f"(?>{any_char}*?{piece})" for piece in pieces[1:-1])
    return pieces[0] + middle + (f"{any_char}*{pieces[-1]}" if len(pieces) > 1 else "")
