"""A broken or an oversized document is refused when it is put (P7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cloud.iam.asking import ACCOUNT, OTHER, allow, arn, policy, refused, trust, user

Put = Callable[[str], tuple[str, int, str]]


@pytest.fixture(scope="module")
def puts(iam: Any) -> dict[str, Put]:
    """Every way to put an identity-based policy."""
    user(iam, "alice")
    iam.create_group(GroupName="staff")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.create_policy(PolicyName="own", PolicyDocument=allow("s3:*"))
    own = arn("policy/own")

    def put(call: Any, **given: str) -> Put:
        return lambda text: refused(call, PolicyDocument=text, **given)

    return {
        "PutUserPolicy": put(iam.put_user_policy, UserName="alice", PolicyName="p"),
        "PutGroupPolicy": put(iam.put_group_policy, GroupName="staff", PolicyName="p"),
        "PutRolePolicy": put(iam.put_role_policy, RoleName="app", PolicyName="p"),
        "CreatePolicy": put(iam.create_policy, PolicyName="p"),
        "CreatePolicyVersion": put(iam.create_policy_version, PolicyArn=own),
    }


BROKEN = (
    ("{", "Syntax errors in policy.", "(line 1, column 2)"),
    ('{"Version": "2012-10-17",\n "Statement": [],}', "Syntax errors in policy.", "help: remove the comma"),
    (allow("s3:*").replace("Allow", "allow"), "Syntax errors in policy.", "help: it is exactly `Allow` or `Deny`"),
    (allow("s3:*", Conditions={}), "Syntax errors in policy.", "`Condition`"),
    (allow("s3:*", Condition={"StringEqual": {"a": "b"}}), "Syntax errors in policy.", "`StringEquals`"),
    (allow("GetObject"), "Actions/Conditions must be prefaced by a vendor", "/Statement/0/Action"),
    (policy({"Effect": "Allow", "Resource": "*"}), "Policy statement must contain actions.", "/Statement/0"),
    (policy({"Effect": "Allow", "Action": "s3:*"}), "Policy statement must contain resources.", "/Statement/0"),
    (allow("s3:*", Principal="*"), "Has prohibited field Principal", "/Statement/0/Principal"),
    (
        policy(*({"Sid": "One", "Effect": "Allow", "Action": "s3:*", "Resource": "*"} for _ in range(2))),
        "Statement IDs (SID) in a single policy must be unique.",
        "/Statement/1/Sid",
    ),
)


@pytest.mark.parametrize("operation", ["PutUserPolicy", "PutGroupPolicy", "PutRolePolicy", "CreatePolicy"])
@pytest.mark.parametrize(("text", "said", "place"), BROKEN)
def test_a_broken_policy_is_refused_at_once(
    puts: dict[str, Put], operation: str, text: str, said: str, place: str
) -> None:
    """AWS's sentence first, then the place and what helps; nothing is kept."""
    code, status, message = puts[operation](text)
    assert (code, status) == ("MalformedPolicyDocument", 400)
    assert message.startswith(said)
    assert place in message


def test_a_new_version_is_read_as_well(puts: dict[str, Put]) -> None:
    """CreatePolicyVersion."""
    assert puts["CreatePolicyVersion"]("{")[:2] == ("MalformedPolicyDocument", 400)


def test_nothing_of_a_refused_policy_is_kept(iam: Any, puts: dict[str, Put]) -> None:
    """Neither put nor replaced."""
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow("s3:*"))
    puts["PutUserPolicy"]("{")
    found = iam.get_user_policy(UserName="alice", PolicyName="p")["PolicyDocument"]
    assert found == json.loads(allow("s3:*"))
    iam.delete_user_policy(UserName="alice", PolicyName="p")


