"""Reading accounts: the AWS CLI's own output, what it does not tell, and clear refusals of what is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from iamkit.analysis.landscape import UnknownPrincipal
from iamkit.analysis.landscape_files import MalformedLandscape, load_landscape, read_landscape
from iamkit.analysis.world import World
from tests.analysis import accounts
from tests.analysis.accounts import ADMIN, A, B, account, allow, policy, role, trust, user

# In the shape of the example of the AWS CLI Command Reference, `iam get-account-authorization-details`.
PRINTED: dict[str, Any] = {
    "RoleDetailList": [
        {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "",
                        "Effect": "Allow",
                        "Principal": {"Service": "ec2.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "RoleId": "AROA1234567890EXAMPLE",
            "CreateDate": "2014-07-30T17:09:20Z",
            "InstanceProfileList": [
                {
                    "InstanceProfileId": "AIPA1234567890EXAMPLE",
                    "Roles": [],
                    "CreateDate": "2014-07-30T17:09:20Z",
                    "InstanceProfileName": "EC2role",
                    "Path": "/",
                    "Arn": "arn:aws:iam::123456789012:instance-profile/EC2role",
                }
            ],
            "RoleName": "EC2role",
            "Path": "/",
            "AttachedManagedPolicies": [
                {"PolicyName": "AmazonS3FullAccess", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}
            ],
            "RolePolicyList": [],
            "Arn": "arn:aws:iam::123456789012:role/EC2role",
        }
    ],
    "GroupDetailList": [
        {
            "GroupId": "AIDA1234567890EXAMPLE",
            "AttachedManagedPolicies": [],
            "GroupName": "Admins",
            "Path": "/",
            "Arn": "arn:aws:iam::123456789012:group/Admins",
            "CreateDate": "2013-10-14T18:32:24Z",
            "GroupPolicyList": [
                {
                    "PolicyName": "all",
                    "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
                }
            ],
        }
    ],
    "UserDetailList": [
        {
            "UserName": "Alice",
            "GroupList": ["Admins"],
            "CreateDate": "2013-10-14T18:32:24Z",
            "UserId": "AIDA1234567890EXAMPLE",
            "UserPolicyList": [],
            "Path": "/",
            "AttachedManagedPolicies": [],
            "Arn": "arn:aws:iam::123456789012:user/Alice",
        }
    ],
    "Policies": [
        {
            "PolicyName": "AmazonS3FullAccess",
            "PolicyVersionList": [
                {
                    "CreateDate": "2015-02-06T18:40:58Z",
                    "VersionId": "v1",
                    "Document": {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
                    },
                    "IsDefaultVersion": True,
                }
            ],
            "PolicyId": "ANPA1234567890EXAMPLE",
            "Path": "/",
            "DefaultVersionId": "v1",
            "Arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess",
            "AttachmentCount": 1,
            "IsAttachable": True,
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Change one place of what was printed."""
    document: dict[str, Any] = json.loads(json.dumps(PRINTED))
    *way, last = path.split("/")
    inner: Any = document
    for step in way:
        inner = inner[int(step) if step.isdecimal() else step]
    inner[last] = value
    if value is None:
        del inner[last]
    return document


def refusal(*documents: Any) -> str:
    """Read documents that are refused, and give the words."""
    with pytest.raises(MalformedLandscape) as refused:
        read_landscape(*documents)
    return str(refused.value)


def test_output_of_the_command_is_read() -> None:
    """Users, groups, roles and managed policies are there, and the engine decides by them."""
    found = read_landscape(PRINTED)
    assert repr(found) == "Landscape(1 account, 1 user, 1 group, 1 role, 0 resources)"
    assert found.accounts == ("123456789012",)
    world = World(found)
    assert world.decide("arn:aws:iam::123456789012:user/Alice", "ec2:RunInstances").allowed
    assert world.decide("arn:aws:iam::123456789012:role/EC2role", "s3:ListBucket", "arn:aws:s3:::b").allowed
    assert not world.decide("arn:aws:iam::123456789012:role/EC2role", "ec2:RunInstances").allowed
    (made,) = found.roles.values()
    assert made.instance_profiles == ("arn:aws:iam::123456789012:instance-profile/EC2role",)


def test_policies_in_percent_encoding_are_read() -> None:
    """The API itself gives documents as text in percent-encoding, the CLI decodes them."""
    document = PRINTED["RoleDetailList"][0]["AssumeRolePolicyDocument"]
    encoded = changed("RoleDetailList/0/AssumeRolePolicyDocument", quote(json.dumps(document)))
    assert next(iter(read_landscape(encoded).roles.values())).trust.to_dict() == document


