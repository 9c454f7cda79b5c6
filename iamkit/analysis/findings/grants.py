"""Checks of two actions that let their holder have roles do things: `iam:PassRole`, `iam:CreateServiceLinkedRole`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamkit.analysis.findings.values import is_wild
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Outline, Part, Text
from iamkit.policy.patterns import glob


@dataclass(frozen=True, slots=True)
class _Grant:
    """An action, how the checks are called, the key that narrows it, where its roles' names begin, what it lets do."""

    action: str
    names: str
    key: str
    path: str
    does: str


_GRANTS = (
    _Grant("iam:passrole", "Pass role", "iam:passedtoservice", "role/", "pass any role to any service"),
    _Grant(
        "iam:createservicelinkedrole",
        "Create SLR",
        "iam:awsservicename",
        "role/aws-service-role/",
        "create service-linked roles for any service",
    ),
)
# How the statement comes to allow the action, and on what; the last part of each name is the check's own.
_NAMES = {
    ("exact", "NotResource"): "{} with NotResource",
    ("star", "NotResource"): "{} with star in action and NotResource",
    ("NotAction", "NotResource"): "{} with NotAction and NotResource",
    ("exact", "star"): "{} with star in resource",
    ("star", "star"): "{} with star in action and resource",
    ("NotAction", "star"): "{} with star in resource and NotAction",
}


def _how(part: Part, action: str) -> tuple[str, str]:
    """Tell how a statement covers the action, and where; empty where it does not."""
    near = (text for text in part.actions if text.value[:4].lower() == "iam:" or is_wild(text.value.partition(":")[0]))
    covering = [text for text in near if glob(text.value.lower())(action)]
    for text in sorted(covering, key=lambda text: is_wild(text.value)):
        return "star" if is_wild(text.value) else "exact", text.pointer
    excepted = part.texts("NotAction")
    if part.has("NotAction") and not any(glob(text.value.lower())(action) for text in excepted):
        return "NotAction", part.place("NotAction")
    return "", ""


def _is_any_role(text: Text, path: str) -> bool:
    """Tell whether a pattern leaves the role's name open from its beginning: `role/*`, but not `role/Service*`."""
    pieces = text.value.split(":", 5)
    if len(pieces) < 6:
        return text.value.endswith("*")
    if not glob(pieces[2])("iam"):
        return False
    start = min((pieces[5].find(mark) for mark in "*?" if mark in pieces[5]), default=-1)
    return start >= 0 and path.startswith(pieces[5][:start])


def _on_what(part: Part, path: str) -> str:
    if part.has("NotResource"):
        return "NotResource"
    return "star" if any(_is_any_role(text, path) for text in part.resources) else ""


def _wide(grant: _Grant, case: tuple[str, str]) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            if not part.allows or part.key(grant.key) is not None:
                continue
            if _on_what(part, grant.path) != case[1]:
                continue
            how, pointer = _how(part, grant.action)
            if how == case[0]:
                yield Found(pointer, f"this lets its holder {grant.does}", "name the roles in `Resource`")

    return find


CHECKS: tuple[tuple[str, Finder], ...] = tuple(
    (name.format(grant.names), _wide(grant, case)) for grant in _GRANTS for case, name in _NAMES.items()
)
