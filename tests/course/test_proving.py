"""Comparing by proof: the same requests as the search, all of them, and what is said where there is no proof."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit import Policies, Policy, PolicyType, Request, Resource, allows
from iamkit.analysis.compare import NoSolver
from iamkit.course.differences import Comparison, Relation, find_difference
from iamkit.course.fixing import where
from iamkit.course.proving import compare_by_proof
from iamkit.course.universe import worlds
from tests.course.building import ALICE, bucket_policy, document, in_force, request, statement

ALL = "arn:aws:s3:::reports/*"
READ = "s3:GetObject"
SEEDS = [request()]


def compared(mine: Policies, theirs: Policies, **more: Any) -> Comparison:
    return compare_by_proof(mine, theirs, seeds=more.pop("seeds", SEEDS), **more)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (statement("S3:getobject", [ALL]), statement(READ, ALL)),
        # Real actions on what they never act on: no request is ever made for them.
        (statement([READ, "s3:ListBucket"], ALL), statement(READ, ALL)),
        (statement(READ, ALL.replace("*", "?*")), statement(READ, ALL)),
        (statement(READ, ["arn:aws:s3:::reports", ALL]), statement(READ, ALL)),
        # Another partition's resources are nobody's here.
        (statement(READ, "arn:*:s3:::reports/*"), statement(READ, ALL)),
    ],
)
def test_what_no_real_request_tells_apart_is_proved(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The universe is that of the search."""
    comparison = compared(in_force(mine), in_force(theirs))

    assert comparison.proved
    assert comparison.difference is None


def test_an_address_beside_an_endpoint_is_no_request() -> None:
    """Two ways to say "the office or the endpoint" that only such a request would tell apart."""
    office = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    endpoint = {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}
    both = statement("*", "*", "Deny", Condition=office | endpoint)
    apart = [
        statement("*", "*", "Deny", Condition=office | {"Null": {"aws:SourceVpce": "true"}}),
        statement("*", "*", "Deny", Condition=endpoint | {"Null": {"aws:SourceVpce": "false"}}),
    ]
    everything = statement("*", "*")

    assert compared(in_force(everything, both), in_force(everything, *apart)).proved


def test_a_caller_of_another_partition_is_nobody() -> None:
    """Whoever asks in the exercises stands in `aws`, as all that is asked for does."""
    others = statement("*", "*", "Deny", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws-cn:iam::*:user/*"}})

    assert compared(in_force(statement(READ, ALL), others), in_force(statement(READ, ALL))).proved


def test_a_difference_beyond_the_search_is_found() -> None:
    """A hole that no literal of the policies points at: the search looks around them, the solver everywhere."""
    hole = statement(READ, ALL, "Deny", Condition={"NumericGreaterThan": {"s3:signatureAge": "86399999"}})
    comparison = compared(in_force(statement(READ, ALL), hole), in_force(statement(READ, ALL)))

    assert not comparison.proved
    assert comparison.difference is not None
    assert comparison.difference.mine.allowed is False


def test_a_relation_goes_one_way() -> None:
    """At most is proved of the narrower side, at least of the wider."""
    narrow, wide = in_force(statement(READ, ALL)), in_force(statement("s3:Get*", ALL))

    assert compared(narrow, wide, relation=Relation.AT_MOST).proved
    assert compared(wide, narrow, relation=Relation.AT_LEAST).proved
    assert compared(wide, narrow, relation=Relation.AT_MOST).difference is not None


def test_only_the_resource_of_a_bucket_policy_is_asked_about() -> None:
    """A policy on `reports` says nothing of other buckets, whatever its patterns are."""
    mine = bucket_policy(statement(READ, "*", Principal={"AWS": ALICE}))
    theirs = bucket_policy(statement(READ, ALL, Principal={"AWS": ALICE}))

    assert compared(
        mine, theirs, seeds=[Request(ALICE, READ, Resource("arn:aws:s3:::reports/a", "111122223333"))]
    ).proved


def test_values_that_an_exercise_lists_are_all_there_are() -> None:
    """With `1.0` and `2.0` alone, less than two is one."""
    key = "ec2:RoleDelivery"
    less = statement("*", "*", "Deny", Condition={"NumericLessThan": {key: "2.0"}})
    one = statement("*", "*", "Deny", Condition={"StringEquals": {key: "1.0"}})
    sides = in_force(statement(READ, ALL), less), in_force(statement(READ, ALL), one)

    assert compared(*sides, values={key: ("1.0", "2.0")}).proved
    assert not compared(*sides).proved
    locked_out = statement("*", "*", "Deny", Condition={"StringNotEquals": {key: "2.0"}})
    found = compared(sides[0], in_force(statement(READ, ALL), locked_out), values={key: ("1.0", "2.0")}).difference
    assert found is not None
    assert found.request.value(key) is None


def test_without_a_solver_the_search_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is what was searched, as far as ever."""

    def missing(*_: object, **__: object) -> None:
        raise NoSolver("z3 is not installed")

    monkeypatch.setattr("iamkit.analysis.compare.compare", missing)
    same = in_force(
        statement("s3:*", "*", Condition={"StringLike": {"s3:prefix": ["a*", "b*"], "aws:UserAgent": "x*"}})
    )
    comparison = compared(same, same)

    assert (comparison.difference, comparison.proved, comparison.reason) == (None, False, "z3 is not installed")
    assert comparison.requests == find_difference(same, same, seeds=SEEDS).requests


def test_what_cannot_be_asked_is_denied_in_every_world() -> None:
    """Tokens always have a subject; nobody but a provider shows one."""
    host = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::111122223333:oidc-provider/{host}"
    role, action = "arn:aws:iam::111122223333:role/deploy", "sts:AssumeRoleWithWebIdentity"

    def trust(**condition: Any) -> Policies:
        trusted = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action, "Condition": condition}
        return Policies((), Policy.parse(document(trusted), type=PolicyType.TRUST))

    mine = trust(StringLike={f"{host}:sub": "*"})
    seed = Request(provider, action, Resource(role, "111122223333"), {f"{host}:sub": "x", f"{host}:aud": "y"})
    (world,) = worlds(mine, trust(StringLike={f"{host}:sub": "x*"}), [seed], {})

    assert allows(seed, world.mine)
    for nobody in (
        Request(provider, action, role, {f"{host}:aud": "y"}),
        Request(provider, "sts:AssumeRole", role, {f"{host}:sub": "x"}),
        Request(ALICE, action, role, {f"{host}:sub": "x"}),
    ):
        assert not allows(nobody, world.mine)


def test_fixed_keys_are_gone_from_a_policy() -> None:
    """Conditions that hold are left out, statements whose conditions do not hold go with them."""
    key = "aws:PrincipalTag/team"
    policies = in_force(
        statement(READ, ALL, Condition={"StringEquals": {key: "red", "s3:prefix": "a"}}),
        statement("s3:PutObject", ALL, Condition={"StringNotEquals": {key.upper(): "red"}}),
        statement("s3:DeleteObject", ALL, Condition={"Null": {key: "true"}}),
    )
    (red,), (missing,) = (where(policies, [key], found).identity_based for found in ({key: "red"}, {}))

    assert [one.actions for one in red.statements] == [(READ,)]
    assert [condition.key for condition in red.statements[0].conditions] == ["s3:prefix"]
    assert [one.actions for one in missing.statements] == [("s3:PutObject",), ("s3:DeleteObject",)]
    assert all(not one.conditions for one in missing.statements)
