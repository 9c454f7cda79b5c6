"""What is written down: everything that is not certain to change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.session import get_session

from iamkit.cloud.calls import Call
from iamkit.cloud.services import SERVICES
from iamkit.cloud.state.changing import _CHANGING, _READING, Uses, is_written
from iamkit.sigv4 import HttpRequest

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHANGE = ("Create", "Delete", "Put", "Update", "Attach", "Detach", "Tag", "Untag", "Set", "Send", "Add", "Remove")


def call(name: str) -> Call:
    """Make a call."""
    service, _, operation = name.partition(":")
    return Call(service, operation, {}, "json", "us-east-1", HttpRequest("POST", "/", [], b""))


def operations() -> list[str]:
    """List all operations of the services of this cloud."""
    session = get_session()
    return [f"{name}:{each}" for name in SERVICES for each in session.get_service_model(name).operation_names]


def test_the_table_names_what_there_is() -> None:
    """A name with a slip of the pen would be read for ever."""
    assert (_CHANGING | _READING) - {*operations()} == set()


@pytest.mark.parametrize("word", CHANGE)
def test_what_says_that_it_changes_is_written(word: str) -> None:
    """No operation with such a name passes for a reading one."""
    found = [name for name in operations() if name.partition(":")[2].startswith(word)]
    assert found
    assert [name for name in found if not is_written(call(name))] == []


@pytest.mark.parametrize(
    "name",
    [
        "sqs:ReceiveMessage", "secretsmanager:GetSecretValue", "sts:GetSessionToken", "sts:AssumeRole",
        "logs:StartQuery",
        "iam:GenerateCredentialReport", "sns:OptInPhoneNumber", "s3:UploadPart", "dynamodb:ExecuteStatement",
        "s3:SomethingNew", "kms:DescribeKey",
    ],
)  # fmt: skip
def test_readers_that_are_none(name: str) -> None:
    """Their level says Read, or nobody knows them."""
    assert is_written(call(name))


@pytest.mark.parametrize(
    "name", ["s3:GetObject", "s3:ListObjectsV2", "iam:ListUsers", "dynamodb:Query", "ec2:DescribeVpcs", "kms:Decrypt"]
)
def test_readers(name: str) -> None:
    """They are many, and would fill the disk."""
    assert not is_written(call(name))


def test_news_of_a_key() -> None:
    """A key is news for another service, another region, or after a quarter of an hour."""
    uses = Uses()
    assert uses.is_news("A", "s3", "us-east-1", NOW)
    assert not uses.is_news("A", "s3", "us-east-1", NOW + timedelta(minutes=15))
    assert uses.is_news("A", "s3", "us-east-1", NOW + timedelta(minutes=15, seconds=1))
    assert uses.is_news("A", "sqs", "us-east-1", NOW + timedelta(minutes=16))
    assert uses.is_news("A", "sqs", "eu-west-1", NOW + timedelta(minutes=16))
    assert uses.is_news("B", "sqs", "eu-west-1", NOW + timedelta(minutes=16))
