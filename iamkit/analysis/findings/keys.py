"""Checks of condition keys: whether they exist, what they hold, where they are worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iamkit.analysis.findings.facts import (
    DEPRECATED_KEYS,
    IRRELEVANT_KEYS,
    KEYS_OF_SOME_SERVICES,
    PAIRED_KEYS,
    SINGLE_OR_LIST,
    UNTRUSTWORTHY_KEYS,
)
from iamkit.analysis.findings.known import did_you_mean, key_type, prefixes, tag_stem
from iamkit.analysis.findings.values import family
from iamkit.policy.conditions import Qualifier
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Key, Outline, Part
from iamkit.reference import GLOBAL_KEYS, service

_ALLOWED = {
    "String": ("String",),
    "ARN": ("Arn", "String"),
    "Bool": ("Bool",),
    "Numeric": ("Numeric",),
    "Date": ("Date", "Numeric"),
    "IPAddress": ("Ip",),
    "Binary": ("Binary",),
}
_OPERATORS = {
    "String": "String",
    "ARN": "ARN",
    "Bool": "Boolean",
    "Numeric": "Numeric",
    "Date": "Date",
    "IPAddress": "IP address",
}
# `aws:EpochTime` is a number that Date operators read as well (its page says both).
_MORE = {"aws:epochtime": ("Date",)}


def _prefix(key: Key) -> str:
    return key.folded.partition(":")[0]


def _is_foreign(prefix: str) -> bool:
    """Tell whether the key is one that an identity provider outside AWS brings: its prefix is an address."""
    return "." in prefix or "/" in prefix


def _keys(problem: Callable[[Outline, Part, Key], str | tuple[str, str] | None]) -> Finder:
    """Make a check of a question about one condition key; the answer is a message, or a message and help."""

    def find(outline: Outline) -> Iterator[Found]:
        for part, key in outline.each_key():
            answer = problem(outline, part, key)
            if answer:
                message, help = answer if isinstance(answer, tuple) else (answer, "")
                yield Found(key.pointer, message, help, at_key=True)

    return find


def _badly_formed(_outline: Outline, _part: Part, key: Key) -> str | None:
    prefix, colon, rest = key.name.partition(":")
    return None if prefix and colon and rest else f"`{key.name}` is not of the form `service:key`"


def _unknown_global(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    if _prefix(key) != "aws" or ":" not in key.name or key.folded in DEPRECATED_KEYS:
        return None
    if key_type(key.folded) is not None or tag_stem(key.folded):
        return None
    return f"`{key.name}` is no global condition key", did_you_mean(key.name, GLOBAL_KEYS)


def _unknown_service(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    prefix = _prefix(key)
    if ":" not in key.name or prefix in prefixes() | {"aws", ""} or _is_foreign(prefix) or key_type(key.folded):
        return None
    return f"`{key.name}`: no service has the prefix `{prefix}`", did_you_mean(prefix, prefixes())


def _unknown_key(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    prefix = _prefix(key)
    if prefix not in prefixes() or key.folded == f"{prefix}:" or key_type(key.folded) or tag_stem(key.folded):
        return None
    return f"`{key.name}` is no condition key of `{prefix}`", did_you_mean(key.name, service(prefix).condition_keys)


def _no_tag_key(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    stem = key.name.rstrip("/")
    return (f"`{key.name}` names no tag", f"write `{stem}/` and the tag's key") if tag_stem(key.folded) else None


def _no_qualifier(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    known = key_type(key.folded)
    if known is None or not known.multivalued or family(key) == "Null" or key.folded in SINGLE_OR_LIST:
        return None
    if key.use.qualifier is not Qualifier.NONE:
        return None
    return (
        f"a request may have several values of `{key.name}`",
        f"write `ForAnyValue:{key.use}` or `ForAllValues:{key.use}`",
    )


def _needless_for_all(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    known = key_type(key.folded)
    if known is None or known.multivalued or not known.type or family(key) == "Null":
        return None
    if key.use.qualifier is not Qualifier.FOR_ALL_VALUES:
        return None
    return f"`{key.name}` has one value: `{key.use}` also holds where it is missing", "leave `ForAllValues:` out"


def _wrong_operator(_outline: Outline, _part: Part, key: Key) -> str | None:
    known = key_type(key.folded)
    if known is None or known.type not in _ALLOWED or family(key) == "Null":
        return None
    if family(key) in _ALLOWED[known.type] + _MORE.get(key.folded, ()):
        return None
    return f"`{key.name}` is compared with {_OPERATORS.get(known.type, known.type)} operators, not with `{key.use}`"


def _string_like_arn(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    known = key_type(key.folded)
    if known is None or known.type != "ARN" or key.use.operator.name not in ("StringLike", "StringNotLike"):
        return None
    better = str(key.use).replace("String", "Arn")
    return f"`{key.use}` compares the ARN `{key.name}` without regard to its parts", f"use `{better}`"


def _untrustworthy(_outline: Outline, _part: Part, key: Key) -> str | None:
    if key.folded in UNTRUSTWORTHY_KEYS and family(key) != "Null":
        return f"`{key.name}` says what the caller's own client writes there: it proves nothing"
    return None


def _unpaired(_outline: Outline, part: Part, key: Key) -> tuple[str, str] | None:
    others = PAIRED_KEYS.get(key.folded)
    if others is None or part.key(*(other.lower() for other in others)):
        return None
    shown = " or ".join(f"`{other}`" for other in others)
    return f"`{key.name}` alone may be an address of somebody else's network", f"add a condition on {shown}"


def _some_services(_outline: Outline, part: Part, key: Key) -> str | None:
    supported = KEYS_OF_SOME_SERVICES.get(key.folded)
    if supported is None:
        return None
    named = {text.value.partition(":")[0].lower() for text in part.actions}
    others = sorted(named - supported) if part.actions else ["every service that `NotAction` leaves"]
    return f"`{key.name}` is not there for {', '.join(f'`{name}`' for name in others)}" if others else None


def _attributes_without_select(_outline: Outline, part: Part, key: Key) -> tuple[str, str] | None:
    if key.folded != "dynamodb:attributes" or not part.allows or family(key) != "String":
        return None
    select = part.key("dynamodb:select")
    if select and any(text.value == "SPECIFIC_ATTRIBUTES" for text in select.texts):
        return None
    help = 'add `"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}`'
    return "a read request that names no attributes gets them all", help


def _prefix_turned(_outline: Outline, part: Part, key: Key) -> tuple[str, str] | None:
    if key.folded != "s3:prefix" or family(key) != "String" or part.allows is not key.use.operator.negated:
        return None
    help = "allow with `StringLike`, or deny with `StringNotLike`"
    return "a request with a shorter prefix is not caught by this and lists the same objects", help


def _irrelevant(outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    if key.folded not in IRRELEVANT_KEYS.get(outline.resource_type or "", frozenset()):
        return None
    return f"`{key.name}` tells nothing in the policy of the resource itself", "use it in an identity-based policy"


def _audience(qualifier: Qualifier) -> Callable[[Outline, Part, Key], str | None]:
    def problem(_outline: Outline, _part: Part, key: Key) -> str | None:
        if key.folded.endswith(":aud") and key.use.qualifier is qualifier and family(key) != "Null":
            return f"`{key.name}` names whom the token is for and has one value: leave `{qualifier.value}` out"
        return None

    return problem


def _deprecated(_outline: Outline, _part: Part, key: Key) -> tuple[str, str] | None:
    successor = DEPRECATED_KEYS.get(key.folded)
    return (f"`{key.name}` is out of use", f"its successor is `{successor}`") if successor else None


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Invalid condition key format", _keys(_badly_formed)),
    ("Invalid global condition key", _keys(_unknown_global)),
    ("Invalid service", _keys(_unknown_service)),
    ("Invalid service condition key", _keys(_unknown_key)),
    ("Missing tag key in condition", _keys(_no_tag_key)),
    ("Missing qualifier", _keys(_no_qualifier)),
    ("Deprecated global condition key", _keys(_deprecated)),
    ("Type mismatch", _keys(_wrong_operator)),
    ("Use condition key only with supported services", _keys(_some_services)),
    ("Untrustworthy condition key", _keys(_untrustworthy)),
    ("ForAllValues with single valued key", _keys(_needless_for_all)),
    ("Missing paired condition keys", _keys(_unpaired)),
    ("String like operator with ARN condition keys", _keys(_string_like_arn)),
    ("DynamoDB attributes without select", _keys(_attributes_without_select)),
    ("S3 prefix in negative context", _keys(_prefix_turned)),
    ("ForAnyValue with audience claim type", _keys(_audience(Qualifier.FOR_ANY_VALUE))),
    ("Irrelevant condition key in policy", _keys(_irrelevant)),
    ("Confirm audience claim type", _keys(_audience(Qualifier.FOR_ALL_VALUES))),
)
