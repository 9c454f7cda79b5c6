"""The order in which an unmodified chain looks for credentials, and roles that a profile assumes with what it found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import boto3
import pytest

from iamkit.cloud.local_cloud import Keys, LocalCloud
from iamkit.cloud.metadata import Container, Instance
from tests.cloud.metadata.world import ACCOUNT, alice, assert_lists_queues_and_no_users, chain, who

SECOND = f"arn:aws:iam::{ACCOUNT}:role/second"


class World(NamedTuple):
    """Every source at once."""

    instance: Instance
    container: Container
    keys: Keys

    def environment(self, *sources: str, **more: str) -> dict[str, str]:
        """Give the variables of these sources together."""
        own = {
            "environment": {
                "AWS_ACCESS_KEY_ID": self.keys.access_key_id,
                "AWS_SECRET_ACCESS_KEY": self.keys.secret_access_key,
            },
            "container": self.container.environment(),
            "instance": self.instance.environment(),
        }
        variables = dict(self.container.environment() | {"AWS_EC2_METADATA_DISABLED": "true"})
        for name in ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
            del variables[name]
        for source in sources:
            variables |= own[source]
        return variables | more


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> Iterator[World]:
    """An instance, a container, and a user with keys."""
    with cloud.instance("web") as instance, cloud.container("task") as container:
        yield World(instance, container, alice(cloud))


def files(folder: Path, configuration: str = "", credentials: str = "") -> dict[str, str]:
    """Write a configuration and a credentials file, and name them."""
    (folder / "config").write_text(configuration, encoding="utf-8")
    (folder / "credentials").write_text(credentials, encoding="utf-8")
    return {
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }


def static(keys: Keys) -> str:
    """Write keys as files have them."""
    return f"aws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key}\n"


def test_the_order_of_the_chain(world: World, tmp_path: Path) -> None:
    """A15: environment, credentials file, configuration file, container, instance; each beats all that follow."""
    everything = ("instance", "container")
    both = files(tmp_path, f"[default]\n{static(world.keys)}", f"[default]\n{static(world.keys)}")
    expected = [
        ("env", world.environment(*everything, "environment", **both)),
        ("shared-credentials-file", world.environment(*everything, **both)),
        ("config-file", world.environment(*everything, **both | {"AWS_SHARED_CREDENTIALS_FILE": os.devnull})),
        ("container-role", world.environment(*everything)),
        ("iam-role", world.environment("instance")),
    ]
    for method, variables in expected:
        with chain(variables) as session:
            credentials = session.get_credentials()
            assert credentials is not None
            assert credentials.method == method
    with chain(world.environment()) as session:
        assert session.get_credentials() is None


def test_a_profile_by_name_beats_the_environment(world: World, tmp_path: Path) -> None:
    """Whoever names a profile in code means it; AWS_PROFILE alone does not beat keys in the environment."""
    both = files(tmp_path, "", f"[work]\n{static(world.keys)}")
    with chain(world.environment("environment", **both)):
        named = boto3.Session(profile_name="work").get_credentials()
        assert named is not None
        assert named.method == "shared-credentials-file"
    with chain(world.environment("environment", **both, AWS_PROFILE="work")) as session:
        credentials = session.get_credentials()
        assert credentials is not None
        assert credentials.method == "env"


def test_a_role_before_a_process(world: World, tmp_path: Path) -> None:
    """A profile with role_arn is asked before everything else but the environment, and its process is not run."""
    configuration = (
        f"[default]\nrole_arn = {SECOND}\nsource_profile = alice\ncredential_process = false\n"
        f"[profile alice]\n{static(world.keys)}"
    )
    with chain(world.environment("container", **files(tmp_path, configuration))) as session:
        assert session.get_credentials().method == "assume-role"


def test_a_source_profile(world: World, tmp_path: Path) -> None:
    """Another profile's keys assume the role."""
    configuration = (
        f"[default]\nrole_arn = {SECOND}\nsource_profile = alice\nrole_session_name = from-alice\n"
        f"[profile alice]\n{static(world.keys)}"
    )
    with chain(world.environment(**files(tmp_path, configuration))) as session:
        assert who(session) == ("assume-role", f"arn:aws:sts::{ACCOUNT}:assumed-role/second/from-alice")
        assert_lists_queues_and_no_users(session)


@pytest.mark.parametrize(
    ("source", "name", "maker"),
    [
        ("environment", "Environment", ":user/alice"),
        ("instance", "Ec2InstanceMetadata", ":assumed-role/web/"),
        ("container", "EcsContainer", ":assumed-role/task/"),
    ],
)
def test_a_credential_source(
    world: World, cloud: LocalCloud, tmp_path: Path, source: str, name: str, maker: str
) -> None:
    """What the environment, the instance or the container has assumes the role."""
    configuration = f"[profile work]\nrole_arn = {SECOND}\ncredential_source = {name}\nrole_session_name = chained\n"
    variables = world.environment(source, **files(tmp_path, configuration))
    with chain(variables):
        session = boto3.Session(profile_name="work")
        assert who(session) == ("assume-role", f"arn:aws:sts::{ACCOUNT}:assumed-role/second/chained")
        assert_lists_queues_and_no_users(session)
    holder = list(cloud.trail)[-1].holder
    assert holder is not None
    assert holder.session is not None
    assert maker in holder.session.maker
