"""Parameters must have the lengths, characters and sizes that AWS documents; STS names every problem at once (E21)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from iamkit.cloud.calls import ServiceError


class Text(NamedTuple):
    """A text parameter; a secret one is never repeated in an error."""

    shortest: int
    longest: int | None
    pattern: str = ""
    required: bool = False
    secret: bool = False


class Whole(NamedTuple):
    """A whole number."""

    least: int
    most: int


class Many(NamedTuple):
    """A list."""

    fewest: int
    most: int


Constraint = Text | Whole | Many

_NAME = r"[\w+=,.@-]*"
_ARN = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+"
_POLICY: dict[str, Constraint] = {
    "Policy": Text(1, 2048, r"[\u0009\u000A\u000D\u0020-\u00FF]+"),
    "PolicyArns": Many(0, 10),
    "MinimumSessionTokenSize": Whole(0, 4096),
}
_ROLE: dict[str, Constraint] = {
    "RoleArn": Text(20, 2048, _ARN, required=True),
    "DurationSeconds": Whole(900, 43200),
    **_POLICY,
}
_MFA: dict[str, Constraint] = {
    "SerialNumber": Text(9, 256, r"[\w+=/:,.@-]*"),
    "TokenCode": Text(6, 6, r"[\d]*", secret=True),
}
_TAGS: dict[str, Constraint] = {"Tags": Many(0, 50), "TransitiveTagKeys": Many(0, 50)}
_SESSION_NAME: dict[str, Constraint] = {"RoleSessionName": Text(2, 64, _NAME, required=True)}

PARAMETERS: dict[str, dict[str, Constraint]] = {
    "AssumeRole": {
        **_ROLE,
        **_SESSION_NAME,
        **_TAGS,
        **_MFA,
        "ExternalId": Text(2, 1224, r"[\w+=,.@:\/-]*"),
        "SourceIdentity": Text(2, 64, _NAME),
    },
    "AssumeRoleWithWebIdentity": {
        **_ROLE,
        **_SESSION_NAME,
        "WebIdentityToken": Text(4, 20000, required=True, secret=True),
    },
    "AssumeRoleWithSAML": {
        **_ROLE,
        "PrincipalArn": Text(20, 2048, _ARN, required=True),
        "SAMLAssertion": Text(4, 100000, required=True, secret=True),
    },
    "GetSessionToken": {
        **_MFA,
        "DurationSeconds": Whole(900, 129600),
        "MinimumSessionTokenSize": Whole(0, 4096),
    },
    "GetFederationToken": {
        **_POLICY,
        "Name": Text(2, 32, _NAME, required=True),
        "DurationSeconds": Whole(900, 129600),
        "Tags": Many(0, 50),
    },
    "DecodeAuthorizationMessage": {"EncodedMessage": Text(1, 10240, required=True)},
    "GetAccessKeyInfo": {"AccessKeyId": Text(16, 128, r"[\w]*", required=True)},
    "GetCallerIdentity": {},
}
_TAG_KEY = Text(1, 128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", required=True)
_TAG_VALUE = Text(0, 256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", required=True)


def check_parameters(operation: str, parameters: Mapping[str, Any]) -> None:
    """Raise ValidationError with everything that is wrong with the parameters of an operation."""
    problems: list[str] = []
    for name, constraint in PARAMETERS[operation].items():
        problems += _problems(_member(name), parameters.get(name), constraint)
    problems += tag_problems(parameters.get("Tags") or ())
    refuse(problems)


def tag_problems(tags: Any) -> Iterator[str]:
    """Say what is wrong with the keys and values of tags."""
    for number, tag in enumerate(tags, 1):
        yield from _problems(f"tags.{number}.member.key", tag.get("Key"), _TAG_KEY)
        yield from _problems(f"tags.{number}.member.value", tag.get("Value"), _TAG_VALUE)


def text_problems(member: str, value: str, constraint: Constraint) -> Iterator[str]:
    """Say what is wrong with one value, which need not have come as a parameter."""
    yield from _problems(member, value, constraint)


def refuse(problems: list[str]) -> None:
    """Raise ValidationError with these problems, if there are any."""
    if problems:
        count = "1 validation error" if len(problems) == 1 else f"{len(problems)} validation errors"
        raise ServiceError("ValidationError", f"{count} detected: {'; '.join(problems)}")


def _member(name: str) -> str:
    return "sAMLAssertion" if name == "SAMLAssertion" else name[:1].lower() + name[1:]


def _problems(member: str, value: Any, constraint: Constraint) -> Iterator[str]:
    if value is None:
        if isinstance(constraint, Text) and constraint.required:
            yield f"Value null at '{member}' failed to satisfy constraint: Member must not be null"
        return
    hidden = isinstance(constraint, Many) or (isinstance(constraint, Text) and constraint.secret)
    shown = "Value" if hidden else f"Value '{value}'"
    for must in _broken(value, constraint):
        yield f"{shown} at '{member}' failed to satisfy constraint: Member must {must}"


def _broken(value: Any, constraint: Constraint) -> Iterator[str]:
    match constraint:
        case Text(shortest, longest, pattern):
            if pattern and not _matches(pattern, value):
                yield f"satisfy regular expression pattern: {pattern}"
            yield from _too("have length", len(value), shortest, longest)
        case Whole(least, most):
            yield from _too("have value", value, least, most)
        case Many(fewest, most):
            yield from _too("have length", len(value), fewest, most)


def _too(what: str, size: int, least: int, most: int | None) -> Iterator[str]:
    if size < least:
        yield f"{what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{what} less than or equal to {most}"


def _matches(pattern: str, value: str) -> bool:
    if r"\p" in pattern:  # letters, separators and numbers of any script, which `re` has no classes for
        return all(sign in "_.:/=+-@" or unicodedata.category(sign)[0] in "LZN" for sign in value)
    return re.fullmatch(pattern, value, re.ASCII) is not None
