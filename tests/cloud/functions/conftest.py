"""One cloud for all tests of functions that need one, with a role that functions may take on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.functions.world import OTHER, ROLE, SECONDS, package, trust

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Two accounts, and the role `worker`, which may write logs."""
    with LocalCloud(accounts=(ROLE.split(":")[4], OTHER), seed=11) as started:
        iam = started.client("iam")
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust())
        iam.attach_role_policy(RoleName="worker", PolicyArn=BASIC)
        yield started


@pytest.fixture(scope="module")
def functions(cloud: LocalCloud) -> Any:
    """The administrator's client, which does not try again when it is throttled."""
    return cloud.client("lambda", config=Config(retries={"max_attempts": 0}, read_timeout=2 * SECONDS))


@pytest.fixture(scope="module")
def create(functions: Any) -> Callable[..., str]:
    """Make functions, and give their ARNs."""

    def made(name: str, source: str, **more: Any) -> str:
        given = {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Role": ROLE,
            "Code": {"ZipFile": package(source)},
            "Timeout": SECONDS,
        }
        return str(functions.create_function(FunctionName=name, **{**given, **more})["FunctionArn"])

    return made
