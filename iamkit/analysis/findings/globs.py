"""Two patterns against each other: does one cover all of the other, is there a text that both match."""

from __future__ import annotations

import re
from functools import lru_cache

# What stands for the narrow pattern's own wildcards while it is matched as a text.
_RUN, _ONE = "\ue000", "\ue001"


def covers(wide: str, narrow: str) -> bool:
    """Tell whether every text that the narrow pattern matches is matched by the wide one.

    Never wrong when it says yes; a pattern of several wildcards may cover another in a way that is not seen.

    >>> covers("iam:Get*", "iam:GetUser"), covers("iam:Get*", "iam:*User")
    (True, False)
    """
    if wide == narrow:
        return True
    if "*" not in wide and "?" not in wide:
        return False
    return _wide(wide).fullmatch(narrow.replace("*", _RUN).replace("?", _ONE)) is not None


@lru_cache(maxsize=4096)
def _wide(pattern: str) -> re.Pattern[str]:
    pieces = {"*": ".*", "?": f"[^{_RUN}]"}
    return re.compile("".join(pieces.get(char) or re.escape(char) for char in pattern), re.DOTALL)


@lru_cache(maxsize=16384)
def overlap(first: str, second: str) -> bool:
    """Tell whether some text is matched by both patterns.

    >>> overlap("role/*", "*/Admin"), overlap("role/*", "user/*")
    (True, False)
    """
    reached = _skip_runs({0}, second)
    for char in first:
        if char == "*":
            # Any number of the other's characters may stand here.
            reached = set(range(min(reached), len(second) + 1)) if reached else reached
        else:
            reached = _skip_runs(_step(reached, char, second), second)
    return len(second) in reached


def _step(reached: set[int], char: str, pattern: str) -> set[int]:
    """Move over one character, or any one where it is `?`."""
    found = set()
    for at in reached:
        if at < len(pattern):
            if pattern[at] == "*":
                found.add(at)
            elif char in ("?", pattern[at]) or pattern[at] == "?":
                found.add(at + 1)
    return found


def _skip_runs(reached: set[int], pattern: str) -> set[int]:
    """Add the places behind a `*`, which may stand for nothing."""
    found = set(reached)
    for at in sorted(reached):
        while at < len(pattern) and pattern[at] == "*":
            at += 1
            found.add(at)
    return found
