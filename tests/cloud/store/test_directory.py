"""What IAM knows, read after boto3 has written it."""

from __future__ import annotations

import json

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import Directory
from iamkit.policy import Caller, Policy
from tests.cloud.conftest import OTHER_ACCOUNT
from tests.cloud.iam.asking import mfa_device
from tests.cloud.test_local_cloud import allow, trust

ALICE = "arn:aws:iam::111122223333:user/dev/alice"
APP = "arn:aws:iam::111122223333:role/service/app"


def names(policies: tuple[Policy | str, ...]) -> list[str]:
    """Name policies as explanations do."""
    return [policy.name if isinstance(policy, Policy) else policy for policy in policies]


def test_a_user_with_all_that_is_theirs(cloud: LocalCloud) -> None:
    """Path, tags, unique ID; inline, managed and group policies; keys, active or not."""
    iam = cloud.client("iam")
    iam.create_user(UserName="alice", Path="/dev/", Tags=[{"Key": "team", "Value": "blue"}])
    iam.put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=allow("s3:*"))
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.create_group(GroupName="team")
    iam.put_group_policy(GroupName="team", PolicyName="shared", PolicyDocument=allow("sqs:*"))
    iam.add_user_to_group(GroupName="team", UserName="alice")
    key = iam.create_access_key(UserName="alice")["AccessKey"]

    directory = Directory()
    holder = directory.holder(key["AccessKeyId"])
    assert holder is not None
    caller = holder.caller
    assert (caller.arn, caller.name, caller.account) == (ALICE, "alice", "111122223333")
    assert caller.tags == {"team": "blue"}
    assert caller.unique_id == iam.get_user(UserName="alice")["User"]["UserId"]
    assert str(caller.unique_id).startswith("AIDA")
    assert holder.access_key.credentials.secret_access_key == key["SecretAccessKey"]
    own, groups = directory.identity_policies(caller)
    assert names(own) == ["inline policy own of user alice", "ReadOnlyAccess"]
    assert list(groups) == ["team"]
    assert names(groups["team"]) == ["inline policy shared of group team"]

    iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    again = directory.holder(key["AccessKeyId"])
    assert again is not None
    assert not again.access_key.active


def test_the_default_version_of_a_managed_policy_counts(cloud: LocalCloud) -> None:
    """A new version that is not the default changes nothing."""
    iam = cloud.client("iam")
    arn = iam.create_policy(PolicyName="mine", PolicyDocument=allow("s3:GetObject"))["Policy"]["Arn"]
    directory = Directory()
    first = directory.managed_policy(arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:*"), SetAsDefault=False)
    assert directory.managed_policy(arn) == first is not None
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert directory.managed_policy(arn) != first
    assert directory.managed_policy(f"{arn}x") is None


def test_a_role_by_its_whole_arn_only(cloud: LocalCloud) -> None:
    """A path is part of the ARN; a role of the same name elsewhere is another one."""
    iam = cloud.client("iam")
    document = trust({"Service": "lambda.amazonaws.com"})
    iam.create_role(
        RoleName="app", Path="/service/", AssumeRolePolicyDocument=document, MaxSessionDuration=7200,
        Tags=[{"Key": "stage", "Value": "test"}],
    )  # fmt: skip
    directory = Directory()
    role = directory.role(APP)
    assert role is not None
    assert (role.name, role.path, role.max_session_duration) == ("app", "/service/", 7200)
    assert role.tags == {"stage": "test"}
    assert json.loads(role.trust_policy) == json.loads(document)
    assert role.unique_id.startswith("AROA")
    for other in (APP.replace("/service/", "/"), APP.replace("111122223333", OTHER_ACCOUNT), f"{APP}2", "none", ""):
        assert directory.role(other) is None


def test_a_session_has_the_policies_of_its_role(cloud: LocalCloud) -> None:
    """Found by the role's ARN, or by its name in the session's."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="app", Path="/service/", AssumeRolePolicyDocument=trust({"AWS": "*"}))
    iam.put_role_policy(RoleName="app", PolicyName="own", PolicyDocument=allow("s3:*"))
    boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary=boundary)
    session = Caller.parse("arn:aws:sts::111122223333:assumed-role/app/one")
    directory = Directory()
    for caller in (session, session.known_as(role_arn=APP)):
        assert names(directory.identity_policies(caller)[0]) == ["inline policy own of role app"]
        bound = directory.boundary(caller)
        assert isinstance(bound, Policy)
        assert bound.name == "AmazonS3FullAccess"


def test_a_federated_user_has_the_policies_of_the_user(cloud: LocalCloud) -> None:
    """E24: the session policies narrow these."""
    cloud.client("iam").create_user(UserName="alice", Path="/dev/")
    cloud.client("iam").put_user_policy(UserName="alice", PolicyName="own", PolicyDocument=allow("s3:*"))
    federated = Caller.parse("arn:aws:sts::111122223333:federated-user/carol").known_as(user_arn=ALICE)
    assert names(Directory().identity_policies(federated)[0]) == ["inline policy own of user alice"]


def test_all_users_and_roles_of_an_account(cloud: LocalCloud) -> None:
    """In the order in which they were made, as they are found one by one."""
    iam = cloud.client("iam")
    iam.create_user(UserName="alice", Path="/dev/")
    for name in ("reader", "audit"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    directory = Directory()
    assert [user.name for user in directory.users("111122223333")] == ["administrator", "alice"]
    assert directory.users("111122223333")[1] == directory.user(ALICE)
    roles = directory.roles("111122223333")
    assert [role.name for role in roles] == ["reader", "audit"]
    assert roles[0] == directory.role("arn:aws:iam::111122223333:role/reader")


def test_accounts_do_not_share_names(cloud: LocalCloud) -> None:
    """Each has its own administrator; a deleted user has nothing."""
    directory = Directory()
    assert directory.accounts() == ["111122223333", OTHER_ACCOUNT]
    for account in directory.accounts():
        holder = directory.holder(cloud.administrator(account).access_key_id)
        assert holder is not None
        assert holder.caller.account == account
    assert directory.identity_policies(Caller.parse(ALICE)) == ((), {})
    assert directory.boundary(Caller.parse(ALICE)) is None
    assert directory.holder("AKIAIOSFODNN7EXAMPLE") is None


def test_devices_and_providers(cloud: LocalCloud) -> None:
    """A device counts once it is enabled; providers by account."""
    iam = cloud.client("iam")
    iam.create_user(UserName="alice", Path="/dev/")
    directory = Directory()
    assert directory.mfa_devices(ALICE) == ()
    serial, _ = mfa_device(iam, "alice", cloud.now())
    (device,) = directory.mfa_devices(ALICE)
    assert (device.serial_number, len(device.seed)) == (serial, 64)
    arn = iam.create_open_id_connect_provider(
        Url="https://token.example.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40]
    )["OpenIDConnectProviderArn"]
    (provider,) = directory.oidc_providers("111122223333")
    assert (provider.arn, provider.url, provider.client_ids) == (arn, "token.example.com", ("sts.amazonaws.com",))
    assert directory.oidc_providers(OTHER_ACCOUNT) == ()
