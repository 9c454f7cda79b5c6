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

# A token is (text, True) for literal text and ("*" or "?", False) for a wildcard.
_Tokens = tuple[tuple[str, bool], ...]


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
    return _compile(_tokens(pattern, escapes))


@lru_cache(maxsize=4096)
def arn_glob(pattern: str, escapes: bool = False, open_ended: bool = False) -> Matcher:
    """Compile an ARN pattern that matches segment by segment (P11, P26).

    In the first five segments a wildcard stays inside its segment; in the resource part it also covers `/` and `:`.
    `open_ended` is `Resource`'s reading of a pattern that ends early in `*`: it covers all that follows.
    """
    segments = _segments(_tokens(pattern, escapes))
    last = segments[-1]
    if len(segments) < 6 and not (open_ended and last and last[-1] == (_ANY_RUN, False)):
        return nothing
    wild = [token for segment in segments for token in segment if not token[1]]
    if not wild or (len(wild) == 1 and last and last[-1] == (_ANY_RUN, False)):
        return _compile(_join(segments))
    head = [_regex(segment, "[^:]") for segment in segments[:-1]]
    return re.compile(":".join([*head, _regex(last, ".")]), re.DOTALL).fullmatch


def _tokens(pattern: str, escapes: bool) -> _Tokens:
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


def _segments(tokens: _Tokens) -> list[list[tuple[str, bool]]]:
    """Split at the first five colons of literal text."""
    segments: list[list[tuple[str, bool]]] = [[]]
    for text, literal in tokens:
        if not literal:
            segments[-1].append((text, False))
            continue
        first, *rest = text.split(":", 6 - len(segments))
        if first:
            segments[-1].append((first, True))
        segments.extend([(part, True)] if part else [] for part in rest)
    return segments


def _join(segments: list[list[tuple[str, bool]]]) -> _Tokens:
    literal = ":".join("".join(text for text, is_literal in segment if is_literal) for segment in segments)
    wild = segments[-1] and not segments[-1][-1][1]
    return ((literal, True), (_ANY_RUN, False)) if wild else ((literal, True),)


def _compile(tokens: _Tokens) -> Matcher:
    """Choose the cheapest predicate for the pattern: equality, prefix, or a regular expression."""
    match tokens:
        case ():
            return "".__eq__
        case ((text, True),):
            return text.__eq__
        case (("*", False),):
            return everything
        case ((prefix, True), ("*", False)):
            return methodcaller("startswith", prefix)
    return re.compile(_regex(tokens, "."), re.DOTALL).fullmatch


def _regex(tokens: Iterable[tuple[str, bool]], any_char: str) -> str:
    """Write tokens as a regular expression that cannot backtrack exponentially.

    Between two stars the leftmost occurrence of the text between them is as good as any other, so each is an atomic
    group; only the text after the last star has to be tried at several places.
    """
    pieces = [""]
    for text, literal in tokens:
        if not literal and text == _ANY_RUN:
            pieces.append("")
        else:
            pieces[-1] += re.escape(text) if literal else any_char
    middle = "".join(f"(?>{any_char}*?{piece})" for piece in pieces[1:-1])
    return pieces[0] + middle + (f"{any_char}*{pieces[-1]}" if len(pieces) > 1 else "")
