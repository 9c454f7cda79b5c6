"""Ten managed policies for each of them, ten groups for a user (P7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.iam.asking import ACCOUNT, allow, refused, trust, user


@pytest.fixture(scope="module")
def policies(iam: Any) -> list[str]:
    """Eleven managed policies; a user, a group and a role to attach them to."""
    user(iam, "alice")
    iam.create_group(GroupName="staff")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(ACCOUNT))
    made = [iam.create_policy(PolicyName=f"p{number}", PolicyDocument=allow("s3:*")) for number in range(11)]
    return [each["Policy"]["Arn"] for each in made]


@pytest.mark.parametrize(("kind", "name"), [("User", "alice"), ("Group", "staff"), ("Role", "app")])
def test_the_eleventh_policy(iam: Any, policies: list[str], kind: str, name: str) -> None:
    """LimitExceeded; attaching one of the ten again is nothing new."""
    attach = getattr(iam, f"attach_{kind.lower()}_policy")
    for policy in policies[:10]:
        attach(**{f"{kind}Name": name, "PolicyArn": policy})
    attach(**{f"{kind}Name": name, "PolicyArn": policies[0]})
    given = refused(attach, **{f"{kind}Name": name, "PolicyArn": policies[10]})
    assert given == ("LimitExceeded", 409, f"Cannot exceed quota for PoliciesPer{kind}: 10")


def test_the_eleventh_group(iam: Any, policies: list[str]) -> None:
    """LimitExceeded; joining a group twice is nothing new."""
    for number in range(11):
        iam.create_group(GroupName=f"g{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"g{number}", UserName="alice")
    iam.add_user_to_group(GroupName="g0", UserName="alice")
    given = refused(iam.add_user_to_group, GroupName="g10", UserName="alice")
    assert given == ("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10")


def test_who_is_not_there(iam: Any) -> None:
    """The quota does not hide that."""
    assert refused(iam.add_user_to_group, GroupName="g0", UserName="nobody")[0] == "NoSuchEntity"
    given = {"UserName": "nobody", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    assert refused(iam.attach_user_policy, **given)[0] == "NoSuchEntity"
