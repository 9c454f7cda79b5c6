"""The weak app of lesson 05: its hole leads to the metadata of its own instance, and nowhere else."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import Instance
from iamkit.notebook.preview_app import PreviewApp

METADATA = "http://169.254.169.254"
ROLE = "/latest/meta-data/iam/security-credentials/"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


class World(NamedTuple):
    """An instance, and the app on it."""

    instance: Instance
    app: PreviewApp

    def asked(self, url: str) -> tuple[int, int]:
        """Visit a page; give the status, and how many requests reached the metadata service."""
        before = len(self.instance.requests)
        return self.app.visit(url).status, len(self.instance.requests) - before


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with LocalCloud(seed=1) as cloud:
        cloud.client("iam").create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(TRUST))
        instance = cloud.instance("web")
        with PreviewApp(instance) as app:
            yield World(instance, app)


def test_a_page_is_shown_without_anything_being_fetched(world: World) -> None:
    assert world.asked("http://news.example/") == (200, 0)
    assert "News" in world.app.visit("http://news.example/").text


def test_the_hole(world: World) -> None:
    """A bare GET reaches the role and its credentials, as on a real instance with version 1."""
    assert world.app.visit(METADATA + ROLE).text == "web"
    assert json.loads(world.app.visit(METADATA + ROLE + "web").text)["AccessKeyId"].startswith("ASIA")
    last = world.instance.requests[-1]
    assert (last.method, last.path, last.token) == ("GET", ROLE + "web", False)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8888/api",
        "http://169.254.169.254:80/latest/",
        "http://169.254.169.254.example/latest/",
        "http://me@169.254.169.254/latest/",
        "http://example@169.254.169.254@evil.example/",
        "http://169.254.170.2/v2/credentials/",
        "http://2852039166/latest/",
        "http://0251.0376.0251.0376/latest/",
        "http://[::ffff:169.254.169.254]/latest/",
        "https://169.254.169.254/latest/",
        "HTTP://169.254.169.254@127.0.0.1/",
        "file:///etc/passwd",
        "gopher://169.254.169.254/_GET",
        "//169.254.169.254/latest/",
        "http://news.example/other",
        "http:///latest/",
        "news",
        "",
    ],
)
def test_everything_else_is_refused_before_anything_is_fetched(world: World, url: str) -> None:
    """Whatever it is called: only the one spelling of the one address leads anywhere."""
    status, reached = world.asked(url)
    assert status in (403, 404)
    assert reached == 0


@pytest.mark.parametrize("path", ["/a b", "/\r\nX-Forwarded-For: 1", "/\u00e9", "/%0d%0aHost:%20evil.example"])
def test_a_path_is_a_path(world: World, path: str) -> None:
    """Nothing of it becomes a header or a request of its own."""
    status, reached = world.asked(METADATA + path)
    assert status in (403, 404, 502)
    assert reached <= 1


def test_neither_method_nor_header_can_be_chosen(world: World) -> None:
    """So that a token of version 2 is out of reach: that is what ends the attack."""
    world.instance.require_tokens()
    assert world.asked(METADATA + "/latest/api/token") == (405, 1)
    assert world.asked(METADATA + ROLE + "web") == (401, 1)
    world.instance.modify_metadata_options(http_tokens="optional")


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("POST", "/preview?url=http://169.254.169.254/", {}),
        ("GET", "/?url=http://169.254.169.254/", {}),
        ("GET", "/preview?url=http://169.254.169.254/&url=http://news.example/", {}),
        ("GET", "/preview?url=http://169.254.169.254/", {"Origin": "https://evil.example"}),
        ("GET", "/preview?url=http://169.254.169.254/", {"Sec-Fetch-Mode": "no-cors"}),
        ("GET", "/preview?url=http://169.254.169.254/", {"Host": "evil.example"}),
    ],
)
def test_only_programs_on_this_machine_are_visitors(
    world: World, method: str, target: str, headers: dict[str, str]
) -> None:
    """No web page reaches it, and nothing but a preview is answered."""
    before = len(world.instance.requests)
    connection = http.client.HTTPConnection(world.app.endpoint.removeprefix("http://"), timeout=10)
    connection.request(method, target, headers=headers)
    assert connection.getresponse().status in (403, 404, 421)
    connection.close()
    assert len(world.instance.requests) == before


def test_it_listens_on_loopback_until_it_is_stopped(world: World) -> None:
    app = PreviewApp(world.instance)
    assert app.endpoint.startswith("http://127.0.0.1:")
    app.stop()
    with pytest.raises(ConnectionRefusedError):
        app.visit("http://news.example/")
    assert repr(app) == f"PreviewApp(on {world.instance.instance_id})"
