"""Endpoints that stand beside a cloud stop with it, and fail closed."""

from __future__ import annotations

import pytest

from iamkit.cloud.calls import Answer
from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import LOST, Seen
from iamkit.cloud.metadata.endpoints import Endpoint
from iamkit.sigv4 import HttpRequest
from tests.cloud.metadata.world import roles, send


def test_sources_stop_with_their_cloud() -> None:
    """Nothing listens any more, for containers either; the file with a token is gone by then."""
    with LocalCloud(seed=7) as cloud:
        roles(cloud, "web", "task")
        instance = cloud.instance("web")
        endpoints = [instance.endpoint, instance.container_endpoint]
        endpoints += [cloud.container("task").endpoint, cloud.identity_center().endpoint]
        for endpoint in endpoints:
            assert send(endpoint, "GET", "/nothing").status in (400, 404)
    for endpoint in endpoints:
        with pytest.raises(ConnectionRefusedError):
            send(endpoint, "GET", "/")


def test_a_cloud_that_begins_again_has_no_sources() -> None:
    """What was handed out before is nobody's any more."""
    with LocalCloud(seed=7) as cloud:
        endpoint = cloud.instance().endpoint
        cloud.reset(seed=7)
        with pytest.raises(ConnectionRefusedError):
            send(endpoint, "GET", "/")
        with cloud.instance() as instance:
            assert send(instance.endpoint, "GET", "/latest/meta-data/instance-id").body == instance.instance_id


def test_a_seed_repeats_what_is_handed_out() -> None:
    """Two clouds with the same seed, asked the same way: the same instance, the same keys, the same portal."""
    told = []
    for _ in range(2):
        with LocalCloud(seed=11) as cloud:
            roles(cloud, "pod")
            instance, container = cloud.instance(), cloud.container("pod", kind="eks", authorization="none")
            keys = send(container.endpoint, "GET", container.relative_uri).document["AccessKeyId"]
            told.append((instance.instance_id, keys, cloud.identity_center().start_url))
    assert told[0] == told[1]


def test_sources_need_a_cloud_that_runs() -> None:
    """Before the start there is nobody who could assume a role."""
    with pytest.raises(RuntimeError, match="the local cloud has not been started"):
        LocalCloud().instance()


class Defective(Endpoint):
    """An endpoint with a defect."""

    def answer(self, request: HttpRequest) -> Answer:
        """Fail."""
        raise KeyError(request.path)


def test_a_defect_is_told_and_gives_nothing() -> None:
    """500, where it happened, and a connection that is not left hanging."""
    with Defective() as endpoint:
        answer = send(endpoint.endpoint, "GET", "/latest/")
        assert answer.status == 500
        assert answer.body.startswith("iamkit failed on this request; please report it:")
        assert "KeyError" in answer.body


def test_requests_can_be_read() -> None:
    """One line each, for a lesson's output."""
    assert repr(Seen("GET", "/latest/", True, 200)) == "GET /latest/ with a token: 200"
    assert repr(Seen("PUT", "/latest/api/token", False, LOST, 1)) == (
        "PUT /latest/api/token without a token, 1 hop away: lost"
    )
