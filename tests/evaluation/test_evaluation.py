"""What an evaluation tells besides its decision, and how policies of every shape are taken."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit import Decision, Gate, Policies, Policy, PolicyType, Request, Resource, allows, evaluate

ALICE = "arn:aws:iam::111122223333:user/alice"
OBJECT = "arn:aws:s3:::reports/2026/a.csv"


def policy(*statements: dict[str, Any], name: str = "app") -> Policy:
    """Make a policy of statements about `reports`."""
    basis = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    return Policy.parse({"Version": "2012-10-17", "Statement": [{**basis, **one} for one in statements]}, name=name)


def near(request: Request, statement: dict[str, Any]) -> list[str]:
    """Return the near matches of a policy of one statement, as sentences."""
    return [str(match) for match in evaluate(request, policy(statement)).nearly_matched]


def test_near_match_names_the_element_value_against_value() -> None:
    """A statement that fails in one element is named with what it asks for and what the request has."""
    request = Request(ALICE, "s3:GetObject", OBJECT, {"aws:SourceIp": "203.0.113.9"})
    prefix = "statement 0 of policy `app`: "
    assert near(request, {"Action": ["s3:PutObject", "s3:List*"]}) == [
        prefix + "Action asks for `s3:PutObject` or `s3:List*`, the request has `s3:GetObject`"
    ]
    assert near(request, {"Resource": "arn:aws:s3:::reports"}) == [
        prefix + f"Resource asks for `arn:aws:s3:::reports`, the request has `{OBJECT}`"
    ]
    assert near(request, {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}) == [
        prefix + "Condition asks for IpAddress `aws:SourceIp` `10.0.0.0/8`, the request has `203.0.113.9`"
    ]
    assert near(request, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}) == [
        prefix + "Condition asks for Bool `aws:SecureTransport` `true`, the request has no such key"
    ]


def test_near_match_is_one_element_away_and_about_the_same_service() -> None:
    """Two failing elements, or another service, are not near."""
    request = Request(ALICE, "s3:GetObject", OBJECT)
    assert near(request, {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::other/*"}) == []
    assert near(request, {"Action": "sqs:*", "Resource": "*"}) == []


def test_near_match_of_a_principal() -> None:
    """In a resource-based policy the principal can be the element that fails."""
    document = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:*", "Resource": "*"}
    bucket = Policy.parse({"Version": "2012-10-17", "Statement": document}, name="bucket")
    (match,) = evaluate(Request(ALICE, "s3:GetObject", OBJECT), Policies(resource_based=bucket)).nearly_matched
    assert (match.element, match.expected, match.actual) == ("Principal", "AWS `444455556666`", f"`{ALICE}`")


def test_missing_keys_are_those_that_were_asked_for() -> None:
    """A key is missing when a statement about this action and resource asks for it; `Null` asks for none (P31)."""
    statement = {
        "Condition": {
            "StringEquals": {"aws:SourceVpc": "vpc-1"},
            "Null": {"aws:TokenIssueTime": "true"},
            "BoolIfExists": {"aws:SecureTransport": "true"},
        }
    }
    evaluation = evaluate(Request(ALICE, "s3:GetObject", OBJECT), policy(statement))
    assert evaluation.missing_context_keys == ("aws:SourceVpc", "aws:SecureTransport")
    other = evaluate(Request(ALICE, "s3:PutObject", OBJECT), policy(statement))
    assert other.missing_context_keys == ()


def test_variable_without_a_value_is_named() -> None:
    """A pattern that matches nothing because its variable has no value is not passed over in silence (P38)."""
    session = "arn:aws:sts::111122223333:assumed-role/App/one"
    home = policy({"Resource": "arn:aws:s3:::reports/${aws:username}/*"})
    evaluation = evaluate(Request(session, "s3:GetObject", OBJECT), home)
    assert evaluation.missing_context_keys == ("aws:username",)
    assert [problem.reason for problem in evaluation.not_evaluated] == [
        "the variable `${aws:username}` has no value in this request and no default"
    ]


@pytest.mark.parametrize(
    ("condition", "context", "reason"),
    [
        ({"NumericLessThan": {"s3:max-keys": "ten"}}, {"s3:max-keys": "5"}, "`ten` is no value that NumericLessThan"),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, {"s3:max-keys": "five"}, "request's `s3:max-keys` is `five`"),
        ({"StringEquals": {"aws:TagKeys": "Team"}}, {"aws:TagKeys": ["Team", "Env"]}, "needs `ForAllValues:`"),
    ],
)
def test_what_cannot_be_compared_is_named(condition: dict[str, Any], context: dict[str, Any], reason: str) -> None:
    """A value that an operator cannot read, on either side, is told with its statement (P27)."""
    evaluation = evaluate(Request(ALICE, "s3:GetObject", OBJECT, context), policy({"Condition": condition}))
    assert [reason in problem.reason for problem in evaluation.not_evaluated] == [True]
    assert str(evaluation.not_evaluated[0]).startswith("statement 0 of policy `app`: ")


def test_policies_without_a_say_are_named() -> None:
    """A boundary beside a root user, or groups beside a role, are reported rather than passed over."""
    limit = policy({}, name="limit")
    root = Request("arn:aws:iam::111122223333:root", "s3:GetObject", OBJECT)
    evaluation = evaluate(root, Policies(permissions_boundary=limit))
    assert evaluation.allowed
    assert [problem.policy for problem in evaluation.not_evaluated] == ["limit"]
    session = Request("arn:aws:sts::111122223333:assumed-role/App/one", "s3:GetObject", OBJECT)
    grouped = evaluate(session, Policies(groups={"Developers": limit}))
    assert (grouped.allowed, grouped.not_evaluated[0].policy) == (False, "Developers")


def test_group_statement_names_its_group() -> None:
    """A statement that a group brings is told with the group (E9)."""
    evaluation = evaluate(Request(ALICE, "s3:GetObject", OBJECT), Policies(groups={"Developers": policy({})}))
    assert str(evaluation.deciding) == "statement 0 of policy `app` of group `Developers`"


def test_unreadable_policy_denies_and_is_named() -> None:
    """A policy that cannot be read might hold a Deny: nothing is allowed beside it."""
    broken = {"Statement": {"Effect": "Permit", "Action": "s3:*", "Resource": "*"}}
    policies = Policies([policy({}), broken])
    evaluation = evaluate(Request(ALICE, "s3:GetObject", OBJECT), policies)
    assert (evaluation.decision, evaluation.gate) == (Decision.IMPLICIT_DENY, Gate.VALID_POLICIES)
    assert not allows(Request(ALICE, "s3:GetObject", OBJECT), policies)
    assert "the effect is `Permit`" in evaluation.not_evaluated[0].reason
    assert evaluation.not_evaluated[0].policy == "identity-based policy 2"


def test_one_policy_stands_under_its_type() -> None:
    """`evaluate` takes one policy, a document, JSON text or several policies."""
    request = Request(ALICE, "s3:GetObject", OBJECT)
    document = policy({}).to_dict()
    for given in (policy({}), document, policy({}).to_json(), [document, document]):
        assert evaluate(request, given).allowed
        assert allows(request, given)
    bucket = {"Version": "2012-10-17", "Statement": {**document["Statement"][0], "Principal": {"AWS": ALICE}}}
    typed = Policy.parse(bucket, type=PolicyType.RESOURCE_BASED)
    assert evaluate(request, typed).gate is Gate.RESOURCE_BASED
    control = Policy.parse(document, type=PolicyType.SERVICE_CONTROL)
    assert evaluate(request, control).gate is Gate.IDENTITY_BASED
    assert not evaluate(request, control).allowed


def test_two_explanations_of_one_case_are_the_same_text() -> None:
    """What is displayed is deterministic, complete and has no addresses in it."""
    request = Request(ALICE, "s3:PutObject", OBJECT)
    text = repr(evaluate(request, policy({"Sid": "Read"})))
    assert text == repr(evaluate(request, policy({"Sid": "Read"})))
    assert text.splitlines()[0] == "IMPLICIT_DENY at the gate `identity-based policies`"
    assert text.splitlines()[-1] == (
        "  nearly: statement 0 (`Read`) of policy `app`: Action asks for `s3:GetObject`, the request has `s3:PutObject`"
    )
    assert " 0x" not in text


def test_evaluations_compare_by_what_they_say() -> None:
    """Equal requests under equal policies give equal evaluations."""
    request = Request(ALICE, "s3:GetObject", Resource(OBJECT, "111122223333"))
    assert evaluate(request, policy({})) == evaluate(request, policy({}))
    assert evaluate(request, policy({})) != evaluate(request, policy({"Effect": "Deny"}))
    assert len({evaluate(request, policy({})), evaluate(request, policy({}))}) == 1
