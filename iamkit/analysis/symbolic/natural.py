"""What makes a request real: an action that exists, on a resource of the shape it takes, with keys it knows.

All actions and shapes are the reference's. What it knows nothing about (an unknown service) counts as invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iamkit.analysis.symbolic.globs import Automaton, Pattern, Token, anything, literal
from iamkit.analysis.symbolic.keys import fits_key
from iamkit.reference import Action, UnknownService, service

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
_TOKEN_ACTIONS = {"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"}

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


def shapes(automaton: Automaton, patterns: Iterable[str], keys: Sequence[str]) -> list[Shape]:
    """Group the real actions by which patterns they match and what they act on; the most usual come first."""
    own_keys = [key for key in keys if _is_own(key)]
    groups: dict[tuple[int, tuple[str, ...], bool, frozenset[str]], list[str]] = {}
    for prefix in _services(patterns):
        for name, action in _actions(prefix):
            vector = automaton.read(name)
            known = [key for key in own_keys if _knows(action, key)]
            templates = _templates(action)
            without = not any(each.required for each in action.resource_types)
            group = (vector, templates, without, frozenset(own_keys) - frozenset(known))
            groups.setdefault(group, []).append(action.name)
    usual = {name: at for at, name in enumerate(_USUAL)}
    found = [
        Shape(vector, tuple(sorted(names, key=lambda name: usual.get(name, 999))), *rest)
        for (vector, *rest), names in groups.items()  # type: ignore[arg-type]
    ]
    return sorted(found, key=lambda shape: (usual.get(shape.actions[0], 999), len(shape.unknown_keys)))


def _services(patterns: Iterable[str]) -> Iterator[str]:
    named = [pattern.lower().partition(":")[0] for pattern in patterns]
    return iter(dict.fromkeys([*(name for name in named if "*" not in name and "?" not in name), *_USUAL_SERVICES]))


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
    return tuple(types[each.name].arn for each in action.resource_types if each.name in types)


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
