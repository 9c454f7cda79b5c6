"""Policies and requests to generate: few names, so that statements and requests meet often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from iamkit import Caller, Policies, Request, Resource

Json = dict[str, Any]

ACCOUNTS = ("111122223333", "444455556666")
PRINCIPALS = (
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/alice",
    "arn:aws:iam::444455556666:user/bob",
    "arn:aws:iam::111122223333:role/App",
    "arn:aws:sts::111122223333:assumed-role/App/one",
    "arn:aws:sts::444455556666:assumed-role/App/two",
    "arn:aws:sts::111122223333:federated-user/carol",
    "lambda.amazonaws.com",
    "accounts.google.com",
    "anonymous",
)
CALLERS = (
    *map(Caller.parse, PRINCIPALS),
    Caller.parse(PRINCIPALS[4]).known_as(
        role_arn="arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/App"
    ),
    Caller.parse(PRINCIPALS[6]).known_as(user_arn=PRINCIPALS[1]),
)
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "kms:Decrypt", "sts:AssumeRole")
RESOURCES = (
    "*",
    "arn:aws:s3:::reports",
    "arn:aws:s3:::reports/a",
    "arn:aws:s3:::reports/alice/b",
    "arn:aws:sqs:eu-west-1:111122223333:queue",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    "arn:aws:iam::111122223333:role/App",
)
ACTION_PATTERNS = (*ACTIONS, "*", "s3:*", "s3:Get*", "S3:?utObject", "sqs:*Message", "*:*", "ec2:RunInstances")
RESOURCE_PATTERNS = (
    *RESOURCES,
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::*/${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/Team, 'reports'}/?",
    "arn:aws:sqs:*",
    "arn:aws:*:*:111122223333:*",
)
PRINCIPAL_ELEMENTS: tuple[Any, ...] = (
    "*",
    {"AWS": "*"},
    {"AWS": ["111122223333", "arn:aws:iam::444455556666:user/bob"]},
    {"AWS": "arn:aws:iam::111122223333:role/App"},
    {"AWS": ["arn:aws:sts::111122223333:assumed-role/App/one", "arn:aws:iam::111122223333:user/alice"]},
    {"Service": "lambda.amazonaws.com", "Federated": "accounts.google.com"},
)
KEYS = ("aws:SourceIp", "aws:username", "aws:PrincipalArn", "aws:TagKeys", "s3:max-keys", "aws:CurrentTime")
VALUES = ("10.0.0.1", "alice", "true", "5", "2026-01-01T00:00:00Z", "*", "arn:aws:iam::111122223333:role/App", "")
OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLikeIfExists", "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals", "NumericLessThan", "DateGreaterThanIfExists", "Bool", "IpAddress", "NotIpAddress",
    "ArnLike", "ArnNotEquals", "BinaryEquals", "Null",
)  # fmt: skip


def one_or_many(values: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """A string or an array of strings."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), max_size=3)


CONTEXTS = st.dictionaries(st.sampled_from(KEYS), one_or_many(VALUES), max_size=3)
CONDITIONS = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(
        st.sampled_from(KEYS), one_or_many((*VALUES, "${aws:username}", "10.0.0.0/8")), min_size=1, max_size=2
    ),
    max_size=2,
)


@st.composite
def statements(draw: st.DrawFn, *, effect: str | None = None, principal: str = "no", conditions: bool = True) -> Json:
    """A statement; `principal` is `no`, `everyone` or `any`."""
    statement: Json = {"Effect": effect or draw(st.sampled_from(("Allow", "Allow", "Deny")))}
    statement[draw(st.sampled_from(("Action", "Action", "NotAction")))] = draw(one_or_many(ACTION_PATTERNS))
    statement[draw(st.sampled_from(("Resource", "Resource", "NotResource")))] = draw(one_or_many(RESOURCE_PATTERNS))
    if principal == "everyone":
        statement["Principal"] = "*"
    elif principal == "any":
        element = draw(st.sampled_from(("Principal", "Principal", "NotPrincipal")))
        statement[element] = draw(st.sampled_from(PRINCIPAL_ELEMENTS))
    if conditions and draw(st.booleans()):
        statement["Condition"] = draw(CONDITIONS)
    return statement


@st.composite
def documents(draw: st.DrawFn, *, principal: str = "no", effect: str | None = None) -> Json:
    """A policy document."""
    body = draw(st.lists(statements(principal=principal, effect=effect), min_size=1, max_size=3))
    version = draw(st.sampled_from(("2012-10-17", "2012-10-17", "2008-10-17")))
    return {"Version": version, "Statement": body}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """A request of any kind of caller."""
    account = draw(st.sampled_from((None, *ACCOUNTS)))
    resource = Resource(draw(st.sampled_from(RESOURCES)), account)
    return Request(draw(st.sampled_from(CALLERS)), draw(st.sampled_from(ACTIONS)), resource, draw(CONTEXTS))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What the strategy gives, or nothing, which is as likely."""
    return st.none() | strategy


@st.composite
def policy_sets(draw: st.DrawFn) -> Json:
    """The fields of a full set of policies, as documents, so that a test can add to them."""
    levels = st.dictionaries(st.sampled_from(("root", "ou", "account")), st.lists(documents(), max_size=2), min_size=1)
    everyone = st.lists(documents(principal="everyone"), max_size=2)
    return {
        "identity_based": draw(st.lists(documents(), max_size=2)),
        "groups": draw(st.dictionaries(st.sampled_from(("Developers",)), st.lists(documents(), max_size=1))),
        "resource_based": draw(maybe(documents(principal="any"))),
        "permissions_boundary": draw(maybe(st.lists(documents(), min_size=1, max_size=2))),
        "session": draw(maybe(st.lists(documents(), min_size=1, max_size=2))),
        "service_control": draw(maybe(levels)),
        "resource_control": draw(maybe(st.dictionaries(st.just("root"), everyone, min_size=1))),
        "vpc_endpoint": draw(maybe(st.lists(documents(principal="everyone"), min_size=1, max_size=1))),
        "management_account": draw(st.sampled_from((None, *ACCOUNTS))),
    }


def policies(fields: Json) -> Policies:
    """Make the set."""
    return Policies(**fields)
