"""Where a statement stands in the text of its policy, counted as IAM's simulator counts.

Lines and columns start at 1. In the outputs that AWS publishes, a statement ends behind its closing brace, and begins
where the reader stood before it: behind the bracket that opens `Statement`, or behind the statement before.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

from iamkit.policy import Policy


class Span(NamedTuple):
    """Begin and end, each as line and column."""

    start: tuple[int, int]
    end: tuple[int, int]


@lru_cache(maxsize=512)
def spans(text: str) -> tuple[Span, ...]:
    """Find the statements of a policy that can be read."""
    policy = Policy.parse(text)
    key = next(key for key in policy.to_dict() if key.lower() == "statement")
    offset = _offset(text, policy.place(f"/{key}"))
    if text[offset] == "{":
        return (Span(_place(text, offset + 1), _place(text, _end(text, offset))),)
    found, start = [], offset + 1
    for index in range(len(policy.statements)):
        end = _end(text, _offset(text, policy.place(f"/{key}/{index}")))
        found.append(Span(_place(text, start), _place(text, end)))
        start = end
    return tuple(found)


def _end(text: str, offset: int) -> int:
    return json.JSONDecoder(strict=False).raw_decode(text, offset)[1]


def _offset(text: str, place: tuple[int, int] | None) -> int:
    line, column = place or (1, 1)
    before = text.split("\n")[: line - 1]
    return sum(len(each) + 1 for each in before) + column - 1


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
