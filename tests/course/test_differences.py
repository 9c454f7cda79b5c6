"""The search for a differing request: what it must find, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit import Policies, Policy, PolicyType, Request, Resource, allows
from iamkit.course.differences import Relation, find_difference
from tests.course.building import ALICE, REPORT, bucket_policy, document, in_force, request, statement

READ = "s3:GetObject"
ALL = "arn:aws:s3:::reports/*"
ROLE = "arn:aws:iam::111122223333:role/app"
SEEDS = [request(), request("s3:PutObject"), request(resource="arn:aws:s3:::reports/2025/b.csv")]


def when(**operators: Any) -> dict[str, Any]:
    """An Allow of reading everything in the bucket under a condition; `__` in an operator's name stands for `:`."""
    return statement(READ, ALL, Condition={name.replace("__", ":"): keys for name, keys in operators.items()})


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return statement(action, resource, "Deny", **more)


Statements = dict[str, Any] | list[dict[str, Any]]

# Pairs of identity-based policies that differ in one way.
DIFFERENT: dict[str, tuple[Statements, Statements]] = {
    "no slash before the wildcard": (
        statement(READ, "arn:aws:s3:::reports/2026*"),
        statement(READ, "arn:aws:s3:::reports/2026/*"),
    ),
    "bucket beside a bucket": (statement(READ, "arn:aws:s3:::reports*/*"), statement(READ, ALL)),
    "one folder deep": (statement(READ, "arn:aws:s3:::reports/*/*"), statement(READ, ALL)),
    "one character against any": (statement(READ, "arn:aws:s3:::reports/?"), statement(READ, ALL)),
    "one file against a pattern": (statement(READ, REPORT), statement(READ, "arn:aws:s3:::reports/2026/?.csv")),
    "only one ending": (statement(READ, "arn:aws:s3:::reports/*.csv"), statement(READ, ALL)),
    "an ending without its dot": (
        statement(READ, "arn:aws:s3:::reports/*csv"),
        statement(READ, "arn:aws:s3:::reports/*.csv"),
    ),
    "capital letter in a key": (
        statement(READ, "arn:aws:s3:::reports/Q1/*"),
        statement(READ, "arn:aws:s3:::reports/q1/*"),
    ),
    "a deny for one folder": (
        [statement(READ, ALL), deny("s3:*", "arn:aws:s3:::reports/secret/*")],
        statement(READ, ALL),
    ),
    "denies that cross": (
        [statement(READ, ALL), deny(READ, "arn:aws:s3:::reports/*/secret/*")],
        [statement(READ, ALL), deny(READ, "arn:aws:s3:::reports/2026/secret/*")],
    ),
    "one more action": (statement([READ, "s3:GetObjectAcl"], ALL), statement(READ, ALL)),
    "action wildcard": (statement("s3:GetObject*", ALL), statement(READ, ALL)),
    "verb wildcard": (statement("s3:Get*", "*"), statement("s3:GetObject*", "*")),
    "action that only an example has": (statement("s3:GetObjectT*", ALL), statement("s3:GetObjectTagging", ALL)),
    "service against everything": (statement("*"), statement("s3:*")),
    "NotAction": ({"Effect": "Allow", "NotAction": "s3:DeleteObject", "Resource": "*"}, statement("s3:*")),
    "NotAction that forgets one": (
        {"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"},
        {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
    ),
    "NotResource": ({"Effect": "Allow", "Action": READ, "NotResource": "arn:aws:s3:::secret/*"}, statement(READ, ALL)),
    "region in an ARN": (
        statement("sqs:SendMessage", "arn:aws:sqs:*:111122223333:orders"),
        statement("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ),
    "account in an ARN": (
        statement("sqs:SendMessage", "arn:aws:sqs:us-east-1:*:orders"),
        statement("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ),
    "dead-letter queue beside the queue": (
        statement("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders*"),
        statement("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ),
    "a name instead of a variable": (
        statement(READ, "arn:aws:s3:::home/alice/*"),
        statement(READ, "arn:aws:s3:::home/${aws:username}/*"),
    ),
    "the variable without its slash": (
        statement(READ, "arn:aws:s3:::home/${aws:username}*"),
        statement(READ, "arn:aws:s3:::home/${aws:username}/*"),
    ),
    "another tag": (
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Team}/*"),
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Unit}/*"),
    ),
    "two variables changed about": (
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Team}/${aws:PrincipalTag/Unit}/*"),
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Unit}/${aws:PrincipalTag/Team}/*"),
    ),
    "default of a variable": (
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Team, 'none'}/*"),
        statement(READ, "arn:aws:s3:::team/${aws:PrincipalTag/Team}/*"),
    ),
    "network one bit wider": (
        when(IpAddress={"aws:SourceIp": "10.0.0.0/15"}),
        when(IpAddress={"aws:SourceIp": "10.0.0.0/16"}),
    ),
    "one address less": (
        when(IpAddress={"aws:SourceIp": ["10.0.0.0/31", "10.0.0.2/32"]}),
        when(IpAddress={"aws:SourceIp": "10.0.0.0/30"}),
    ),
    "less than against at most": (
        when(NumericLessThan={"s3:max-keys": "10"}),
        when(NumericLessThanEquals={"s3:max-keys": "10"}),
    ),
    "one more": (when(NumericLessThan={"s3:max-keys": "11"}), when(NumericLessThan={"s3:max-keys": "10"})),
    "before against at the latest": (
        when(DateLessThan={"aws:CurrentTime": "2026-02-01T00:00:00Z"}),
        when(DateLessThanEquals={"aws:CurrentTime": "2026-02-01T00:00:00Z"}),
    ),
    "time zone": (
        when(DateLessThan={"aws:CurrentTime": "2026-02-01T00:00:00+01:00"}),
        when(DateLessThan={"aws:CurrentTime": "2026-02-01T00:00:00Z"}),
    ),
    "IfExists": (
        when(StringEqualsIfExists={"aws:SourceVpce": "vpce-1"}),
        when(StringEquals={"aws:SourceVpce": "vpce-1"}),
    ),
    "BoolIfExists in a Deny": (
        [statement(READ, ALL), deny("*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})],
        [statement(READ, ALL), deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
    ),
    "negated against positive": (
        when(StringNotEquals={"aws:RequestedRegion": "eu-west-1"}),
        when(StringEquals={"aws:RequestedRegion": "us-east-1"}),
    ),
    "case of a value": (
        when(StringEqualsIgnoreCase={"aws:PrincipalTag/Team": "Blue"}),
        when(StringEquals={"aws:PrincipalTag/Team": "Blue"}),
    ),
    "wildcard that is none": (when(StringEquals={"s3:prefix": "home/*"}), when(StringLike={"s3:prefix": "home/*"})),
    "ARN against text": (
        when(ArnLike={"aws:SourceArn": "arn:aws:sns:*:111122223333:t*"}),
        when(StringLike={"aws:SourceArn": "arn:aws:sns:*:111122223333:t*"}),
    ),
    "two keys against one": (
        when(StringEquals={"aws:RequestTag/Team": "blue", "aws:ResourceTag/Team": "blue"}),
        when(StringEquals={"aws:ResourceTag/Team": "blue"}),
    ),
    "tag compared with a tag": (
        when(StringEquals={"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}),
        when(StringLike={"aws:ResourceTag/Team": "*"}),
    ),
    "ForAllValues lets the absent through": (
        when(ForAllValues__StringEquals={"aws:TagKeys": ["Team", "Stage"]}),
        when(ForAnyValue__StringEquals={"aws:TagKeys": ["Team", "Stage"]}),
    ),
    "ForAllValues with Null": (
        when(ForAllValues__StringEquals={"aws:TagKeys": ["Team"]}),
        when(ForAllValues__StringEquals={"aws:TagKeys": ["Team"]}, Null={"aws:TagKeys": "false"}),
    ),
    "all against any": (
        when(ForAllValues__StringEquals={"aws:TagKeys": ["a", "b"]}, Null={"aws:TagKeys": "false"}),
        when(ForAnyValue__StringEquals={"aws:TagKeys": ["a", "b"]}),
    ),
    "Null the wrong way round": (when(Null={"aws:SourceVpce": "true"}), when(Null={"aws:SourceVpce": "false"})),
    "the caller's ARN": (
        when(ArnLike={"aws:PrincipalArn": "arn:aws:iam::111122223333:user/a*"}),
        when(ArnEquals={"aws:PrincipalArn": ALICE}),
    ),
    "owner of the resource": (when(StringEquals={"aws:ResourceAccount": "111122223333"}), statement(READ, ALL)),
}

SAME: dict[str, tuple[Statements, Statements]] = {
    "array or string": (statement([READ], [ALL]), statement(READ, ALL)),
    "case of an action": (statement("S3:getobject", ALL), statement(READ, ALL)),
    "two statements or one": (
        [statement(READ, ALL), statement("s3:PutObject", ALL)],
        statement(["s3:PutObject", READ], ALL),
    ),
    "order of statements": (
        [deny("s3:*", "arn:aws:s3:::reports/secret/*"), statement(READ, ALL)],
        [statement(READ, ALL), deny("s3:*", "arn:aws:s3:::reports/secret/*")],
    ),
    "said twice": ([statement(READ, ALL), statement(READ, ALL)], statement(READ, ALL)),
    "a file inside the prefix": (statement(READ, [ALL, REPORT]), statement(READ, ALL)),
    "two stars": (statement(READ, "arn:aws:s3:::reports/**"), statement(READ, ALL)),
    "bucket beside its objects": (statement(READ, ["arn:aws:s3:::reports", ALL]), statement(READ, ALL)),
    "a deny of what nobody allowed": ([statement(READ, ALL), deny("sqs:*")], statement(READ, ALL)),
    "NotAction of nothing of the service": (
        {"Effect": "Allow", "NotAction": "s3:*", "Resource": ALL},
        {"Effect": "Allow", "NotAction": ["s3:*", READ], "Resource": ALL},
    ),
    "a Sid": (statement(READ, ALL, Sid="Read"), statement(READ, ALL)),
    "a variable that names its caller": (
        statement(READ, "arn:aws:s3:::home/${aws:username}/*"),
        statement(READ, "arn:aws:s3:::home/${AWS:UserName}/*"),
    ),
    "an escaped dollar": (statement(READ, "arn:aws:s3:::reports/${$}x"), statement(READ, "arn:aws:s3:::reports/$x")),
    "two halves of a network": (
        when(IpAddress={"aws:SourceIp": ["10.0.0.0/17", "10.0.128.0/17"]}),
        when(IpAddress={"aws:SourceIp": "10.0.0.0/16"}),
    ),
    "host bits": (
        when(IpAddress={"aws:SourceIp": "10.0.3.4/16"}),
        when(IpAddress={"aws:SourceIp": "10.0.0.0/16"}),
    ),
    "whole numbers": (
        when(NumericLessThan={"s3:max-keys": "11"}),
        when(NumericLessThanEquals={"s3:max-keys": "10"}),
    ),
    "the same moment": (
        when(DateLessThan={"aws:CurrentTime": "2026-02-01T01:00:00+01:00"}),
        when(DateLessThan={"aws:CurrentTime": "2026-02-01T00:00:00Z"}),
    ),
    "case of a condition key": (
        when(StringEquals={"AWS:sourcevpce": "vpce-1"}),
        when(StringEquals={"aws:SourceVpce": "vpce-1"}),
    ),
    "like without a wildcard": (
        when(StringLike={"aws:SourceVpce": "vpce-1"}),
        when(StringEquals={"aws:SourceVpce": "vpce-1"}),
    ),
    "a key that is always there": (
        when(BoolIfExists={"aws:SecureTransport": "true"}),
        when(Bool={"aws:SecureTransport": "true"}),
    ),
    "a Deny instead of a condition": (
        [statement(READ, ALL), deny(READ, ALL, Condition={"Bool": {"aws:SecureTransport": "false"}})],
        when(Bool={"aws:SecureTransport": "true"}),
    ),
    "values or statements": (
        when(StringEquals={"aws:PrincipalTag/Team": ["blue", "red"]}),
        [when(StringEquals={"aws:PrincipalTag/Team": "red"}), when(StringEquals={"aws:PrincipalTag/Team": "blue"})],
    ),
    "order of tag keys": (
        when(ForAnyValue__StringEquals={"aws:TagKeys": ["a", "b"]}),
        when(ForAnyValue__StringEquals={"aws:TagKeys": ["b", "a"]}),
    ),
}

PRINCIPALS = [
    ("*", {"AWS": "111122223333"}),
    ("*", {"AWS": ALICE}),
    ({"AWS": ALICE}, {"AWS": "arn:aws:iam::111122223333:user/bob"}),
    ({"AWS": ROLE}, {"AWS": "arn:aws:iam::111122223333:role/app-2"}),
    ({"AWS": ROLE}, {"AWS": "arn:aws:iam::444455556666:role/app"}),
    ({"AWS": "444455556666"}, {"AWS": "arn:aws:iam::444455556666:role/app"}),
    ({"Service": "sns.amazonaws.com"}, {"Service": "sqs.amazonaws.com"}),
    ({"AWS": ALICE, "Service": "sns.amazonaws.com"}, {"AWS": ALICE}),
]


def policies(statements: Statements, shared: bool = False) -> Policies:
    return in_force(*(statements if isinstance(statements, list) else [statements]), shared=shared)


@pytest.mark.parametrize("name", DIFFERENT)
@pytest.mark.parametrize("turned", [False, True])
def test_a_subtle_difference_is_found(name: str, turned: bool) -> None:
    """Two policies that differ in one way are told apart by a request, whichever is the learner's."""
    mine, theirs = DIFFERENT[name][:: -1 if turned else 1]
    found = find_difference(policies(mine), policies(theirs), seeds=SEEDS).difference

    assert found is not None
    answers = [allows(found.request, policies(side, found.abroad)) for side in (mine, theirs)]
    assert answers == [found.mine.allowed, found.theirs.allowed]
    assert answers[0] != answers[1]


@pytest.mark.parametrize("name", SAME)
def test_policies_that_mean_the_same_are_not_told_apart(name: str) -> None:
    """No difference is invented; the number of requests is told."""
    found = find_difference(*map(policies, SAME[name]), seeds=SEEDS)

    assert found.difference is None
    assert len(SEEDS) < found.requests <= 20_000


@pytest.mark.parametrize(("mine", "theirs"), PRINCIPALS)
def test_principals_of_a_bucket_policy_are_told_apart(mine: object, theirs: object) -> None:
    """Who is named matters, whatever kind of name it is."""
    found = find_difference(
        bucket_policy(statement(READ, ALL, Principal=mine)),
        bucket_policy(statement(READ, ALL, Principal=theirs)),
        seeds=[Request("arn:aws:iam::999988887777:user/carol", READ, Resource(REPORT, "222233334444"))],
    )

    assert found.difference is not None


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ({"AWS": "111122223333"}, {"AWS": "arn:aws:iam::111122223333:root"}),
        ("*", {"AWS": "*"}),
        ({"AWS": [ALICE, ROLE]}, {"AWS": [ROLE, ALICE]}),
    ],
)
def test_principals_that_mean_the_same_are_not_told_apart(mine: object, theirs: object) -> None:
    """P15, P16."""
    pair = (bucket_policy(statement(READ, ALL, Principal=principal)) for principal in (mine, theirs))

    assert find_difference(*pair, seeds=[request()]).difference is None


def test_a_bucket_policy_is_asked_only_about_its_own_bucket() -> None:
    """A pattern that reaches other buckets makes no difference in a bucket's policy."""
    pair = (bucket_policy(statement("*", resource, Principal="*")) for resource in ("*", [ALL, "arn:aws:s3:::reports"]))

    assert find_difference(*pair, seeds=[request()]).difference is None


def test_a_trust_policy_is_asked_only_about_assuming_its_role() -> None:
    """Actions of other services do not exist for it."""
    role = "arn:aws:iam::111122223333:role/app"
    trust = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}}
    pair = (
        Policies(
            identity_based=document(statement("*")),
            resource_based=Policy.parse(document({**trust, "Action": action}), type=PolicyType.TRUST),
        )
        for action in ("sts:*", "*")
    )

    assert find_difference(*pair, seeds=[request("sts:AssumeRole", role)]).difference is None


def test_a_resource_of_another_account_is_taken_to_be_shared() -> None:
    """Whom another account lets in is not the learner's to write; the assumption is told."""
    role = "arn:aws:iam::%s:role/app"
    mine, theirs = (in_force(statement("sts:AssumeRole", role % account)) for account in ("*", "111122223333"))

    found = find_difference(mine, theirs, seeds=[request("sts:AssumeRole", role % "111122223333")]).difference

    assert found is not None
    assert role % "999988887777" == found.request.resource.arn
    assert found.abroad
    assert found.mine.allowed


def test_at_most_accepts_less_and_refuses_more() -> None:
    """A policy may allow less than the solution, not more."""
    small, large = in_force(statement(READ, REPORT)), in_force(statement(READ, ALL))

    assert find_difference(small, large, seeds=SEEDS, relation=Relation.AT_MOST).difference is None
    found = find_difference(large, small, seeds=SEEDS, relation=Relation.AT_MOST).difference
    assert found is not None
    assert found.mine.allowed
    assert not found.theirs.allowed


def test_the_most_natural_request_comes_first() -> None:
    """The counterexample is a request of the exercise if one of them will do, else close to one."""
    own = find_difference(in_force(statement("s3:*", ALL)), in_force(statement(READ, ALL)), seeds=SEEDS).difference
    near = find_difference(in_force(statement("s3:Get*", ALL)), in_force(statement(READ, ALL)), seeds=SEEDS).difference

    assert own is not None
    assert SEEDS[1] == own.request
    assert near is not None
    assert ("s3:GetObjectAcl", SEEDS[2].resource.arn) == (near.request.action, near.request.resource.arn)


def test_the_search_is_deterministic_and_bounded() -> None:
    """Many keys make a product too large to walk: the same fair part of it is walked each time."""
    conditions = {
        "IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]},
        "Bool": {"aws:SecureTransport": "true", "aws:MultiFactorAuthPresent": "true"},
        "StringLike": {"s3:prefix": ["home/${aws:username}/*", "home/"]},
        "NumericLessThan": {"aws:MultiFactorAuthAge": "3600", "s3:max-keys": "10"},
        "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
    }
    policy = in_force(when(**conditions))
    other = in_force(when(**{**conditions, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600", "s3:max-keys": "11"}}))

    assert find_difference(policy, policy, seeds=SEEDS).requests == 20_000
    first, second = (find_difference(policy, other, seeds=SEEDS) for _ in range(2))
    assert first.difference is not None
    assert second.difference is not None
    assert (first.requests, first.difference.request) == (second.requests, second.difference.request)
    assert find_difference(policy, policy, seeds=SEEDS, limit=500).requests == 500


def test_many_variables_and_keys_cost_no_more_than_the_limit() -> None:
    """A product with more members than there are atoms is only ever sampled."""
    path = "/".join(f"${{aws:PrincipalTag/T{number}}}" for number in range(40))
    keys = {f"aws:ResourceTag/T{number}": f"${{aws:PrincipalTag/T{number}}}" for number in range(40)}
    policy = in_force(statement(READ, f"arn:aws:s3:::b/{path}/*"), when(StringEquals=keys))

    assert find_difference(policy, policy, seeds=SEEDS, limit=300).requests == 300


def test_without_seeds_there_is_nobody_to_ask() -> None:
    """An identity-based policy stands on somebody; without a case nobody is known, and nothing is compared."""
    assert find_difference(in_force(statement("*")), in_force(statement(READ)), seeds=[]).requests == 0


ACTIONS = st.sampled_from([READ, "s3:GetObject*", "s3:Get*", "s3:*", "*", "s3:PutObject", "sqs:Send*"])
RESOURCES = st.sampled_from(
    [
        ALL,
        "*",
        REPORT,
        "arn:aws:s3:::reports",
        "arn:aws:s3:::reports/2026/*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::reports/*.csv",
        "arn:aws:s3:::home/${aws:username}/*",
        "arn:aws:sqs:*:111122223333:orders",
    ]
)
CONDITIONS = st.sampled_from(
    [
        None,
        {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        {"StringEquals": {"aws:PrincipalTag/Team": "blue"}},
        {"StringNotEquals": {"aws:PrincipalTag/Team": "blue"}},
        {"ForAllValues:StringLike": {"aws:TagKeys": ["a*", "b"]}},
        {"Null": {"aws:TagKeys": "false"}},
        {"StringEquals": {"aws:ResourceTag/Team": "${aws:PrincipalTag/Team}"}},
        {"NumericLessThan": {"s3:max-keys": "10"}},
    ]
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    condition = draw(CONDITIONS)
    more = {"Condition": condition} if condition else {}
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    return statement(draw(st.lists(ACTIONS, min_size=1, max_size=2)), draw(RESOURCES), effect, **more)


POLICIES = st.lists(statements(), min_size=1, max_size=3)


@given(POLICIES, POLICIES, st.sampled_from(Relation))
def test_what_is_found_is_a_difference(
    mine: list[dict[str, Any]], theirs: list[dict[str, Any]], relation: Relation
) -> None:
    """Whenever a request comes back, the two policies really decide it differently."""
    compared = find_difference(in_force(*mine), in_force(*theirs), seeds=SEEDS, relation=relation, limit=2_000)
    found = compared.difference

    if found is not None:
        answers = [allows(found.request, in_force(*side, shared=found.abroad)) for side in (mine, theirs)]
        assert answers == [found.mine.allowed, found.theirs.allowed]
        assert answers[0] != answers[1]
        assert relation is Relation.EQUIVALENT or answers[0] is (relation is Relation.AT_MOST)


@given(
    POLICIES,
    POLICIES,
    st.sampled_from([READ, "s3:PutObject", "s3:GetObjectAcl", "sqs:SendMessage", "iam:CreateUser"]),
    st.sampled_from([REPORT, "arn:aws:s3:::reports/x", "arn:aws:s3:::home/alice/x", "arn:aws:s3:::other/a.csv"]),
    st.sampled_from(
        [{}, {"aws:SourceIp": "10.1.2.3"}, {"aws:PrincipalTag/Team": "blue", "aws:ResourceTag/Team": "blue"}]
    ),
)
def test_a_plausible_request_that_differs_is_not_missed(
    mine: list[dict[str, Any]], theirs: list[dict[str, Any]], action: str, resource: str, context: dict[str, str]
) -> None:
    """If a request taken at random tells two policies apart, the search finds one too."""
    left, right = in_force(*mine), in_force(*theirs)
    asked = Request(ALICE, action, resource, context)
    of_s3 = action.startswith("s3:")
    if of_s3 and allows(asked, left) != allows(asked, right):
        assert find_difference(left, right, seeds=SEEDS).difference is not None
