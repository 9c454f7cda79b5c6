"""What makes a request real: an action that exists, on a resource of the shape it takes, with keys it knows.

All actions and shapes are the reference's. What it knows nothing about (an unknown service) counts as invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iamkit.analysis.symbolic.globs import Pattern, Token, anything, literal
from iamkit.analysis.symbolic.keys import fits_key
from iamkit.policy.patterns import Matcher
from iamkit.reference import Action, UnknownService, action, service

_PLACE = re.compile(r"\$\{(\w+)\}")
_USUAL = (
    "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "s3:ListAllMyBuckets", "s3:GetBucketLocation",
    "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucket", "s3:CreateBucket", "s3:GetObjectVersion",
    "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:ListQueues", "sqs:DeleteQueue", "sns:Publish", "dynamodb:GetItem",
    "dynamodb:PutItem", "dynamodb:DeleteTable", "iam:GetUser", "iam:CreateUser", "iam:ListUsers", "iam:PassRole",
    "iam:AttachRolePolicy", "iam:CreateAccessKey", "sts:AssumeRole", "ec2:DescribeInstances", "ec2:StartInstances",
    "ec2:TerminateInstances", "ec2:CreateTags", "lambda:InvokeFunction", "lambda:GetFunction", "kms:Decrypt",
    "kms:Encrypt", "secretsmanager:GetSecretValue", "logs:PutLogEvents", "logs:CreateLogGroup",
)  # fmt: skip
_USUAL_SERVICES = tuple(dict.fromkeys(name.partition(":")[0] for name in _USUAL))
# The reference lists these with resource types that exclude each other, so none is marked as required.
_ON_SOMETHING = frozenset({
    "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "s3:GetObjectVersion",
})  # fmt: skip

_FILLS = {
    "Partition": "aws", "Region": "us-east-1", "Account": "111122223333", "BucketName": "amzn-s3-demo-bucket",
    "ObjectName": "file.txt", "UserNameWithPath": "bob", "RoleNameWithPath": "Example", "GroupNameWithPath": "Everyone",
    "PolicyNameWithPath": "Example", "QueueName": "example-queue", "TopicName": "example-topic",
    "TableName": "Example", "FunctionName": "example", "InstanceId": "i-0123456789abcdef0",
    "KeyId": "1234abcd-12ab-34cd-56ef-1234567890ab", "SecretId": "example-AbCdEf", "LogGroupName": "example",
    "VolumeId": "vol-0123456789abcdef0", "VpcId": "vpc-0123456789abcdef0", "Alias": "example",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """Actions that the policies treat alike and that take the same resources; `vector` is what they all match."""

    vector: int
    actions: tuple[str, ...]
    templates: tuple[str, ...]
    without: bool
    unknown_keys: frozenset[str]


def shapes(matchers: Sequence[Matcher], patterns: Sequence[str], keys: Sequence[str]) -> Iterator[Shape]:
    """Group the real actions by which patterns they match and what they act on; the most usual come first.

    `matchers` decide for an action in lower case, and are the bits of a shape's vector.
    """
    own_keys = [key for key in keys if _is_own(key)]
    named = list(_named_services(patterns))
    usual = [found for name in _USUAL if (found := action(name)) is not None]
    first = sorted(usual, key=lambda each: each.name.partition(":")[0] not in named)
    rest = (each for prefix in dict.fromkeys([*named, *_USUAL_SERVICES]) for _, each in _actions(prefix))
    yield from _grouped(first, matchers, own_keys)
    yield from _grouped(rest, matchers, own_keys)


def _grouped(actions: Iterable[Action], matchers: Sequence[Matcher], own_keys: Sequence[str]) -> Iterator[Shape]:
    groups: dict[tuple[int, tuple[str, ...], bool, frozenset[str]], list[str]] = {}
    for each in actions:
        name = each.name.lower()
        vector = sum(1 << at for at, matches in enumerate(matchers) if matches(name))
        unknown = frozenset(key for key in own_keys if not _knows(each, key))
        groups.setdefault((vector, _templates(each), _goes_without(each), unknown), []).append(each.name)
    for (vector, templates, without, unknown), names in groups.items():
        yield Shape(vector, tuple(names), templates, without, unknown)


def _named_services(patterns: Iterable[str]) -> Iterator[str]:
    named = dict.fromkeys(pattern.lower().partition(":")[0] for pattern in patterns)
    return (name for name in named if "*" not in name and "?" not in name)


def real_name(name: str) -> str:
    """Spell an action as the reference does, where it knows it."""
    known = action(name)
    return name if known is None else known.name


@lru_cache(maxsize=64)
def _actions(prefix: str) -> tuple[tuple[str, Action], ...]:
    try:
        found = service(prefix).actions
    except UnknownService:
        return ()
    return tuple((action.name.lower(), action) for action in found.values())


@lru_cache(maxsize=8192)
def _templates(action: Action) -> tuple[str, ...]:
    types = service(action.name.partition(":")[0]).resource_types
    found = [types[each.name].arn for each in action.resource_types if each.name in types]
    return tuple(sorted(found, key=lambda template: any(place not in _FILLS for place in _PLACE.findall(template))))


def _goes_without(action: Action) -> bool:
    """Tell whether a request for the action may name no resource (P13)."""
    return not any(each.required for each in action.resource_types) and action.name not in _ON_SOMETHING


def _is_own(key: str) -> bool:
    """Tell whether a key is one that only some actions of one service come with."""
    prefix = key.partition(":")[0]
    return prefix not in ("aws", "saml") and "." not in prefix and ":" in key and bool(_actions(prefix))


@lru_cache(maxsize=65536)
def _knows(action: Action, key: str) -> bool:
    prefix = action.name.partition(":")[0]
    types = service(prefix).resource_types
    listed = [*action.condition_keys, *(name for each in action.resource_types for name in each.condition_keys)]
    listed += [name for each in action.resource_types if each.name in types for name in types[each.name].condition_keys]
    return any(fits_key(name, key) for name in listed)


@lru_cache(maxsize=4096)
def shape_pattern(template: str) -> Pattern:
    """Read an ARN template: a place is any text, an ARN's own parts and a bucket's name hold no colon or slash."""
    tokens: list[Token] = []
    for at, part in enumerate(_PLACE.split(template)):
        if at % 2 == 0:
            tokens += literal(part.replace("*", "x"))
        elif part in ("Partition", "Region", "Account"):
            tokens += anything(without=":", nonempty=True)
        else:
            tokens += anything(without="/:" if part == "BucketName" else "", nonempty=True)
    return tuple(tokens)


@lru_cache(maxsize=4096)
def example(template: str) -> str:
    """Write an ARN of a template."""
    return _PLACE.sub(lambda match: _FILLS.get(match.group(1), "example"), template)