def test_several_accounts_make_one_landscape(tmp_path: Path) -> None:
    """One file for each account, and the rest in a file of its own."""
    documents = [
        account({"alice": {}}),
        account({"alice": {"attached": [ADMIN]}}, id=B),
        {"Resources": [{"Arn": "arn:aws:s3:::b", "AccountId": A}], **accounts.organization({A: {}})},
    ]
    files = [tmp_path / f"{number}.json" for number in range(3)]
    for file, document in zip(files, documents, strict=True):
        file.write_text(json.dumps(document))
    found = load_landscape(*files)
    assert found.accounts == (A, B, "999900001111")
    assert found.in_organization(A)
    assert not found.in_organization(B)
    assert found.owner("arn:aws:s3:::b/key") == A


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "/: expected an object, found a list\n  help: give what `aws iam get-account-authorization-details`"),
        ({"Users": []}, "/Users: `Users` is not known here\n  help: known: UserDetailList"),
        (changed("IsTruncated", True), "/IsTruncated: the answer was cut off\n  help: let the AWS CLI read all pages"),
        (changed("UserDetailList/0/Arn", "alice"), "/UserDetailList/0/Arn: `alice` does not start with `arn:`"),
        (changed("UserDetailList/0/UserName", None), "/UserDetailList/0: `UserName` is missing"),
        (
            changed("UserDetailList/0/GroupList", ["Nobodies"]),
            "/UserDetailList/0/GroupList: the group `Nobodies` is not in `GroupDetailList`",
        ),
        (
            changed("Policies", []),
            "/RoleDetailList/0/AttachedManagedPolicies/0: the document of `arn:aws:iam::aws:policy/AmazonS3FullAccess`",
        ),
        (
            changed("Policies/0/DefaultVersionId", "v7"),
            "/Policies/0/DefaultVersionId: the version `v7` is not in `PolicyVersionList`",
        ),
        (
            changed("GroupDetailList/0/GroupPolicyList/0/PolicyDocument", {"Statement": [{"Effect": "allow"}]}),
            "/GroupDetailList/0/GroupPolicyList/0/PolicyDocument: the policy `all` cannot be read: /Statement/0",
        ),
        (
            changed("UserDetailList/0/Arn", user("Alice")),
            "/: one document tells of several accounts: 111122223333, 123456789012",
        ),
        ({"Resources": [{"Arn": "arn:aws:s3:::b"}]}, "/Resources/0: the account of `arn:aws:s3:::b` is missing"),
        (
            {"AccessKeyMetadata": [{"UserName": "zoe", "AccessKeyId": "AKIA1"}]},
            "/AccessKeyMetadata/0/UserName: there is no user `zoe`",
        ),
        (
            {"Organization": {"Id": "o-1", "ManagementAccountId": A, "Accounts": [{"Id": B}]}},
            f"/Organization/ManagementAccountId: `{A}` is not in `Accounts`",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: Any, words: str) -> None:
    """The place first, the text in backticks, then what helps."""
    assert refusal(document).startswith(words)


def test_the_file_is_named(tmp_path: Path) -> None:
    """Of several files the error says which."""
    file = tmp_path / "broken.json"
    file.write_text("{")
    with pytest.raises(MalformedLandscape, match=r"broken\.json: the file is not JSON"):
        load_landscape(file)
    assert refusal(PRINTED, PRINTED).startswith("document 2: /GroupDetailList/0/Arn: `arn:aws:iam::123456789012")


def test_principals_are_found_by_any_name() -> None:
    """By ARN, name, access key, session, and by the resource whose code has the role."""
    function = f"arn:aws:lambda:us-east-1:{A}:function:f"
    document = account(
        {"alice": {}, "both": {}},
        {"both": {"trust": trust(A)}},
        Resources=[{"Arn": function, "Role": role("both")}],
        AccessKeyMetadata=[{"UserName": "alice", "AccessKeyId": "AKIA1", "Status": "Active"}],
    )
    found = read_landscape(document)
    for told in (user("alice"), "alice", "user/alice", "AKIA1"):
        assert found.principal(told).arn == user("alice")
    for told in ("role/both", function, f"arn:aws:sts::{A}:assumed-role/both/session"):
        assert found.principal(told).arn == role("both")
    with pytest.raises(UnknownPrincipal, match=r"`both` is the name of 2\n  help: say"):
        found.principal("both")


def test_organization_has_a_say() -> None:
    """Levels from the root down: an account's SCP and the keys of the organization (E4, E7)."""
    only_s3 = accounts.organization({A: {"scp": policy({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})}})
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    found = read_landscape(account({"alice": {"does": allow("*", Condition=condition)}}, **only_s3))
    world = World(found)
    assert world.decide(user("alice"), "s3:ListBucket", "arn:aws:s3:::b").allowed
    assert not world.decide(user("alice"), "sqs:SendMessage").allowed
    assert (
        not World(read_landscape(account({"alice": {"does": allow("*", Condition=condition)}})))
        .decide(user("alice"), "s3:ListBucket")
        .allowed
    )
