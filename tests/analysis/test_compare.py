"""Comparing over all requests: proofs, counterexamples that read like real requests, and honest ignorance."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from iamkit import Caller, CallerKind, Policies, Request, evaluate
from iamkit.analysis.compare import Comparison, NoSolver, Relation, Scope, Verdict, can, compare, public
from iamkit.reference import action as real_action

Json = dict[str, Any]
HOME = "arn:aws:s3:::home/"
ALICE = "arn:aws:iam::111122223333:user/alice"


def row(action: Any = "s3:GetObject", resource: Any = "*", effect: str = "Allow", **more: Any) -> Json:
    """A statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: Json, version: str = "2012-10-17") -> Json:
    """A policy document."""
    return {"Version": version, "Statement": list(statements)}


def when(operator: str, key: str, *values: str) -> Json:
    """A statement that allows s3:GetObject under one condition."""
    return policy(row(Condition={operator: {key: list(values)}}))


def both(*conditions: tuple[str, str, str]) -> Json:
    """A statement that allows s3:GetObject under several conditions."""
    return policy(row(Condition={operator: {key: value} for operator, key, value in conditions}))


TEAM, TAGS = "aws:PrincipalTag/team", "aws:TagKeys"
ANYTHING = policy(row())

SAME: dict[str, tuple[Json, Json]] = {
    "one partition left": (
        policy(
            row(resource=HOME.replace(":aws:", ":*:") + "${aws:username}/*"),
            row(action="*", resource="arn:aws-*:*:*:*:*", effect="Deny"),
        ),
        policy(
            row(resource=HOME + "${aws:username}/*"), row(action="*", resource="arn:aws-*:*:*:*:*", effect="Deny")
        ),
    ),
    "split": (policy(row(["s3:GetObject", "s3:PutObject"])), policy(row(), row("s3:PutObject"))),
    "order": (policy(row(), row("s3:Put*", effect="Deny")), policy(row("s3:Put*", effect="Deny"), row())),
    "case": (policy(row("S3:GETobject")), policy(row())),
    "redundant": (policy(row(resource=[HOME + "*", HOME + "b*"])), policy(row(resource=HOME + "*"))),
    "Id": ({**policy(row()), "Id": "x"}, policy(row())),
    "NotAction": (
        policy(row("s3:*"), row("s3:Delete*", effect="Deny")),
        policy(row("s3:*"), row("s3:DeleteObject", effect="Deny"), row("s3:Delete*", effect="Deny")),
    ),
    "NotResource": (
        policy(row(resource="*"), row(resource="arn:aws:s3:::a/*", effect="Deny")),
        policy({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::a/*"}),
    ),
    "networks": (
        when("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
        when("IpAddress", "aws:SourceIp", "192.0.2.0/25", "192.0.2.128/25"),
    ),
    "host bits": (when("IpAddress", "aws:SourceIp", "192.0.2.7/24"), when("IpAddress", "aws:SourceIp", "192.0.2.0/24")),
    "numbers": (when("NumericLessThan", "s3:max-keys", "10"), when("NumericLessThan", "s3:max-keys", "10.0")),
    "an empty interval": (
        both(("NumericLessThan", "s3:max-keys", "5"), ("NumericGreaterThan", "s3:max-keys", "5")),
        policy(row("x:y")) | {"Statement": [row(effect="Deny")]},
    ),
    "dates": (
        when("DateLessThan", "aws:CurrentTime", "2026-01-01"),
        policy(row(), row(effect="Deny", Condition={"DateGreaterThanEquals": {"aws:CurrentTime": "1767225600"}})),
    ),
    "always there": (when("BoolIfExists", "aws:SecureTransport", "true"), when("Bool", "aws:SecureTransport", "true")),
    "any value": (when("ForAnyValue:StringEquals", TAGS, "a"), when("StringEquals", TAGS, "a")),
    "one value": (when("ForAnyValue:StringEquals", TEAM, "a"), when("StringEquals", TEAM, "a")),
    "null": (when("Null", TEAM, "false"), when("StringLike", TEAM, "*")),
    "ArnEquals": (when("ArnEquals", "aws:SourceArn", HOME), when("ArnLike", "aws:SourceArn", HOME)),
    "2008": (
        policy(row(resource=HOME + "${aws:username}"), version="2008-10-17"),
        policy(row(resource=HOME + "${$}{aws:username}")),
    ),
    "an escaped star": (when("StringLike", TEAM, "a${*}"), when("StringEquals", TEAM, "a${*}")),
    "a key's case": (policy(row(resource=HOME + "${aws:username}")), policy(row(resource=HOME + "${AWS:UserName}"))),
    "a narrower template": (
        policy(row(resource=HOME + "${aws:username}/*")),
        policy(row(resource=[HOME + "${aws:username}/*", HOME + "${aws:username}/docs/*"])),
    ),
    "equal tags": (
        when("StringEquals", TEAM, "${aws:ResourceTag/team}"),
        when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
    ),
    "a variable that has one value": (
        policy(row(resource=HOME + "${aws:username}/*", Condition={"StringEquals": {"aws:username": "alice"}})),
        policy(row(resource=HOME + "alice/*", Condition={"StringEquals": {"aws:username": "alice"}})),
    ),
    "own account": (when("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"), ANYTHING),
}  # fmt: skip

DIFFERENT: dict[str, tuple[Json, Json]] = {
    "action": (policy(row("s3:Get*")), policy(row())),
    "prefix": (policy(row(resource="arn:aws:s3:::a/*")), policy(row(resource="arn:aws:s3:::a/b*"))),
    "missing key": (when("StringEquals", TEAM, "a"), when("StringEqualsIfExists", TEAM, "a")),
    "negated missing key": (when("StringNotEquals", TEAM, "a"), when("ForAnyValue:StringNotEquals", TEAM, "a")),
    "all or any": (when("ForAllValues:StringEquals", TAGS, "a", "b"), when("ForAnyValue:StringEquals", TAGS, "a", "b")),
    "no MFA key": (
        when("Bool", "aws:MultiFactorAuthPresent", "true"),
        policy(row(), row(effect="Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
    ),
    "networks": (when("IpAddress", "aws:SourceIp", "192.0.2.0/24"), when("IpAddress", "aws:SourceIp", "192.0.2.0/25")),
    "IPv6": (when("IpAddress", "aws:SourceIp", "0.0.0.0/0"), when("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")),
    "an instant": (
        when("DateLessThan", "aws:CurrentTime", "2026-01-01"),
        when("DateLessThanEquals", "aws:CurrentTime", "2026-01-01"),
    ),
    "text case": (when("StringEquals", TEAM, "Blue"), when("StringEqualsIgnoreCase", TEAM, "blue")),
    "segments": (
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:::*/x"),
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
    ),
    "versions": (
        policy(row(resource=HOME + "${aws:username}/*"), version="2008-10-17"),
        policy(row(resource=HOME + "${aws:username}/*")),
    ),
    "everyone's home": (policy(row(resource=HOME + "${aws:username}/*")), policy(row(resource=HOME + "*"))),
    "but alice": (
        policy(row(resource=HOME + "${aws:username}/*")),
        policy(row(resource=HOME + "${aws:username}/*"), row(resource=HOME + "alice/*", effect="Deny")),
    ),
    "a default": (
        policy(row(resource=HOME + "${aws:PrincipalTag/team}/*")),
        policy(row(resource=HOME + "${aws:PrincipalTag/team, 'none'}/*")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_meaning_is_proved(name: str) -> None:
    """Two ways to say one thing are proved the same, in either direction."""
    mine, theirs = SAME[name]
    for left, right in ((mine, theirs), (theirs, mine), (mine, mine)):
        found = compare(left, right)
        assert (found.verdict, found.request) == (Verdict.PROVED, None), found.reason


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_shown_by_a_real_request(name: str) -> None:
    """The request has an action that exists, and the two evaluations differ."""
    mine, theirs = DIFFERENT[name]
    found = compare(mine, theirs)
    assert found.verdict is Verdict.DIFFERENT, found.reason
    assert found.request is not None
    assert not found.invented
    assert real_action(found.request.action) is not None
    assert evaluate(found.request, mine).allowed is not evaluate(found.request, theirs).allowed
    assert (found.mine, found.theirs) == (evaluate(found.request, mine), evaluate(found.request, theirs))


@pytest.mark.parametrize(
    ("relation", "verdict"),
    [
        (Relation.AT_MOST, Verdict.PROVED),
        (Relation.AT_LEAST, Verdict.DIFFERENT),
        (Relation.EQUIVALENT, Verdict.DIFFERENT),
    ],
)  # fmt: skip
def test_a_relation_has_a_direction(relation: Relation, verdict: Verdict) -> None:
    """One action is at most all actions, and not at least."""
    assert compare(policy(row()), policy(row("s3:Get*")), relation).verdict is verdict


def test_a_counterexample_is_small_and_natural() -> None:
    """It names who asks, an action and a resource that go together, and only the key that matters."""
    wide = policy(row("s3:GetObject", "arn:aws:s3:::reports/*", Condition={"StringLike": {TEAM: "*"}}))
    narrow = policy(row("s3:GetObject", "arn:aws:s3:::reports/*", Condition={"StringEquals": {TEAM: "blue"}}))
    request = compare(wide, narrow).request
    assert request is not None
    assert (str(request.principal), request.action) == (ALICE, "s3:GetObject")
    assert request.resource.arn == "arn:aws:s3:::reports/example"
    assert dict(request.context) == {"aws:principaltag/team": "green"}


def test_a_difference_that_no_real_request_shows_says_so() -> None:
    """GetObject acts on objects: a bucket's ARN beside them allows nothing that anyone can ask for."""
    found = compare(
        policy(row(resource=["arn:aws:s3:::a", "arn:aws:s3:::a/*"])), policy(row(resource="arn:aws:s3:::a/*"))
    )
    assert (found.verdict, found.invented) == (Verdict.DIFFERENT, True)


def test_a_scope_leaves_requests_out() -> None:
    """For alice alone, her own name is what the variable stands for."""
    mine, theirs = policy(row(resource=HOME + "${aws:username}/*")), policy(row(resource=HOME + "alice/*"))
    assert compare(mine, theirs).verdict is Verdict.DIFFERENT
    assert compare(mine, theirs, scope=Scope(principals=(ALICE,))).verdict is Verdict.PROVED


def test_a_scope_knows_keys_that_are_there() -> None:
    """With a tag that is always there, or has one value, its absence makes no difference."""
    mine, theirs = when("StringEquals", TEAM, "a"), when("StringEqualsIfExists", TEAM, "a")
    assert compare(mine, theirs, scope=Scope(present=frozenset({TEAM}))).verdict is Verdict.PROVED
    assert compare(mine, ANYTHING, scope=Scope(context={TEAM: "a"})).verdict is Verdict.PROVED
    found = compare(mine, ANYTHING, scope=Scope(context={TEAM: "b"}))
    assert found.request is not None
    assert found.request.value(TEAM) == "b"


def test_sets_of_policies_are_compared_gate_by_gate() -> None:
    """A boundary, a session policy and a service control policy limit what the identity-based policy gives."""
    all_of_s3, reads = policy(row("s3:*")), policy(row("s3:Get*"))
    for field in ("permissions_boundary", "session", "vpc_endpoint"):
        limit = (
            {**reads, "Statement": [{**reads["Statement"][0], "Principal": "*"}]} if field == "vpc_endpoint" else reads
        )
        found = compare(_with(all_of_s3, field, limit), Policies(all_of_s3))
        assert found.verdict is Verdict.DIFFERENT
        scope = Scope(kinds=frozenset({CallerKind.ROLE_SESSION}))
        assert compare(_with(all_of_s3, field, limit), Policies(reads), scope=scope).verdict is Verdict.PROVED
    levels = {"root": [policy(row("*"))], "account": [reads]}
    assert compare(Policies(all_of_s3, service_control=levels), Policies(all_of_s3)).verdict is Verdict.DIFFERENT


def _with(identity_based: Json, field: str, limit: Json) -> Policies:
    fields: Json = {"identity_based": identity_based, field: limit}
    return Policies(**fields)


def test_a_service_linked_role_is_the_only_one_without_a_limit() -> None:
    """E7: a service control policy that allows nothing leaves only service-linked roles what they had."""
    everything = policy(row("*"))
    limited = Policies(everything, service_control={"root": [policy(row("*", effect="Deny"))]})
    scope = Scope(kinds=frozenset({CallerKind.ROLE_SESSION}))
    request = compare(limited, {"Statement": []} | policy(row("x:y", effect="Deny")), scope=scope).request
    assert request is not None
    assert request.principal.is_service_linked_role


def test_a_trust_policy_tells_sessions_from_the_account() -> None:
    """P18, E8: naming a role is not naming its account."""
    role = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/App"}, "Action": "sts:AssumeRole"}
    account = {**role, "Principal": {"AWS": "111122223333"}}
    assert (
        compare(Policies(resource_based=policy(role)), Policies(resource_based=policy(role))).verdict is Verdict.PROVED
    )
    found = compare(Policies(policy(row("*")), policy(role)), Policies(policy(row("*")), policy(account)))
    assert found.request is not None
    assert found.request.principal.kind is not CallerKind.ROOT


def test_a_policy_that_cannot_be_read_denies_everything() -> None:
    """Nothing is allowed by either, so they are the same; against one that allows, they are not."""
    unreadable = Policies({"Statement": [{"Effect": "Perhaps"}]})
    assert compare(unreadable, unreadable).verdict is Verdict.PROVED
    assert compare(unreadable, ANYTHING).verdict is Verdict.DIFFERENT


def test_an_answer_is_the_same_every_time() -> None:
    """Nothing of an earlier question is left over."""
    pairs = list(DIFFERENT.values())[:4]
    first = [_shown(compare(*pair)) for pair in pairs]
    assert [_shown(compare(*pair)) for pair in reversed(pairs)] == first[::-1]


def _shown(found: Comparison) -> tuple[object, ...]:
    return (found.verdict, repr(found.request), found.reason, found.invented)


def test_no_time_is_no_answer() -> None:
    """A question that cannot be finished stays open, and says why."""
    found = compare(policy(row("s3:Get*")), ANYTHING, seconds=0.000001)
    assert (found.verdict, found.request) == (Verdict.UNKNOWN, None)
    assert "no answer within" in found.reason


def test_too_many_combinations_are_no_answer() -> None:
    """Patterns that explode together are given up."""
    wild = policy(row(resource=[f"arn:aws:s3:::*{char}" + "?" * 18 for char in "abc"]))
    found = compare(wild, ANYTHING, seconds=60)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "the patterns can be combined in too many ways")


def test_what_is_not_modelled_is_no_answer() -> None:
    """An account compared as a number is refused loudly."""
    found = compare(when("NumericEquals", "aws:PrincipalAccount", "111122223333"), ANYTHING)
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "`aws:PrincipalAccount` is compared by `NumericEquals`")


def test_without_the_solver_a_help_line_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is named, and what to do."""
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(NoSolver, match=r"needs the package `z3-solver`\n  help: install it"):
        compare(ANYTHING, policy(row("s3:Get*")))


def test_can_finds_a_request_or_proves_that_there_is_none() -> None:
    """A Deny closes what an Allow opened."""
    policies = policy(row("s3:*", "arn:aws:s3:::reports/*"), row("s3:Delete*", effect="Deny"))
    assert can(policies, action="s3:Delete*").possible is False
    answer = can(policies, action="s3:Put*", resource="arn:aws:s3:::reports/2026/*")
    assert answer.possible
    assert answer.request is not None
    assert answer.request.action == "s3:PutObject"
    assert answer.request.resource.arn.startswith("arn:aws:s3:::reports/2026/")
    assert can(policies, resource="arn:aws:sqs:*").possible is False
    assert can(policies, action="iam:*", principal="arn:aws:iam::111122223333:root").possible is True


def test_everyone_can_ask_who_they_are() -> None:
    """E14 counts only where it is asked about."""
    nothing = policy(row("x:y", effect="Deny"))
    assert can(nothing).possible is False
    assert can(nothing, action="sts:GetCallerIdentity").possible is True


def bucket(principal: Any = "*", **condition: Json) -> Json:
    """A bucket policy that lets a principal read."""
    statement: Json = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*",
    }
    return policy({**statement, "Condition": condition} if condition else statement)


@pytest.mark.parametrize(
    ("document", "possible"),
    [
        (bucket(), True),
        (bucket({"AWS": "111122223333"}), False),
        (bucket({"Service": "cloudtrail.amazonaws.com"}), False),
        (bucket(StringEquals={"aws:PrincipalOrgID": "o-abc"}), False),
        (bucket(StringLike={"aws:PrincipalOrgID": "*"}), True),
        (bucket(StringNotEquals={"aws:PrincipalOrgID": "o-abc"}), True),
        (bucket(IpAddress={"aws:SourceIp": "203.0.113.0/24"}), False),
        (bucket(IpAddress={"aws:SourceIp": "0.0.0.0/1"}), True),
        (bucket(StringEquals={"aws:SourceVpce": "vpce-1"}), False),
        (bucket(StringLike={"aws:SourceVpce": "vpce-*"}), True),
        (bucket(StringEquals={"aws:PrincipalAccount": "111122223333"}), False),
        (bucket(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:user/*"}), True),
    ],
)
def test_public_is_what_a_stranger_can_use(document: Json, possible: bool) -> None:
    """ "The meaning of public" in the Amazon S3 User Guide: fixed values close a policy, wildcards do not."""
    answer = public(document)
    assert answer.possible is possible
    assert (answer.request is not None) is possible


def test_a_stranger_shows_that_something_is_public() -> None:
    """The caller is of an account that does not own the bucket, or nobody."""
    request = public(bucket()).request
    assert isinstance(request, Request)
    assert isinstance(request.principal, Caller)
    assert request.principal.account != request.resource_account
