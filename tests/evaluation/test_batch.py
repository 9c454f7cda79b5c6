"""Cases as lines of JSON: what is read, what is refused, and that nothing is passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.evaluation.batch import evaluate_case, evaluate_line

READ: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
CASE: dict[str, Any] = {
    "name": "alice reads",
    "request": {
        "principal": "arn:aws:iam::111122223333:user/alice",
        "action": "s3:GetObject",
        "resource": {"resource": "arn:aws:s3:::reports/a", "accountId": "111122223333"},
        "context": {},
    },
    "identityPolicies": [{"name": "reader", "policy": READ}],
}


def test_result_of_a_line() -> None:
    """A line gives the decision, its gate, the statements, the missing keys and AWS's sentence."""
    assert evaluate_line(json.dumps(CASE)) == {
        "name": "alice reads",
        "decision": "ALLOW",
        "gate": "identity-based policies",
        "matched_statements": [
            {"policy": "reader", "type": "identity-based policy", "index": 0, "sid": None, "effect": "Allow"}
        ],
        "missing_context_keys": [],
        "message": "",
    }


def test_policy_may_come_bare() -> None:
    """A policy without a name is named by its place."""
    (statement,) = evaluate_case({**CASE, "identityPolicies": [READ]})["matched_statements"]
    assert statement["policy"] == "identityPolicies[0]"


def test_context_is_taken_as_given() -> None:
    """Nothing is derived: a variable that the context does not give has no value, unless the case asks for it."""
    home = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/${aws:username}"}
    case = {**CASE, "identityPolicies": [{**READ, "Statement": home}]}
    case["request"] = {**CASE["request"], "resource": {"resource": "arn:aws:s3:::reports/alice"}}
    assert evaluate_case(case)["decision"] == "IMPLICIT_DENY"
    assert evaluate_case(case)["missing_context_keys"] == ["aws:username"]
    assert evaluate_case({**case, "derive": True})["decision"] == "ALLOW"


@pytest.mark.parametrize(
    ("levels", "decision"),
    [(None, "ALLOW"), ([], "ALLOW"), ([{"orgIdentifier": "root", "policies": []}], "IMPLICIT_DENY")],
)
def test_organization_levels(levels: Any, decision: str) -> None:
    """A level with no policies denies; an absent one does not exist."""
    assert evaluate_case({**CASE, "serviceControlPolicies": levels})["decision"] == decision


def test_two_levels_of_one_name_are_two() -> None:
    """Levels are told apart by their place, so that a repeated identifier cannot hide one."""
    full = {"orgIdentifier": "ou", "policies": [{**READ, "Statement": {**READ["Statement"][0], "Action": "*"}}]}
    empty = {"orgIdentifier": "ou", "policies": []}
    assert evaluate_case({**CASE, "serviceControlPolicies": [empty, full]})["decision"] == "IMPLICIT_DENY"


def test_one_of_several_boundaries_is_enough() -> None:
    """Of `permissionBoundaries` an Allow in one is enough; with none at all there is no boundary."""
    other = {**READ, "Statement": {**READ["Statement"][0], "Action": "sqs:*"}}
    assert evaluate_case({**CASE, "permissionBoundaries": [other]})["gate"] == "permissions boundary"
    assert evaluate_case({**CASE, "permissionBoundaries": [other, READ]})["decision"] == "ALLOW"
    assert evaluate_case({**CASE, "permissionBoundaries": []})["decision"] == "ALLOW"


def test_role_path_comes_from_the_context() -> None:
    """`aws:PrincipalArn` tells the path that a session's ARN has lost (E7: service-linked roles)."""
    deny = {"orgIdentifier": "root", "policies": [{**READ, "Statement": {**READ["Statement"][0], "Effect": "Deny"}}]}
    role = "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/App"
    request = {**CASE["request"], "principal": "arn:aws:sts::111122223333:assumed-role/App/one"}
    case = {**CASE, "serviceControlPolicies": [deny], "request": request}
    assert evaluate_case(case)["decision"] == "EXPLICIT_DENY"
    request["context"] = {"aws:PrincipalArn": role}
    assert evaluate_case(case)["decision"] == "ALLOW"
    request["context"] = {"aws:PrincipalArn": role.replace("App", "Other")}
    assert evaluate_case(case)["decision"] == "EXPLICIT_DENY"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"request": None}, "no `request`"),
        ({"request": {**CASE["request"], "action": "s3:*"}}, "is no action"),
        ({"request": {**CASE["request"], "principal": "nobody"}}, "is no principal"),
        ({"request": {**CASE["request"], "principal": 5}}, "`request.principal` is a string"),
        ({"request": {**CASE["request"], "principal": {"arn": "anonymous", "name": "x"}}}, "`name` is no field"),
        ({"request": {**CASE["request"], "resource": 5}}, "`request.resource` is an object"),
        ({"request": {**CASE["request"], "context": []}}, ""),
        ({"request": {**CASE["request"], "context": [1]}}, "`request.context` is an object"),
        ({"request": {**CASE["request"], "context": {"a:b": None}}}, "`a:b`"),
        ({"identityPolicies": READ}, "`identityPolicies` is an array"),
        ({"identityPolicies": [5]}, "identityPolicies[0]: "),
        ({"identityPolicies": [{"name": "x", "policy": {}}]}, "x: /: the document has no `Statement`"),
        ({"resourcePolicy": READ}, "resourcePolicy: /Statement/0: a resource-based policy needs a `Principal`"),
        ({"serviceControlPolicies": [5]}, "`serviceControlPolicies[0]` is an object"),
        ({"serviceControlPolicies": [{"orgIdentifier": "x"}]}, "has no `policies`"),
        ({"identityPolicy": []}, "`identityPolicy` is no field of a case"),
        ({"derive": "yes"}, "`derive` is true or false"),
        ({"groups": []}, ""),
        ({"groups": [1]}, "`groups` is an object"),
    ],
)
def test_what_is_wrong_is_told(change: dict[str, Any], says: str) -> None:
    """A case that cannot be decided gives its name and what is wrong, never a decision."""
    result = evaluate_case({**CASE, **change})
    if not says:  # an empty array stands for no value
        assert result["decision"] == "ALLOW"
        return
    assert set(result) == {"name", "error"}
    assert result["name"] == "alice reads"
    assert says in result["error"]


def test_line_that_is_no_json() -> None:
    """A line that cannot be read gives an error with the place."""
    assert "line 1, column 2" in evaluate_line("{,\n")["error"]
    twice = evaluate_line('{"name": "twice", "request": {}, "request": {}}\n')
    assert twice["name"] == "twice"
    assert "/request (line 1, column 34): the key `request` stands here twice" in twice["error"]


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_any_line_gives_a_result(line: str) -> None:
    """Whatever a line holds, the answer is one result with an error."""
    assert "error" in evaluate_line(line)
