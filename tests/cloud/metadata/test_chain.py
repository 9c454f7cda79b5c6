"""The order in which an unmodified chain looks for credentials, and roles that a profile assumes with what it found."""

from __future__ import annotations

import sys
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
        """Give the variables of these sources together, and of the cloud."""
        own = {
            "environment": {
                "AWS_ACCESS_KEY_ID": self.keys.access_key_id,
                "AWS_SECRET_ACCESS_KEY": self.keys.secret_access_key,
            },
            "container": self.container.environment(),
            "instance": self.instance.environment(),
        }
        variables = self.container.environment()
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


class Layer(NamedTuple):
    """What one provider of the chain needs: variables' sources, lines of the profile, the credentials file."""

    method: str
    source: str = ""
    profile: str = ""
    credentials: str = ""


def layers(keys: Keys) -> list[Layer]:
    """List the providers of A15 in their order."""
    document = '{"Version": 1, "AccessKeyId": "one", "SecretAccessKey": "two"}'
    return [
        Layer("env", "environment"),
        Layer("assume-role", profile=f"role_arn = {SECOND}\nsource_profile = alice\n"),
        Layer("assume-role-with-web-identity", "web identity"),
        Layer("sso", profile=f"sso_session = one\nsso_account_id = {ACCOUNT}\nsso_role_name = Read\n"),
        Layer("shared-credentials-file", credentials=f"[default]\n{static(keys)}"),
        Layer("custom-process", profile=f'credential_process = {sys.executable} -c \'print("""{document}""")\'\n'),
        Layer("config-file", profile=static(keys)),
        Layer("container-role", "container"),
        Layer("iam-role", "instance"),
    ]


def test_the_order_of_the_chain(world: World, tmp_path: Path) -> None:
    """A15: of everything that is there the first one counts; take it away, and it is the next one's turn."""
    left = layers(world.keys)
    sections = f"[profile alice]\n{static(world.keys)}[sso-session one]\nsso_region = us-east-1\nsso_start_url = x\n"
    web_identity = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"), "AWS_ROLE_ARN": SECOND}
    while left:
        profile = "".join(layer.profile for layer in left)
        written = files(tmp_path, f"[default]\n{profile}{sections}", "".join(layer.credentials for layer in left))
        sources = [layer.source for layer in left if layer.source]
        written |= web_identity if "web identity" in sources else {}
        ours = [source for source in sources if source != "web identity"]
        with chain(world.environment(*ours, **written)) as session:
            credentials = session.get_credentials()
            assert credentials is not None
            assert credentials.method == left.pop(0).method
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
