"""What other rooms do is kept too: functions, instances, Identity Center."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import ACCOUNT, Keys, LocalCloud
from tests.cloud.functions.world import allow, package, trust

RUNS = """
import os

def handler(event, context):
    with open(event["file"], "a") as file:
        file.write("ran\\n")
    print("hello from the function")
    return {"key": os.environ["AWS_ACCESS_KEY_ID"]}
"""


def test_a_function_does_not_run_again(tmp_path: Path) -> None:
    """It ran once; what it wrote to its log is there, and it can be invoked after a restart."""
    state, ran = tmp_path / "state", tmp_path / "ran"
    event = f'{{"file": "{ran}"}}'.encode()
    with LocalCloud(state=state) as cloud:
        iam, functions = cloud.client("iam"), cloud.client("lambda")
        role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
        iam.put_role_policy(RoleName="runner", PolicyName="logs", PolicyDocument=allow("logs:*"))
        functions.create_function(
            FunctionName="writes",
            Runtime="python3.12",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": package(RUNS)},
        )
        given = functions.invoke(FunctionName="writes", Payload=event)
        assert given["StatusCode"] == 200, given
        assert "FunctionError" not in given
        before = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/writes")["events"]
    assert any("hello from the function" in each["message"] for each in before)
    with LocalCloud(state=state) as cloud:
        assert ran.read_text() == "ran\n"
        assert cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/writes")["events"] == before
        cloud.client("lambda").invoke(FunctionName="writes", Payload=event)
        assert ran.read_text() == "ran\nran\n"


def profiles(cloud: LocalCloud) -> list[tuple[object, ...]]:
    """List instance profiles with the names of their roles; when a role was used last changes."""
    found = cloud.client("iam").list_instance_profiles()["InstanceProfiles"]
    return [
        (each["InstanceProfileName"], each["InstanceProfileId"], each["CreateDate"], each["Roles"][0]["RoleName"])
        for each in found
    ]


def test_sessions_of_services(tmp_path: Path) -> None:
    """Credentials that an instance had, or somebody who signed in, are good for as long as they last."""
    state = tmp_path / "state"
    with LocalCloud(state=state) as cloud:
        iam = cloud.client("iam")
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        iam.put_role_policy(RoleName="web", PolicyName="p", PolicyDocument=allow("sqs:ListQueues", "sqs:CreateQueue"))
        session = cloud.sts.assume_as_service("ec2.amazonaws.com", f"arn:aws:iam::{ACCOUNT}:role/web", "i-1234567890")
        held = session.access_key.credentials
        keys = Keys(held.access_key_id, held.secret_access_key, held.session_token)
        with cloud.instance("web"):
            before = profiles(cloud)
        assert [name for name, *_ in before] == ["web"]
        # A call of the session needs it when it is done again.
        cloud.client("sqs", keys).create_queue(QueueName="made-by-it")
    with LocalCloud(state=state) as cloud:
        assert cloud.client("sts", keys).get_caller_identity()["Arn"] == session.caller.arn
        assert len(cloud.client("sqs", keys).list_queues()["QueueUrls"]) == 1
        with pytest.raises(ClientError, match="AccessDenied"):
            cloud.client("iam", keys).list_users()
        assert profiles(cloud) == before
        again = cloud.gateway.holders(held.access_key_id)
        assert again is not None
        assert again.session == session
