"""Checks of policy variables: how they are written, and where they let in too much (P34–P38)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamkit.analysis.findings.facts import SENSITIVE_KEYS
from iamkit.analysis.findings.values import family, is_like, is_wild
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Outline, Text

_OPEN = re.compile(r"\$\{([^{}$]*)(\})?")
_VARIABLE = re.compile(r"\$\{(?![*?$]\})\s*([^{},]*?)\s*(?:,[^{}]*)?\}")
_DEFAULT = re.compile(r"\s*'[^']*'\s*")


def _texts(outline: Outline) -> Iterator[Text]:
    if outline.knows_variables:
        for part in outline.statements:
            yield from part.texts("Resource", "NotResource")
            for key in part.keys:
                if family(key) in ("String", "Arn"):
                    yield from key.texts


def _fault(inside: str, closed: bool) -> str:
    """Name what is wrong with one variable; nothing where it is well written."""
    if not closed:
        return "Missing brace in variable"
    if not inside.strip():
        return "Empty variable"
    key, comma, default = inside.partition(",")
    if comma and not _DEFAULT.fullmatch(default):
        return "Missing quote in variable"
    return "Unsupported space in variable" if re.search(r"\s", key) else ""


_SAYS = {
    "Missing brace in variable": "has `${` without `}`",
    "Empty variable": "has a variable without a name",
    "Missing quote in variable": "has a default that is not in single quotes, as in `${aws:PrincipalTag/team, 'none'}`",
    "Unsupported space in variable": "has a space in a variable's name",
}


def _badly_written(name: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for text in _texts(outline):
            # The escapes stand for one character each (P37).
            plain = re.sub(r"\$\{[*?$]\}", "", text.value)
            if any(_fault(match[1], match[2] is not None) == name for match in _OPEN.finditer(plain)):
                yield Found(text.pointer, f"`{text.value}` {_SAYS[name]}")

    return find


def _sensitive_variable(outline: Outline) -> Iterator[Found]:
    # `aws:ResourceOrgID` against `${aws:PrincipalOrgID}` is AWS's own advice (IAM User Guide, "Establish permissions
    # guardrails using data perimeters"): a variable that nobody outside can choose is none to warn of.
    if not outline.knows_variables:
        return
    for _, key in outline.each_key():
        for text in key.texts if key.folded in SENSITIVE_KEYS and family(key) == "String" else ():
            if any(match[1].lower() not in SENSITIVE_KEYS for match in _VARIABLE.finditer(text.value)):
                help = "write the value itself: what a request says could be anything"
                yield Found(
                    text.pointer, f"`{text.value}` has a variable, which `{key.name}` is too sensitive for", help
                )
        for text in key.texts if key.folded == "aws:userid" and is_like(key) else ():
            left = text.value.rpartition(":")[0]
            if left and _VARIABLE.sub("", left) and _VARIABLE.search(left):
                yield Found(text.pointer, f"`{text.value}` has a variable in the part before the colon")


def _sensitive_wildcard(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if family(key) != "String" or not is_like(key):
            continue
        for text in filter(lambda text: is_wild(text.value), key.texts):
            if key.folded in SENSITIVE_KEYS:
                help = "write the value itself, or ask with `Null` whether the key is there"
                yield Found(
                    text.pointer, f"`{text.value}` has a wildcard, which `{key.name}` is too sensitive for", help
                )
            elif key.folded == "aws:userid" and not _fits_user_id(text.value):
                help = "as in `AIDACKCEVSQ6C2EXAMPLE:*`, or `*:name`"
                yield Found(text.pointer, f"`{text.value}` has a wildcard in a part of the unique ID", help)


def _fits_user_id(text: str) -> bool:
    left, colon, _ = text.partition(":")
    return bool(colon) and (left == "*" or not is_wild(left))


CHECKS: tuple[tuple[str, Finder], ...] = (
    *((name, _badly_written(name)) for name in _SAYS),
    ("Variable usage too permissive", _sensitive_variable),
    ("Wildcard usage too permissive", _sensitive_wildcard),
)
