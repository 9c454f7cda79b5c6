"""What becomes of one pattern in one small step: wider, narrower, another, or the same said otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit.course.plausible import ACTIONS, service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[str], Iterator[str]]

_WORD = re.compile(r"[A-Z][a-z]+")
_PLACE = re.compile(r"[/:]")
_ACCOUNT = re.compile(r"[0-9]{12}")

_STRANGER = "999988887777"

# How many actions of a service join one of it: the most used come first.
_JOINING = 10


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


def more_actions(pattern: str) -> Iterator[str]:
    """Give actions of the same service that may stand beside a pattern, and all of another's."""
    yield "iam:*"
    service = service_of(pattern)
    yield from (f"{service}:{other}" for other in ACTIONS.get(service, ())[:_JOINING])


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


def more_resources(pattern: str) -> Iterator[str]:
    """Give resources that are not this one: elsewhere, with a longer name, above it, of another account."""
    yield from ("arn:aws:s3:::example/*", pattern + "-2", pattern + "/*")
    segments = pattern.split(":", 5)
    if len(segments) == 6:
        head, last = ":".join(segments[:5]), segments[5]
        for match in _PLACE.finditer(last):
            yield from (f"{head}:{last[: match.start()]}", f"{head}:{last[: match.start()]}-2{last[match.start() :]}")
        if segments[4]:
            yield ":".join([*segments[:4], _STRANGER, last])


def more_names(name: str) -> Iterator[str]:
    """Give names that may stand beside one of `Principal`."""
    yield from ("*", "ec2.amazonaws.com", _STRANGER, name + "-2")
    segments = name.split(":", 5)
    if len(segments) == 6:
        yield from (segments[4], ":".join([*segments[:4], _STRANGER, segments[5]]))


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


def more_values(value: str) -> Iterator[str]:
    """Give values that may stand beside one of a condition."""
    yield from (value + "-2", value + "*", value.swapcase(), "")
