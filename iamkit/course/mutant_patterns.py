"""What becomes of one pattern in one small step: wider, narrower, another, or the same said otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit.course.plausible import ACTIONS, service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[A-Z][a-z]+")
_PLACE = re.compile(r"[/:]")
_ACCOUNT = re.compile(r"[0-9]{12}")

# A stranger's account, and somebody there.
_STRANGER = "999988887777"


def actions(pattern: str) -> Iterator[str]:
    """Change a pattern of `Action`."""
    service, colon, name = pattern.partition(":")
    yield from ("*", "iam:*")
    yield from _wildcards(pattern)
    yield from _edges(pattern)
    if not colon:
        return
    yield f"{service}:*"
    yield f"{service}:{name.swapcase()}"  # P8: the same action
    for match in _WORD.finditer(name):
        yield f"{service}:{name[: match.end()]}*"
        yield f"{service}:*{name[match.start() :]}"
    yield from (f"{service}:{other}" for other in ACTIONS.get(service_of(pattern), ()))


def resources(pattern: str) -> Iterator[str]:
    """Change a pattern of `Resource`."""
    yield from ("*", "arn:aws:s3:::example/*")
    yield from _wildcards(pattern)
    yield from _edges(pattern)
    segments = pattern.split(":", 5)
    if len(segments) < 6:
        return
    for place, segment in enumerate(segments[:5]):
        if place and segment != "*":
            yield ":".join([*segments[:place], "*", *segments[place + 1 :]])
        yield from (f"{':'.join(segments[: place + 1])}:*",) if place else ()
    head, last = ":".join(segments[:5]), segments[5]
    yield f"{head}:{last.swapcase()}"
    for match in _PLACE.finditer(last):
        before, after = last[: match.start()], last[match.end() :]
        yield from (
            f"{head}:{before}",
            f"{head}:{before}*",
            f"{head}:{before}{match[0]}",
            f"{head}:{before}{match[0]}*",
        )
        yield from (f"{head}:*{match[0]}{after}", f"{head}:{before}?{after}", f"{head}:{before}-2{match[0]}{after}")
        yield f"{head}:{before}{match[0]}example{match[0]}{after}"
    yield f"{head}:{last}/*"


def names(name: str) -> Iterator[str]:
    """Change a name of `Principal`."""
    yield from ("*", name + "-2", name[:-1])
    segments = name.split(":", 5)
    if len(segments) < 6:
        yield from ("ec2.amazonaws.com", "accounts.google.com") if "." in name else (_STRANGER,)
        return
    account, last = segments[4], segments[5]
    yield from (account, f"arn:aws:iam::{account}:root", _STRANGER)
    yield ":".join([*segments[:4], _STRANGER, last])
    kind, slash, rest = last.partition("/")
    if slash:
        yield from (f"arn:aws:iam::{account}:{other}/{rest}" for other in ("user", "role") if other != kind)
        yield f"arn:aws:sts::{account}:assumed-role/{rest}/example"
        yield f"{':'.join(segments[:5])}:{kind}/{rest.swapcase()}"


def values(value: str) -> Iterator[str]:
    """Change a value of a condition that compares texts."""
    yield from _wildcards(value)
    yield from _edges(value)
    yield value.swapcase()
    for match in _PLACE.finditer(value):
        before, after = value[: match.start()], value[match.end() :]
        yield from (f"{before}{match[0]}*", f"*{match[0]}{after}", f"{before}*", f"{before}{match[0]}")
    yield from (value.replace(found, _STRANGER) for found in _ACCOUNT.findall(value))
    yield "${aws:username}"


def _wildcards(pattern: str) -> Iterator[str]:
    """Change each wildcard; a run that stands alone is also the same as two."""
    for place, character in enumerate(pattern):
        before, after = pattern[:place], pattern[place + 1 :]
        if character == "*":
            yield from (before + other + after for other in ("", "?", "?*", "**", "x*", "*x", "example"))
        elif character == "?":
            yield from (before + other + after for other in ("", "*", "??", "x"))


def _edges(text: str) -> Iterator[str]:
    """Add and take away at both ends, and put a wildcard for the last character."""
    yield from (text + "*", text + "?", text + "x", text + "-2")
    if len(text) > 1 and text[-1] not in "*?":
        yield from (text[:-1], text[:-1] + "?", text[:-1] + "*")