def test_numbers_and_booleans_in_conditions_are_fine(iam: Any, puts: dict[str, Put]) -> None:
    """P32."""
    condition = {"NumericLessThan": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": True}}
    iam.put_user_policy(UserName="alice", PolicyName="n", PolicyDocument=allow("s3:*", Condition=condition))
    iam.delete_user_policy(UserName="alice", PolicyName="n")


def long(characters: int) -> str:
    """Write a policy of so many characters that are no white space."""
    short = allow("s3:*", resource="arn:aws:s3:::")
    missing = characters - len("".join(short.split()))
    return allow("s3:*", resource="arn:aws:s3:::" + "b" * missing)


@pytest.mark.parametrize(
    ("operation", "limit", "said"),
    [
        ("PutUserPolicy", 2048, "Maximum policy size of 2048 bytes exceeded for user alice"),
        ("PutGroupPolicy", 5120, "Maximum policy size of 5120 bytes exceeded for group staff"),
        ("PutRolePolicy", 10_240, "Maximum policy size of 10240 bytes exceeded for role app"),
        ("CreatePolicy", 6144, "Cannot exceed quota for PolicySize: 6144"),
        ("CreatePolicyVersion", 6144, "Cannot exceed quota for PolicySize: 6144"),
    ],
)
def test_one_character_too_many(puts: dict[str, Put], operation: str, limit: int, said: str) -> None:
    """P7: white space is not counted, so that the indented text is as long."""
    text = json.dumps(json.loads(long(limit + 1)), indent=8)
    assert puts[operation](text) == ("LimitExceeded", 409, said)


def test_as_long_as_it_may_be(iam: Any, puts: dict[str, Put]) -> None:
    """The limit itself is allowed; for inline policies it is that of all together, and replacing one counts once."""
    iam.create_policy(PolicyName="long", PolicyDocument=long(6144))
    iam.put_user_policy(UserName="alice", PolicyName="a", PolicyDocument=long(1048))
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=long(1000))
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=long(1000))
    assert puts["PutUserPolicy"](long(1001))[0] == "LimitExceeded"


TRUSTS = (
    (allow("sts:AssumeRole"), "Has prohibited field Resource"),
    (policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), "Missing required field Principal"),
    (trust(ACCOUNT).replace("sts:AssumeRole", "s3:GetObject"), "AssumeRole policy may only specify STS"),
    (trust(arn("user/nobody")), f'Invalid principal in policy: "AWS":"{arn("user/nobody")}"'),
    (trust(arn("role/none", OTHER)), "Invalid principal in policy"),
    (trust(arn("group/analysts")), "Invalid principal in policy"),
    (trust("AIDAIOSFODNN7EXAMPLE"), "Invalid principal in policy"),
    (trust("arn:aws:iam::111122223333:user/*"), "Invalid principal in policy"),
)


@pytest.mark.parametrize(("text", "said"), TRUSTS)
def test_a_broken_trust_policy(iam: Any, puts: dict[str, Put], text: str, said: str) -> None:
    """CreateRole and UpdateAssumeRolePolicy, principals that are not there included."""
    for code, status, message in (
        refused(iam.create_role, RoleName="broken", AssumeRolePolicyDocument=text),
        refused(iam.update_assume_role_policy, RoleName="app", PolicyDocument=text),
    ):
        assert (code, status) == ("MalformedPolicyDocument", 400)
        assert message.startswith(said)


def test_trust_policies_that_are_fine(iam: Any, puts: dict[str, Put]) -> None:
    """Principals of accounts elsewhere are not known here, an old version is one (P1), and services need no account."""
    elsewhere = [arn("role/deploy", "777788889999"), arn("root", "777788889999"), ACCOUNT, arn("user/alice")]
    service = policy(
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        version="2008-10-17",
    )
    for text in (trust(*elsewhere), service, trust("*")):
        iam.update_assume_role_policy(RoleName="app", PolicyDocument=text)
    code, status, message = refused(
        iam.update_assume_role_policy, RoleName="app", PolicyDocument=trust(ACCOUNT, Sid="S" * 2048)
    )
    assert (code, status, message) == ("LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048")
