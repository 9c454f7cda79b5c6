"""A container whose programs find the credentials of its role: a task of ECS, a pod of EKS (A15)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import CredentialRetrievalError
from botocore.utils import ContainerMetadataFetcher

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import NoSuchRole
from tests.cloud.metadata.world import ACCOUNT, assert_lists_queues_and_no_users, chain, run_chain, send, trust, who


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore try again without the second that it waits in between."""
    monkeypatch.setattr(ContainerMetadataFetcher, "SLEEP_TIME", 0)


def test_a_task_of_its_own_process_finds_the_role(cloud: LocalCloud) -> None:
    """An unmodified default chain with a full URI and a token."""
    with cloud.container("task") as container:
        environment = container.environment()
        assert len(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) == 64
        told = run_chain(environment)
        assert (told["method"], told["queues"], told["users"]) == ("container-role", 200, "AccessDenied")
        assert told["arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/task/")
        assert [(seen.path, seen.token, seen.status) for seen in container.requests] == [
            (container.relative_uri, True, 200)
        ]


def test_the_relative_uri(cloud: LocalCloud) -> None:
    """SDKs put it behind an address that loopback does not have; here the path is served behind another one."""
    with cloud.container("task", authorization="none") as container:
        assert container.relative_uri.startswith("/v2/credentials/")
        asked = ContainerMetadataFetcher().full_url(container.relative_uri)
        assert asked == f"http://169.254.170.2{container.relative_uri}"
        assert container.full_uri == asked.replace("http://169.254.170.2", container.endpoint)
        document = send(container.endpoint, "GET", container.relative_uri).document
        assert list(document) == ["RoleArn", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"]
        assert document["RoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/task"
        assert "AWS_CONTAINER_AUTHORIZATION_TOKEN" not in container.environment()


def test_a_pod_finds_the_role_and_its_tags(cloud: LocalCloud) -> None:
    """The token comes from a file; six session tags say which pod it is."""
    with cloud.container("pod", kind="eks", namespace="shop", service_account="cart") as container:
        environment = container.environment()
        file = Path(environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with chain(environment) as session:
            method, arn = who(session)
            assert method == "container-role"
            assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/pod/eks-lesson-cart-")
            assert_lists_queues_and_no_users(session)
        holder = list(cloud.trail)[-1].holder
        assert holder is not None
        tags = holder.caller.tags
        assert sorted(tags) == [
            "eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-pod-name",
            "kubernetes-pod-uid", "kubernetes-service-account",
        ]  # fmt: skip
        assert (tags["kubernetes-namespace"], tags["kubernetes-service-account"]) == ("shop", "cart")
        assert holder.session is not None
        assert holder.session.transitive == frozenset(tags)
        assert send(container.endpoint, "GET", "/v1/credentials").status == 400
    assert not file.exists()


def test_trust_policies_choose_namespaces(cloud: LocalCloud) -> None:
    """A condition on a tag of the request: one pod may, another one may not."""
    condition = {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "shop"}}
    document = trust({"Service": "pods.eks.amazonaws.com"}, Condition=condition)
    cloud.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=document)
    with (
        cloud.container("shop", kind="eks", authorization="none", namespace="shop") as shop,
        cloud.container("shop", kind="eks", authorization="none", namespace="test") as test,
    ):
        assert "AccountId" in send(shop.endpoint, "GET", "/v1/credentials").document
        refused = send(test.endpoint, "GET", "/v1/credentials")
        assert refused.status == 403
        assert "is not authorized to perform: sts:AssumeRole" in refused.body


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("aws:SourceAccount", ACCOUNT, 200),
        ("aws:SourceAccount", "444455556666", 503),
        ("aws:SourceArn", f"arn:aws:ecs:us-east-1:{ACCOUNT}:*", 200),
        ("aws:SourceArn", "arn:aws:ecs:us-east-1:444455556666:*", 503),
    ],
)
def test_no_confused_deputy(cloud: LocalCloud, key: str, value: str, status: int) -> None:
    """E26: ECS says for which account's task it acts."""
    name = "deputy"
    document = trust({"Service": "ecs-tasks.amazonaws.com"}, Condition={"StringLike": {key: value}})
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    try:
        with cloud.container(name, authorization="none") as container:
            assert send(container.endpoint, "GET", container.relative_uri).status == status
    finally:
        iam.delete_role(RoleName=name)


