"""What would let a denied request pass: narrow statements, proved by the engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from iamkit import Policies, Request, Resource, evaluate
from iamkit.analysis.mending import mend
from tests.properties.strategies import Json, policies, policy_sets, requests

USER = "arn:aws:iam::111122223333:user/alice"
SESSION = "arn:aws:sts::111122223333:assumed-role/App/one"
ROLE = "arn:aws:iam::111122223333:role/App"
BUCKET = "arn:aws:s3:::reports/a"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": BUCKET}
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
NONE = {"Version": "2012-10-17", "Statement": []}


def changes(request: Request, in_force: Policies) -> tuple[list[tuple[str, Any]], bool]:
    """Give place and statement of each change, and whether they are enough."""
    mending = mend(evaluate(request, in_force))
    return [(change.place, change.statement) for change in mending.changes], mending.enough


def test_an_identity_based_policy() -> None:
    """The usual case: nothing allows it, and one statement would."""
    request = Request(USER, "s3:GetObject", BUCKET)
    assert changes(request, Policies()) == ([(f"an identity-based policy of {USER}", READ)], True)


def test_every_gate_that_stops_it_is_named_in_its_order() -> None:
    """SCPs, identity-based policies and the boundary all have to allow it (E7, E9, E10)."""
    in_force = Policies(permissions_boundary=NONE, service_control={"root": [ALL], "production": [NONE]})
    found, enough = changes(Request(USER, "s3:GetObject", BUCKET), in_force)
    assert [place for place, _ in found] == [
        "a service control policy, as nothing at the level `production` allows it",
        f"an identity-based policy of {USER}",
        f"the permissions boundary of {USER}",
    ]
    assert enough


def test_the_session_policy_has_a_say_of_its_own() -> None:
    """A role session is held to what was passed with it (E11)."""
    request = Request(SESSION, "s3:GetObject", BUCKET)
    found, enough = changes(request, Policies(ALL, session=NONE))
    assert found == [("the session policy that was passed when the session was made", READ)]
    assert enough


def test_across_accounts_both_sides_must_allow_it() -> None:
    """The resource's policy names the caller, and the caller's own account allows it too (E15)."""
    request = Request(USER, "s3:GetObject", Resource(BUCKET, "444455556666"))
    found, enough = changes(request, Policies())
    expected = {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "s3:GetObject", "Resource": BUCKET}
    assert found == [(f"the policy of {BUCKET}", expected), (f"an identity-based policy of {USER}", READ)]
    assert enough


def test_a_trust_policy_names_the_service_and_no_resource() -> None:
    """A role trusts whom its trust policy names (E13); what is there already stays."""
    in_force = Policies(
        resource_based={
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
    )
    found, enough = changes(Request("lambda.amazonaws.com", "sts:AssumeRole", ROLE), in_force)
    expected = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert found == [(f"the trust policy of {ROLE}", expected)]
    assert enough


def test_an_anonymous_caller_can_be_let_in_by_the_resource_alone() -> None:
    """Nobody's request has no identity-based policy (E5)."""
    found, enough = changes(Request("anonymous", "s3:GetObject", Resource(BUCKET, "111122223333")), Policies())
    expected = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": BUCKET}
    assert found == [(f"the policy of {BUCKET}", expected)]
    assert enough


@pytest.mark.parametrize(
    ("in_force", "told"),
    [
        (Policies([ALL, {"Statement": {"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}}]), "`No`"),
        (Policies("{"), "cannot be read"),
    ],
)
def test_what_no_statement_mends_is_said(in_force: Policies, told: str) -> None:
    """Nothing overrides a Deny (E6), and a policy that cannot be read must be repaired first."""
    found, enough = changes(Request(USER, "s3:GetObject", BUCKET), in_force)
    assert len(found) == 1
    assert told in found[0][0]
    assert found[0][1] is None
    assert not enough


def test_nobody_lets_the_root_user_assume_a_role() -> None:
    """E21."""
    found, enough = changes(Request("arn:aws:iam::111122223333:root", "sts:AssumeRole", ROLE), Policies())
    assert found == [("the root user cannot assume a role: use an IAM user or another role", None)]
    assert not enough


def test_what_is_allowed_needs_no_change() -> None:
    """There is nothing to mend."""
    assert changes(Request(USER, "s3:GetObject", BUCKET), Policies(ALL)) == ([], True)


@given(requests(), policy_sets())
def test_a_mending_is_complete_or_says_what_stands_in_the_way(request: Request, fields: Json) -> None:
    """It never raises, never widens beyond the one request, and ends with a proof or with a place to look at."""
    evaluation = evaluate(request, policies(fields))
    mending = mend(evaluation)
    assert mending.enough or mending.changes[-1].statement is None
    assert evaluation.allowed is (mending.changes == ())
    for change in mending.changes:
        if change.statement is not None:
            assert change.statement["Action"] == request.action
            assert change.statement.get("Resource", request.resource.arn) == request.resource.arn
            assert json.dumps(change.statement) in str(change)


@given(requests(), policy_sets())
def test_a_deny_is_never_mended_by_an_allow(request: Request, fields: Json) -> None:
    """Whatever is added, an explicit deny stays one (E6)."""
    evaluation = evaluate(request, policies(fields))
    if evaluation.deciding is not None and not evaluation.allowed:
        assert not mend(evaluation).enough
