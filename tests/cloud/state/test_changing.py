"""What is written down: everything that is not certain to change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.session import get_session

from iamkit.cloud.calls import Call
from iamkit.cloud.services import SERVICES
from iamkit.cloud.sessions import Holder
from iamkit.cloud.state.acts import Act
from iamkit.cloud.state.changing import _CHANGING, _READING, Uses, is_written
from iamkit.policy import Caller
from iamkit.sigv4 import AccessKey, Credentials, HttpRequest

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
    key = AccessKey(Credentials("AKIAIOSFODNN7EXAMPLE", "s"))
    holder = Holder(key, Caller.parse("arn:aws:iam::111122223333:user/alice"))
    act = Act(call("s3:GetObject"), holder, {}, "111122223333", "id", NOW)
    uses = Uses()
    assert uses.of(act) == {
        "account": "111122223333",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "service": "s3",
        "region": "us-east-1",
    }
    assert uses.of(replace(act, now=NOW + timedelta(minutes=15))) is None
    assert uses.of(replace(act, now=NOW + timedelta(minutes=15, seconds=1))) is not None
    assert uses.of(replace(act, call=call("sqs:GetQueueUrl"), now=NOW + timedelta(minutes=16))) is not None
    assert uses.of(replace(act, call=call("sts:GetCallerIdentity"), now=NOW + timedelta(days=1))) is None
    assert uses.of(replace(act, holder=None)) is None
