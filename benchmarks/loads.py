"""The loads: the same policies and requests for every contestant, written in each one's own language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ACCOUNT = "111122223333"
CALLER = f"arn:aws:iam::{ACCOUNT}:user/alice"
SERVICES = ("s3", "sqs", "dynamodb", "lambda", "kms", "sns", "ec2", "logs", "iam", "secretsmanager")
CONDITION = {"StringEquals": {"aws:PrincipalTag/Team": ["blue", "green"]}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}


@dataclass(frozen=True)
class Load:
    """Some policies, the requests to decide, and the decision that everyone must give for each."""

    name: str
    policies: list[dict[str, Any]]
    requests: list[tuple[str, str, dict[str, str]]]
    allowed: list[bool]
    conditions: bool


def statement(policy: int, index: int, conditions: bool) -> dict[str, Any]:
    """Make the statement: ten services in turn, two action patterns, one resource pattern."""
    service = SERVICES[(policy + index) % len(SERVICES)]
    return {
        "Effect": "Allow",
        "Action": [f"{service}:Get*", f"{service}:ListItems{index}"],
        "Resource": resource(service, policy, index) + "*",
        **({"Condition": CONDITION} if conditions else {}),
    }


def resource(service: str, policy: int, index: int) -> str:
    """Name the prefix that a statement is about."""
    return f"arn:aws:{service}:eu-west-1:{ACCOUNT}:thing{policy}-{index}/"


def load(name: str, policies: int, *, conditions: bool = False) -> Load:
    """Make a load of policies with ten statements each; four requests, two of them allowed."""
    documents = [
        {"Version": "2012-10-17", "Statement": [statement(number, index, conditions) for index in range(10)]}
        for number in range(policies)
    ]
    context = {"aws:PrincipalTag/Team": "blue", "aws:SourceIp": "10.1.2.3"} if conditions else {}
    asked = []
    for number, index in ((0, 3), (policies - 1, 8)):
        service = SERVICES[(number + index) % len(SERVICES)]
        inside = resource(service, number, index) + "a/b"
        asked.append(((f"{service}:GetItem", inside, context), True))
        asked.append(((f"{service}:PutItem", inside, context), False))
    return Load(name, documents, [one for one, _ in asked], [answer for _, answer in asked], conditions)


LOADS = (
    load("1 policy of 10 statements", 1),
    load("50 policies of 10 statements", 50),
    load("1 policy of 10 statements with conditions", 1, conditions=True),
)
