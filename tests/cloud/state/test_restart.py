"""A cloud that was killed is there again: in a new process, with the same answers."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pyotp import TOTP

from tests.cloud.state.running import Running, running
from tests.cloud.state.scenes import ROLE, SCENES, allow, told, trust

BUCKET = "amzn-s3-demo-bucket"


@dataclass
class Restarted:
    """What was told before the cloud was killed, and the cloud that runs since."""

    cloud: Running
    answers: dict[str, Any]
    administrators: Any
    sessions: dict[str, dict[str, Any]]
    alice: dict[str, str]
    spent_code: str
    device: str
    state: Path


def session(given: dict[str, Any]) -> dict[str, Any]:
    """Give credentials as boto3 takes them."""
    keys = given["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


def settle_in(cloud: Running) -> dict[str, Any]:
    """Make users, sessions and a device; give what is needed to find them again."""
    iam, sts = cloud.client("iam"), cloud.client("sts")
    iam.create_user(UserName="carol")
    iam.put_user_policy(UserName="carol", PolicyName="p", PolicyDocument=allow("sts:*", "s3:ListAllMyBuckets"))
    key = iam.create_access_key(UserName="carol")["AccessKey"]
    carol = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    old = iam.create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="carol", AccessKeyId=old, Status="Inactive")
    iam.create_role(RoleName="chained", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    iam.put_role_policy(RoleName="chained", PolicyName="p", PolicyDocument=allow("s3:ListAllMyBuckets"))
    iam.put_role_policy(
        RoleName="reader", PolicyName="p", PolicyDocument=allow("sts:AssumeRole", "sts:SetSourceIdentity")
    )
    reader = session(sts.assume_role(RoleArn=ROLE, RoleSessionName="one", SourceIdentity="carol"))
    chained = session(
        cloud.client_with("sts", **reader).assume_role(
            RoleArn=ROLE.replace("reader", "chained"), RoleSessionName="two", SourceIdentity="carol"
        )
    )
    narrow = session(
        sts.assume_role(RoleArn=ROLE, RoleSessionName="narrow", Policy=allow("iam:ListUsers"), DurationSeconds=7200)
    )
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = device["Base32StringSeed"].decode()
    totp = TOTP(seed)
    iam.enable_mfa_device(
        UserName="carol",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=totp.at(int(time.time()) - 30),
        AuthenticationCode2=totp.now(),
    )
    code = totp.now()
    with_code = session(
        cloud.client_with("sts", **carol).get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code)
    )
    return {
        "sessions": {"reader": reader, "chained": chained, "narrow": narrow, "with_code": with_code},
        "alice": carol,
        "spent_code": code,
        "device": device["SerialNumber"],
    }


@pytest.fixture(scope="module")
def restarted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restarted]:
    """Play every scene, kill the cloud, start it again."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    with running(state) as cloud:
        for make, _ in SCENES.values():
            make(cloud.client)
        given = settle_in(cloud)
        answers = {name: told(ask(cloud.client)) for name, (_, ask) in SCENES.items()}
        administrators = cloud.told["administrators"]
        cloud.kill()
    with running(state) as cloud:
        yield Restarted(cloud, answers, administrators, state=state, **given)


@pytest.mark.parametrize("service", SCENES)
def test_all_answers_are_the_same(restarted: Restarted, service: str) -> None:
    """Names, IDs, dates, contents, ciphertexts, messages: everything that can be asked for."""
    assert restarted.answers[service] == told(SCENES[service][1](restarted.cloud.client))


def test_administrators_keep_their_keys(restarted: Restarted) -> None:
    """They are in somebody's configuration."""
    assert restarted.administrators == restarted.cloud.told["administrators"]


def test_old_keys_authenticate(restarted: Restarted) -> None:
    """A user's key goes on; an inactive one does not."""
    sts = restarted.cloud.client_with("sts", **restarted.alice)
    assert sts.get_caller_identity()["Arn"].endswith(":user/carol")


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("reader", "assumed-role/reader/one"),
        ("chained", "assumed-role/chained/two"),
        ("narrow", "assumed-role/reader/narrow"),
        ("with_code", "user/carol"),
    ],
)
def test_sessions_go_on(restarted: Restarted, name: str, ends: str) -> None:
    """Temporary credentials, also those that were given by a session."""
    sts = restarted.cloud.client_with("sts", **restarted.sessions[name])
    assert sts.get_caller_identity()["Arn"].endswith(ends)


def test_a_session_may_what_it_might(restarted: Restarted) -> None:
    """The session policy holds on."""
    narrow, reader = restarted.sessions["narrow"], restarted.sessions["reader"]
    assert restarted.cloud.client_with("iam", **narrow).list_users()["Users"]
    with pytest.raises(ClientError, match="no session policy allows the s3:ListAllMyBuckets action"):
        restarted.cloud.client_with("s3", **narrow).list_buckets()
    assert restarted.cloud.client_with("s3", **reader).list_buckets()["Buckets"]


def test_a_code_is_good_once(restarted: Restarted) -> None:
    """That a code was used is not forgotten."""
    sts = restarted.cloud.client_with("sts", **restarted.alice)
    with pytest.raises(ClientError, match="invalid MFA one time pass code"):
        sts.get_session_token(SerialNumber=restarted.device, TokenCode=restarted.spent_code)


def test_an_upload_goes_on(restarted: Restarted) -> None:
    """A part that was sent before is part of the object."""
    s3 = restarted.cloud.client("s3")
    upload = s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]
    where = {"Bucket": BUCKET, "Key": upload["Key"], "UploadId": upload["UploadId"]}
    (part,) = s3.list_parts(**where)["Parts"]
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=BUCKET, Key=upload["Key"])["Body"].read() == b"q" * 10


def test_what_is_new_is_new(restarted: Restarted) -> None:
    """Nothing that is made now has a name that was given before."""
    iam = restarted.cloud.client("iam")
    iam.create_user(UserName="dave")
    made = iam.create_access_key(UserName="dave")["AccessKey"]["AccessKeyId"]
    before = json.dumps(restarted.answers, default=str) + json.dumps(restarted.sessions)
    assert made not in before
    assert iam.get_user(UserName="dave")["User"]["UserId"] not in before
    assert len({iam.list_users()["ResponseMetadata"]["RequestId"] for _ in range(5)}) == 5


def test_files_are_their_owners_alone(restarted: Restarted) -> None:
    """There are keys in them."""
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in restarted.state.iterdir()}
    assert modes == {"journal": 0o600, "lock": 0o600}
    assert stat.S_IMODE(restarted.state.stat().st_mode) == 0o700
