"""A cloud that is stopped leaves no function behind, and one that is started again does the same as before."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.functions.world import MEETING, ROLE, SECONDS, Meeting, package, trust


def test_the_order_of_ids_is_the_seeds() -> None:
    """The same seed gives the same request, stream and keys in every run."""
    seen = []
    source = "import os\ndef handler(event, context): return [context.aws_request_id, context.log_stream_name[10:], "
    source += "os.environ['AWS_ACCESS_KEY_ID']]"
    for _ in range(2):
        with LocalCloud(seed=5) as seeded:
            seeded.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust())
            client = seeded.client("lambda")
            client.create_function(
                FunctionName="ids",
                Runtime="python3.13",
                Handler="app.handler",
                Role=ROLE,
                Code={"ZipFile": package(source)},
            )
            seen.append(json.loads(client.invoke(FunctionName="ids")["Payload"].read()))
    assert seen[0] == seen[1]


def test_stopping_the_cloud_ends_what_runs() -> None:
    """Neither the stop nor who waits for an answer has to wait for the function."""
    begun = LocalCloud().start()
    begun.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust())
    client = begun.client("lambda", config=Config(retries={"max_attempts": 0}))
    client.create_function(
        FunctionName="held",
        Runtime="python3.13",
        Handler="app.handler",
        Role=ROLE,
        Timeout=900,
        Code={"ZipFile": package(MEETING)},
    )
    ended = threading.Event()
    with Meeting() as meeting:
        payload = json.dumps({"port": meeting.port})

        def invoke() -> None:
            with pytest.raises((ClientError, BotoCoreError)):
                client.invoke(FunctionName="held", Payload=payload)
            ended.set()

        waiting = threading.Thread(target=invoke)
        waiting.start()
        held = meeting.meet()
        client.invoke(FunctionName="held", InvocationType="Event", Payload=payload)
        also = meeting.meet()
        begun.stop()
        assert (held.recv(1), also.recv(1)) == (b"", b"")
        assert ended.wait(SECONDS)
        waiting.join()


def test_a_reset_ends_what_runs_and_begins_again() -> None:
    """Also after time has passed in the cloud, which the logs are told, too."""
    with LocalCloud() as cloud, Meeting() as meeting:
        payload = json.dumps({"port": meeting.port})

        def made() -> tuple[Any, Any]:
            iam = cloud.client("iam")
            iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust())
            iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/CloudWatchLogsFullAccess")
            functions = cloud.client("lambda")
            functions.create_function(
                FunctionName="held",
                Runtime="python3.13",
                Handler="app.handler",
                Role=ROLE,
                Timeout=SECONDS,
                Code={"ZipFile": package(MEETING)},
            )
            return functions, cloud.client("logs")

        functions, _ = made()
        functions.invoke(FunctionName="held", InvocationType="Event", Payload=payload)
        held = meeting.meet()
        cloud.reset()
        assert held.recv(1) == b""
        functions, logs = made()
        cloud.let_pass(timedelta(days=30))
        functions.invoke(FunctionName="held", InvocationType="Event", Payload=payload)
        meeting.meet().sendall(b"go")
        assert cloud.functions.wait(SECONDS)
        assert len(logs.filter_log_events(logGroupName="/aws/lambda/held")["events"]) == 3
