"""An instance whose programs find the credentials of its role, by version 1 or 2 (A15, A16)."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError, MetadataRetrievalError, NoCredentialsError

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import LOST, Instance, NoSuchRole
from tests.cloud.metadata.world import (
    ACCOUNT,
    OTHER_ACCOUNT,
    assert_lists_queues_and_no_users,
    chain,
    run_chain,
    send,
    trust,
    who,
)

TTL, TOKEN = "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token"
CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


def session_token(instance: Instance) -> dict[str, str]:
    """Begin a session of version 2."""
    return {TOKEN: send(instance.endpoint, "PUT", "/latest/api/token", {TTL: "60"}).body}


def keys_of(instance: Instance, headers: dict[str, str] | None = None) -> str:
    """Read the access key ID that the role has now."""
    return str(send(instance.endpoint, "GET", f"{CREDENTIALS}web", headers).document["AccessKeyId"])


def test_a_program_of_its_own_finds_the_role(cloud: LocalCloud) -> None:
    """An unmodified default chain in a process of its own: whose session it is, what it may and what not."""
    with cloud.instance("web", http_tokens="required") as instance:
        told = run_chain(instance.environment())
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{instance.instance_id}"
        assert told == {"method": "iam-role", "arn": arn, "queues": 200, "users": "AccessDenied"}
        assert [(seen.method, seen.path, seen.token, seen.status) for seen in instance.requests] == [
            ("PUT", "/latest/api/token", False, 200),
            ("GET", CREDENTIALS, True, 200),
            ("GET", f"{CREDENTIALS}web", True, 200),
        ]


def test_the_aws_cli_finds_the_role(cloud: LocalCloud) -> None:
    """The AWS CLI has the same chain."""
    with cloud.instance("web", http_tokens="required") as instance:
        command = [sys.executable, "-m", "awscli", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
        environment = instance.environment({"PATH": os.environ["PATH"], "HOME": os.devnull})
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{instance.instance_id}"


def test_the_document_of_a_role(cloud: LocalCloud) -> None:
    """The members that A16 names; six hours from the time when they were made."""
    with cloud.instance("web") as instance:
        assert send(instance.endpoint, "GET", CREDENTIALS).body == "web"
        document = send(instance.endpoint, "GET", f"{CREDENTIALS}web").document
        assert list(document) == [
            "Code", "LastUpdated", "Type", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"
        ]  # fmt: skip
        assert (document["Code"], document["Type"]) == ("Success", "AWS-HMAC")
        made, ends = (datetime.fromisoformat(document[name]) for name in ("LastUpdated", "Expiration"))
        assert ends - made == timedelta(hours=6)
        info = send(instance.endpoint, "GET", "/latest/meta-data/iam/info").document
        assert info["InstanceProfileArn"] == f"arn:aws:iam::{ACCOUNT}:instance-profile/web"
        assert info["InstanceProfileId"].startswith("AIPA")


def test_server_side_request_forgery(cloud: LocalCloud) -> None:
    """One GET that someone else chose gives the keys of version 1, and nothing where version 2 is required."""
    with cloud.instance("web") as instance:
        stolen = send(instance.endpoint, "GET", f"{CREDENTIALS}web")
        assert stolen.document["SecretAccessKey"]
        instance.require_tokens()
        assert send(instance.endpoint, "GET", f"{CREDENTIALS}web").status == 401
        assert send(instance.endpoint, "PUT", "/latest/api/token", {TTL: "60", "X-Forwarded-For": "::1"}).status == 403
        assert send(instance.endpoint, "GET", f"{CREDENTIALS}web", session_token(instance)).status == 200
        assert repr(instance.requests[:2]) == (
            f"[GET {CREDENTIALS}web without a token: 200, GET {CREDENTIALS}web without a token: 401]"
        )


def test_sdks_may_refuse_version_1_themselves(cloud: LocalCloud) -> None:
    """Without a token and with the fallback disabled, the SDK asks no more."""
    with cloud.instance("web") as instance:
        own = {"AWS_EC2_METADATA_V1_DISABLED": "true"}
        environment = instance.environment(from_container=True) | own
        with chain(environment) as session, pytest.raises(MetadataRetrievalError, match="IMDSv1 has been disabled"):
            session.get_credentials()
        assert [seen.status for seen in instance.requests] == [LOST]


def test_containers_a_hop_away(cloud: LocalCloud) -> None:
    """The token does not get there, so that a chain falls back to version 1, which works until it must not."""
    with cloud.instance("web") as instance:
        with chain(instance.environment(from_container=True)) as session:
            assert session.get_credentials() is not None
        assert [(seen.token, seen.status, seen.hops) for seen in instance.requests] == [
            (False, LOST, 1),
            (False, 200, 1),
            (False, 200, 1),
        ]
        instance.require_tokens()
        with chain(instance.environment(from_container=True)) as session:
            assert session.get_credentials() is None
        assert instance.requests[-1].status == 401
        instance.modify_metadata_options(http_put_response_hop_limit=2)
        with chain(instance.environment(from_container=True)) as session:
            assert session.get_credentials() is not None
        assert [(seen.token, seen.status, seen.hops) for seen in instance.requests[-3:]] == [
            (False, 200, 1),
            (True, 200, 1),
            (True, 200, 1),
        ]


def test_nobody_waits_for_an_instance_that_has_stopped(cloud: LocalCloud) -> None:
    """A client that waits for a lost answer is let go when the instance ends."""
    instance = cloud.instance("web")
    connection = http.client.HTTPConnection(instance.container_endpoint.removeprefix("http://"), timeout=20)
    connection.request("PUT", "/latest/api/token", headers={TTL: "60"})
    deadline = time.monotonic() + 10
    while not instance.requests:
        assert time.monotonic() < deadline
    instance.stop()
    assert connection.getresponse().read().startswith(b"the answer was lost")
    connection.close()


def test_a_disabled_endpoint(cloud: LocalCloud) -> None:
    """No credentials at all, and the chain says so when it needs them."""
    with cloud.instance("web", http_endpoint="disabled") as instance, chain(instance.environment()) as session:
        with pytest.raises(NoCredentialsError):
            session.client("sts").get_caller_identity()
        assert {seen.status for seen in instance.requests} == {403}


def test_a_role_that_does_not_trust_ec2(cloud: LocalCloud) -> None:
    """The trust policy decides: the document is there, but says why it has no keys, and the log says which gate."""
    with cloud.instance("task") as instance:
        document = send(instance.endpoint, "GET", f"{CREDENTIALS}task")
        assert (document.status, document.document["Code"]) == (200, "AssumeRoleUnauthorizedAccess")
        assert document.document["Message"].startswith("EC2 cannot assume the role task.")
        refused = instance.requests[-1].evaluation
        assert refused is not None
        assert "because no role trust policy allows the sts:AssumeRole action" in refused.message
        with chain(instance.environment()) as session:
            assert session.get_credentials() is None
        trusting = trust({"Service": "ec2.amazonaws.com"})
        cloud.client("iam").update_assume_role_policy(RoleName="task", PolicyDocument=trusting)
        assert send(instance.endpoint, "GET", f"{CREDENTIALS}task").document["Code"] == "Success"
    cloud.client("iam").update_assume_role_policy(
        RoleName="task", PolicyDocument=trust({"Service": "ecs-tasks.amazonaws.com"})
    )


def test_versions_deliver_different_credentials(cloud: LocalCloud) -> None:
    """ec2:RoleDelivery tells keys of version 1 from those of version 2, in every request that is signed with them."""
    iam = cloud.client("iam")
    only_v2 = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    only_v2["Condition"] = {"NumericLessThan": {"ec2:RoleDelivery": "2.0"}}  # type: ignore[assignment]
    iam.put_role_policy(
        RoleName="web",
        PolicyName="only-version-2",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": only_v2}),
    )
    try:
        with cloud.instance("web") as instance:
            with chain(instance.environment()) as session:
                assert_lists_queues_and_no_users(session)
            assert keys_of(instance) != keys_of(instance, session_token(instance))
            stolen = send(instance.endpoint, "GET", f"{CREDENTIALS}web").document
            with chain(instance.environment()), pytest.raises(ClientError, match="explicit deny"):
                boto3.client(
                    "sqs",
                    aws_access_key_id=stolen["AccessKeyId"],
                    aws_secret_access_key=stolen["SecretAccessKey"],
                    aws_session_token=stolen["Token"],
                ).list_queues()
    finally:
        iam.delete_role_policy(RoleName="web", PolicyName="only-version-2")


def test_sessions_know_their_instance(cloud: LocalCloud) -> None:
    """ec2:SourceInstanceARN, the VPC and the address are keys of every request of the session."""
    with cloud.instance("web") as instance, chain(instance.environment()) as session:
        session.client("sqs").list_queues()
        context = list(cloud.trail)[-1].evaluations[-1].request.context
        assert instance.arn == f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{instance.instance_id}"
        assert context["ec2:SourceInstanceARN"] == instance.arn
        assert context["ec2:RoleDelivery"] == "2.0"
        address = send(instance.endpoint, "GET", "/latest/meta-data/local-ipv4").body
        assert context["aws:Ec2InstanceSourcePrivateIPv4"] == address


def test_expiring_credentials_are_replaced(cloud: LocalCloud) -> None:
    """Near the end of its credentials the chain asks again by itself, and signs with what it is given then."""
    with cloud.instance("web") as instance, chain(instance.environment()) as session:
        credentials = session.get_credentials()
        assert credentials is not None
        first = credentials.get_frozen_credentials().access_key
        instance.rotate()
        assert credentials.get_frozen_credentials().access_key == first
        credentials._time_fetcher = lambda: datetime.now(UTC) + timedelta(hours=5, minutes=50)
        second = credentials.get_frozen_credentials().access_key
        assert second != first
        assert who(session) == ("iam-role", f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{instance.instance_id}")
        holder = list(cloud.trail)[-1].holder
        assert holder is not None
        assert holder.access_key.credentials.access_key_id == second


def test_profiles_are_looked_up_as_they_are(cloud: LocalCloud) -> None:
    """A profile without a role, then without a profile: what IAM's troubleshooting page tells of each."""
    iam = cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName="changing")
    iam.create_role(RoleName="changing", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    iam.add_role_to_instance_profile(InstanceProfileName="changing", RoleName="changing")
    with cloud.instance("changing") as instance:
        assert send(instance.endpoint, "GET", CREDENTIALS).body == "changing"
        iam.remove_role_from_instance_profile(InstanceProfileName="changing", RoleName="changing")
        info = send(instance.endpoint, "GET", "/latest/meta-data/iam/info").document
        assert info["Code"] == "Success"
        assert info["Message"].startswith("Instance Profile does not contain a role.")
        assert send(instance.endpoint, "GET", CREDENTIALS).status == 404
        iam.delete_instance_profile(InstanceProfileName="changing")
        iam.create_instance_profile(InstanceProfileName="changing")
        info = send(instance.endpoint, "GET", "/latest/meta-data/iam/info").document
        assert info["Code"] == "InstanceProfileNotFound"


def test_an_instance_without_a_role(cloud: LocalCloud) -> None:
    """There is no folder `iam`, and there are no credentials."""
    with cloud.instance(user_data="hello") as instance:
        assert send(instance.endpoint, "GET", "/latest/meta-data/iam/").status == 404
        assert send(instance.endpoint, "GET", "/latest/user-data").body == "hello"
        with chain(instance.environment()) as session:
            assert session.get_credentials() is None


def test_roles_must_exist(cloud: LocalCloud) -> None:
    """The account's own role, by its name."""
    with pytest.raises(NoSuchRole, match="there is no role `nobody` in account 111122223333"):
        cloud.instance("nobody")
    with pytest.raises(NoSuchRole, match=f"there is no role `web` in account {OTHER_ACCOUNT}"):
        cloud.instance("web", account=OTHER_ACCOUNT)


@pytest.mark.parametrize("lifetime", [899, 43_201])
def test_lifetimes_of_sts(cloud: LocalCloud, lifetime: int) -> None:
    """15 minutes to 12 hours."""
    with pytest.raises(ValueError, match=f"`{lifetime}` is no lifetime"):
        cloud.instance("web", lifetime=lifetime)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "169.254.169.254"}, 421),
        ({"Host": "metadata.example:80"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Mode": "no-cors"}, 403),
    ],
)
def test_web_pages_and_other_hosts_are_refused(cloud: LocalCloud, headers: dict[str, str], status: int) -> None:
    """A page in the learner's browser can reach loopback, and a name can be made to point there."""
    with cloud.instance("web") as instance:
        for endpoint in (instance.endpoint, instance.container_endpoint):
            assert send(endpoint, "GET", CREDENTIALS, headers).status == status
            assert send(endpoint, "PUT", "/latest/api/token", {TTL: "60", **headers}).status == status
        port = instance.endpoint.rpartition(":")[2]
        assert send(instance.endpoint, "GET", CREDENTIALS, {"Host": f"s3.localhost:{port}"}).status == 421
        assert send(instance.endpoint, "GET", CREDENTIALS, {"Host": f"localhost:{port}"}).status == 200
        assert [seen.path for seen in instance.requests] == [CREDENTIALS]


def test_bodies_are_bounded(cloud: LocalCloud) -> None:
    """Nobody fills the memory with a PUT."""
    with cloud.instance("web") as instance:
        assert send(instance.endpoint, "PUT", "/latest/api/token", {TTL: "60"}, b"x" * 65_537).status == 413


def test_the_users_files_are_not_read(cloud: LocalCloud) -> None:
    """Variables of AWS that were inherited are gone, files are none, the real metadata service is not asked."""
    with cloud.instance("web") as instance:
        inherited = {
            "PATH": "/bin",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_PROFILE": "work",
            "no_proxy": "*",
        }
        environment = instance.environment(inherited)
        assert environment["PATH"] == "/bin"
        assert not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE"} & environment.keys()
        assert environment["no_proxy"] == "127.0.0.1,localhost,.localhost"
        assert {environment[name] for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")} == {os.devnull}


def test_the_same_seed_gives_the_same_instance(cloud: LocalCloud) -> None:
    """The name shows the role's ID; two instances of one cloud are told apart."""
    with cloud.instance("web") as one, cloud.instance("web") as other:
        assert one.instance_id != other.instance_id
        assert repr(one) == f"Instance({one.instance_id}, http_tokens='optional')"
