"""A caller of another account, who needs a resource-based policy and an identity-based one (E15)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import Keys
from tests.cloud.real.harness import DENIED, OTHER_ACCOUNT, World, frozen

STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Across:
    """A call by boto3's name with its parameters, and what it needs."""

    service: str
    method: str
    parameters: Mapping[str, Any]
    action: str
    resource: str


def stranger(world: World, *statements: Mapping[str, Any]) -> Keys:
    """Make a user of the other account with these permissions."""
    iam, name = world.cloud.client("iam", world.cloud.administrator(OTHER_ACCOUNT)), world.name(STRANGER)
    iam.create_user(UserName=name)
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [*statements]})
        iam.put_user_policy(UserName=name, PolicyName="exactly", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def policy_for(across: Across, account: str = OTHER_ACCOUNT) -> str:
    """Write the resource-based policy that lets an account in."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": across.action,
        "Resource": across.resource,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def crossed(world: World, across: Across, let_in: Callable[[str], Any]) -> Any:
    """Check that one side alone is not enough, and that both are; give what the allowed call answers."""
    own = {"Effect": "Allow", "Action": across.action, "Resource": across.resource}
    holding, without = stranger(world, own), stranger(world)
    refused(world, across, holding)
    let_in(policy_for(across))
    refused(world, across, without)
    return getattr(world.cloud.client(across.service, holding), across.method)(**across.parameters)


def refused(world: World, across: Across, keys: Keys) -> None:
    """Check that a caller is refused in the service's words, and changes nothing."""
    before = frozen(across.service)
    with pytest.raises(ClientError) as caught:
        getattr(world.cloud.client(across.service, keys), across.method)(**across.parameters)
    found = caught.value.response
    assert (found["Error"]["Code"], found["ResponseMetadata"]["HTTPStatusCode"]) == DENIED[across.service]
    assert frozen(across.service) == before
