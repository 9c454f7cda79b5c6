"""Session policies: what is taken, what is too much, and that they only ever limit (E11, E21)."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from iamkit import Policy
from iamkit.cloud.sessions import Holder
from tests.cloud.sts.world import HOME, OTHER, Json, World, allow, session_of, trust

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
READ = f"arn:aws:iam::{HOME}:policy/ReadReports"
AWS = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def prepared(*policies: Json) -> tuple[World, Holder, str]:
    """Give alice, a role with these policies, and two managed policies."""
    world = World()
    alice = world.add_user("alice", allow("sts:GetFederationToken", "s3:*"))
    role = world.add_role("target", trust(alice.caller.arn, "sts:AssumeRole", "sts:TagSession"), *policies)
    world.managed[READ] = Policy.parse(allow("s3:GetObject", resource=f"{BUCKET}/reports/*"), name="ReadReports")
    world.managed[AWS] = Policy.parse(allow("s3:Get*", "s3:List*"), name="AmazonS3ReadOnlyAccess")
    return world, alice, role


# the role may s3:*; what is passed, action, resource, allowed?
PASSED: list[tuple[str, dict[str, Any], str, str, bool]] = [
    ("none passed", {}, "s3:PutObject", f"{BUCKET}/a", True),
    ("inline allows", {"Policy": json.dumps(allow("s3:PutObject"))}, "s3:PutObject", f"{BUCKET}/a", True),
    ("inline does not", {"Policy": json.dumps(allow("s3:GetObject"))}, "s3:PutObject", f"{BUCKET}/a", False),
    ("inline allows more", {"Policy": json.dumps(allow("*"))}, "sqs:SendMessage", "*", False),
    ("managed allows", {"PolicyArns": [{"arn": READ}]}, "s3:GetObject", f"{BUCKET}/reports/a", True),
    ("managed does not", {"PolicyArns": [{"arn": READ}]}, "s3:GetObject", f"{BUCKET}/a", False),
    (
        "one of two allows",
        {"PolicyArns": [{"arn": READ}, {"arn": AWS}]},
        "s3:GetObject",
        f"{BUCKET}/a",
        True,
    ),
    (
        "inline allows beside managed",
        {"Policy": json.dumps(allow("s3:PutObject")), "PolicyArns": [{"arn": READ}]},
        "s3:PutObject",
        f"{BUCKET}/a",
        True,
    ),
]


@pytest.mark.parametrize(
    ("passed", "action", "resource", "allowed"), [r[1:] for r in PASSED], ids=[r[0] for r in PASSED]
)
def test_session_policies_limit_the_role(passed: dict[str, Any], action: str, resource: str, allowed: bool) -> None:
    """A session may do what both its role and one of the passed policies allow (E11)."""
    world, alice, role = prepared(allow("s3:*"))
    holder = world.assume(alice, role, **passed)
    assert allowed is world.may(holder, action, resource)


def test_names_of_session_policies() -> None:
    """A managed policy keeps its name, so that an explanation can name it."""
    world, alice, role = prepared()
    holder = world.assume(alice, role, Policy=json.dumps(allow("s3:*")), PolicyArns=[{"arn": READ}])
    assert [each.name for each in session_of(holder).session_policies or ()] == ["session policy", "ReadReports"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", ""),
        ("[]", "expected a policy document"),
        ("{}", "the document has no `Statement`"),
        (json.dumps(allow("s3:*", Principal="*")), "Principal"),
        (json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:*"}}), "Resource"),
    ],
    ids=["no JSON", "no object", "no statement", "a principal", "no resource"],
)
@pytest.mark.parametrize("operation", ["AssumeRole", "GetFederationToken"])
def test_policy_that_is_none(operation: str, text: str, part: str) -> None:
    """A document that is no session policy is refused in one line (P5)."""
    world, alice, role = prepared()
    asked = {"RoleArn": role, "RoleSessionName": "s1"} if operation == "AssumeRole" else {"Name": "carol"}
    code, status, message = world.refuses(operation, alice, **asked, Policy=text)
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert part in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "arn", [f"arn:aws:iam::{OTHER}:policy/ReadReports", f"arn:aws:iam::{HOME}:policy/Gone", "nonsense"]
)
def test_managed_policy_that_is_not_there(arn: str) -> None:
    """Managed session policies are of the role's account, or AWS's own (E21)."""
    world, alice, role = prepared()
    world.managed[f"arn:aws:iam::{OTHER}:policy/ReadReports"] = world.managed[READ]
    asked = {"RoleArn": role, "RoleSessionName": "s1", "PolicyArns": [{"arn": arn}]}
    assert world.refuses("AssumeRole", alice, **asked)[:2] == ("ValidationError", 400)


def test_plaintext_limit_counts_everything() -> None:
    """2,048 characters for the inline policy and the ARNs together, 10 ARNs (E21)."""
    world, alice, role = prepared()
    usual = {"RoleArn": role, "RoleSessionName": "s1"}
    text = json.dumps(allow("s3:*"))
    full = text + " " * (2048 - len(text))
    assert world.call("AssumeRole", alice, **usual, Policy=full)
    assert world.refuses("AssumeRole", alice, **usual, Policy=f"{full} ")[0] == "ValidationError"
    assert world.refuses("AssumeRole", alice, **usual, Policy=full, PolicyArns=[{"arn": READ}])[0] == "ValidationError"
    assert world.call("AssumeRole", alice, **usual, PolicyArns=[{"arn": READ}] * 10)
    assert world.refuses("AssumeRole", alice, **usual, PolicyArns=[{"arn": READ}] * 11)[0] == "ValidationError"


def test_packed_size_grows_with_what_is_passed() -> None:
    """No number without policies and tags; more of them, a larger number; inherited tags count (E21)."""
    world, alice, role = prepared()
    usual: dict[str, Any] = {"RoleArn": role, "RoleSessionName": "s1"}
    tags = [{"Key": f"Project{number}", "Value": f"Pegasus{number * 7919}"} for number in range(5)]
    assert "PackedPolicySize" not in world.call("AssumeRole", alice, **usual)
    sizes = [
        world.call("AssumeRole", alice, **usual, **passed)["PackedPolicySize"]
        for passed in (
            {"Tags": tags[:1]},
            {"Tags": tags},
            {"Tags": tags, "Policy": json.dumps(allow("s3:GetObject"))},
            {"Tags": tags, "Policy": json.dumps(allow("s3:GetObject")), "PolicyArns": [{"arn": READ}]},
        )
    ]
    assert sorted(set(sizes)) == sizes
    assert 0 < sizes[0] < sizes[-1] <= 100


def test_packed_size_has_a_limit() -> None:
    """Policies and tags that are within their own limits can still be too much together (E21)."""
    world, alice, role = prepared()
    random = Random(1)
    usual: dict[str, Any] = {"RoleArn": role, "RoleSessionName": "s1"}
    tags = [{"Key": f"k{number}", "Value": f"{random.getrandbits(128):032x}"} for number in range(50)]
    code, status, message = world.refuses("AssumeRole", alice, **usual, Tags=tags)
    assert (code, status) == ("PackedPolicyTooLarge", 400)
    assert message.startswith("Packed size of session tags consumes ")
    assert message.endswith("% of allotted space.")
    wide = json.dumps(allow(*(f"s3:{random.getrandbits(64):016x}" for _ in range(80))))
    code, _, message = world.refuses("AssumeRole", alice, **usual, Policy=wide)
    assert code == "PackedPolicyTooLarge"
    assert message.startswith("Packed policy consumes ")
    assert message.endswith("% of allotted space, please use smaller policy.")