def test_a_role_that_does_not_trust_ecs(cloud: LocalCloud) -> None:
    """There are no credentials for the task; the log says which gate."""
    with cloud.container("web") as container:
        with chain(container.environment()) as session, pytest.raises(CredentialRetrievalError, match="uninitialized"):
            session.get_credentials()
        assert [seen.status for seen in container.requests] == [503, 503, 503]
        refused = container.requests[-1].evaluation
        assert refused is not None
        assert "no role trust policy allows the sts:AssumeRole action" in refused.message


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authorization token cannot be empty"),
        ({"Authorization": ""}, "Authorization token cannot be empty"),
        ({"Authorization": "wrong"}, "The authorization token is not the container's"),
        ({"Authorization": "Bearer ü"}, "The authorization token is not the container's"),
    ],
)
def test_tokens_are_checked(cloud: LocalCloud, headers: dict[str, str], message: str) -> None:
    """None, an empty one, a wrong one: 400, and no keys."""
    with cloud.container("task") as container:
        answer = send(container.endpoint, "GET", container.relative_uri, headers)
        assert (answer.status, answer.document["message"]) == (400, message)


def test_other_paths_have_no_credentials(cloud: LocalCloud) -> None:
    """The path names the task."""
    with cloud.container("task", authorization="none") as container:
        for path in ("/", "/v2/credentials/", f"{container.relative_uri}/", "/v2/credentials/0"):
            answer = send(container.endpoint, "GET", path)
            assert (answer.status, answer.document["code"]) == (400, "InvalidIdInRequest")
        assert send(container.endpoint, "POST", container.relative_uri).status == 405


def test_expiring_credentials_are_replaced(cloud: LocalCloud) -> None:
    """With less than 15 minutes left a chain asks again before it signs; a renewed token in the file is read then."""
    with cloud.container("pod", kind="eks", lifetime=900) as container, chain(container.environment()) as session:
        credentials = session.get_credentials()
        assert credentials is not None
        first = credentials.get_frozen_credentials().access_key
        container.rotate()
        container.renew_token()
        second = credentials.get_frozen_credentials().access_key
        assert second != first
        assert who(session)[0] == "container-role"
        assert {seen.status for seen in container.requests} == {200}


def test_boto3_calls_no_other_host(cloud: LocalCloud) -> None:
    """A full URI must be loopback: what an SDK refuses is not sent."""
    with cloud.container("task") as container:
        environment = container.environment() | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://metadata.example/"}
        with chain(environment) as session, pytest.raises(ValueError, match="Unsupported host"):
            session.get_credentials()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"kind": "docker"}, "`docker` is no kind of container"),
        ({"authorization": "password"}, "`password` authorizes nobody"),
        ({"lifetime": 1}, "`1` is no lifetime"),
    ],
)
def test_options_that_there_are_not(cloud: LocalCloud, options: dict[str, Any], problem: str) -> None:
    """A misspelled option must not open anything."""
    with pytest.raises(ValueError, match=problem):
        cloud.container("task", **options)


def test_roles_must_exist(cloud: LocalCloud) -> None:
    """The account's own role, by its name."""
    with pytest.raises(NoSuchRole, match="there is no role `nobody`"):
        cloud.container("nobody")


def test_web_pages_are_refused(cloud: LocalCloud) -> None:
    """Neither a page nor a name that points to loopback gets keys, token or not."""
    with cloud.container("task", authorization="none") as container:
        for headers, status in (({"Origin": "null"}, 403), ({"Host": "evil.example"}, 421)):
            assert send(container.endpoint, "GET", container.relative_uri, headers).status == status
