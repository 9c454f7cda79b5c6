"""Checks of resource control policies (Organizations User Guide, "RCP syntax" and "RCP examples")."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.findings.facts import PRINCIPAL_KEYS, RCP_SERVICES, SOURCE_KEYS
from iamkit.analysis.findings.values import family
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Outline, Part

_SERVICE = "aws:principalisawsservice"
# What AWS attaches itself, and nobody may write: all of it, to all, without a condition.
_FULL_ACCESS = "`Allow` stands only in RCPFullAWSAccess, which AWS attaches: `*` for all, without a condition"


def _allow(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        whole = [text.value for text in part.resources] == ["*"]
        if part.allows and (not whole or part.keys or [named.value for named in part.principals()] != ["*"]):
            yield Found(part.place("Effect"), _FULL_ACCESS, "say with `Deny` what is to be kept out")


def _not_action(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        if part.has("NotAction"):
            yield Found(part.place("NotAction"), "a resource control policy has no `NotAction`", at_key=True)


def _action(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        for text in part.actions:
            prefix = text.value.partition(":")[0].lower()
            if prefix not in RCP_SERVICES and not (part.allows and text.value == "*"):
                yield Found(text.pointer, f"`{text.value}`: no resource control policy reaches `{prefix}`")


def _asks_service(part: Part, wanted: str) -> bool:
    return any(
        key.folded == _SERVICE and family(key) == "Bool" and [text.value.lower() for text in key.texts] == [wanted]
        for key in part.keys
    )


def _about_principals(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        key = next((key for key in part.keys if PRINCIPAL_KEYS.fullmatch(key.name) and family(key) != "Null"), None)
        if key is not None and not part.allows and not _asks_service(part, "false"):
            help = 'add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`'
            yield Found(key.pointer, f"`{key.name}` is not there when an AWS service acts for you", help, at_key=True)


def _about_services(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        key = next((key for key in part.keys if key.folded in SOURCE_KEYS and family(key) != "Null"), None)
        if key is not None and not part.allows and not _asks_service(part, "true"):
            help = 'add `"Bool": {"aws:PrincipalIsAWSService": "true"}`'
            yield Found(
                key.pointer, f"`{key.name}` is not there when one of your own principals acts", help, at_key=True
            )


def _null_check(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        key = next((key for key in part.keys if key.folded in SOURCE_KEYS and family(key) != "Null"), None)
        asked = any(key.folded in ("aws:sourceaccount", "aws:sourcearn") and family(key) == "Null" for key in part.keys)
        if key is not None and not part.allows and not asked:
            help = 'add `"Null": {"aws:SourceAccount": "false"}`'
            yield Found(key.pointer, f"not every service tells `{key.name}`", help, at_key=True)


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("RCP syntax error allow", _allow),
    ("RCP syntax error NotAction", _not_action),
    ("RCP syntax error action", _action),
    ("RCP missing related principal condition key", _about_principals),
    ("RCP missing related service principal condition key", _about_services),
    ("RCP missing service condition key null check", _null_check),
)
