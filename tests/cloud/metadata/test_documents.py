"""A tree of documents under every version."""

from __future__ import annotations

import json

import pytest

from iamkit.cloud.metadata.documents import VERSIONS, Facts, find, listing

FACTS = Facts(
    account="111122223333",
    region="us-east-1",
    availability_zone="us-east-1a",
    instance_id="i-0123456789abcdef0",
    image_id="ami-0abcdef1234567890",
    instance_type="t3.micro",
    private_ip="10.0.1.20",
    mac="02:00:00:00:00:01",
    vpc="vpc-0123456789abcdef0",
    launched="2026-03-01T12:00:00Z",
    user_data="#!/bin/sh\necho hello",
)
TREE = FACTS.documents({"info": "{}", "security-credentials": {"web": lambda: "credentials"}})


@pytest.mark.parametrize("version", ["latest", "2021-07-15", "1.0"])
@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("meta-data/instance-id", "i-0123456789abcdef0"),
        ("meta-data/placement/region", "us-east-1"),
        ("meta-data/placement/availability-zone", "us-east-1a"),
        ("meta-data/local-ipv4", "10.0.1.20"),
        ("meta-data/local-hostname", "ip-10-0-1-20.ec2.internal"),
        ("meta-data/network/interfaces/macs/02:00:00:00:00:01/vpc-id", "vpc-0123456789abcdef0"),
        ("meta-data/iam/security-credentials/web", "credentials"),
        ("user-data", "#!/bin/sh\necho hello"),
    ],
)
def test_documents(version: str, path: str, content: str) -> None:
    """The same under every version."""
    assert find(TREE, f"/{version}/{path}") == content


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/", list(VERSIONS)),
        ("/latest", ["dynamic", "meta-data", "user-data"]),
        ("/latest/", ["dynamic", "meta-data", "user-data"]),
        ("/latest/meta-data/iam", ["info", "security-credentials/"]),
        ("/latest/meta-data/iam/security-credentials/", ["web"]),
        ("/latest/dynamic/instance-identity/", ["document"]),
        ("/latest/meta-data/placement/", ["availability-zone", "region"]),
    ],
)
def test_listings(path: str, names: list[str]) -> None:
    """One name a line, a slash after folders, none before the versions and their parts."""
    folder = find(TREE, path)
    assert folder is not None
    assert not isinstance(folder, str)
    assert listing(folder).split("\n") == names


@pytest.mark.parametrize(
    "path",
    [
        "/latest/nothing",
        "/2031-01-01/meta-data/",
        "/latest/meta-data/instance-id/",
        "/latest/meta-data/instance-id/more",
        "/latest//meta-data/",
        "//latest/meta-data/",
        "/latest/meta-data/../meta-data/",
        "/latest/meta-data/%69nstance-id",
        "/LATEST/meta-data/",
    ],
)
def test_nothing_else_is_there(path: str) -> None:
    """A path is taken as it is, or not at all."""
    assert find(TREE, path) is None


def test_the_identity_document() -> None:
    """Which account, which region, which instance."""
    document = find(TREE, "/latest/dynamic/instance-identity/document")
    assert isinstance(document, str)
    told = json.loads(document)
    assert (told["accountId"], told["region"], told["instanceId"]) == (FACTS.account, "us-east-1", FACTS.instance_id)


def test_what_an_instance_does_not_have() -> None:
    """No profile: no folder `iam`. No user data: no document."""
    bare = Facts(**{name: getattr(FACTS, name) for name in Facts.__dataclass_fields__ if name != "user_data"})
    tree = bare.documents(None)
    assert find(tree, "/latest/meta-data/iam/") is None
    assert find(tree, "/latest/user-data") is None
