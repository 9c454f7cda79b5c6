"""Short ways do what their names say, and a cell with them can be run again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.notebook import local_cloud, stop_cloud
from iamkit.notebook.roles import allow, attempt, trust


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    yield local_cloud(seed=1)
    stop_cloud()


def test_what_else_is_in_the_statement_keeps_its_name() -> None:
    written = json.loads(allow(["s3:GetObject"], Resource="*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert written["Version"] == "2012-10-17"
    assert written["Statement"] == {
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }


def test_a_role_trusts_whom_it_was_last_told_to(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    account, condition = {"AWS": "111122223333"}, {"StringEquals": {"sts:ExternalId": "rain-4711"}}
    arns = {
        trust(iam, "audit", {"Service": "ec2.amazonaws.com"}, path="/team/"),
        trust(iam, "audit", account, ["sts:AssumeRole", "sts:TagSession"], path="/team/", Condition=condition),
    }
    assert arns == {"arn:aws:iam::111122223333:role/team/audit"}
    trusted = iam.get_role(RoleName="audit")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert (trusted["Action"], trusted["Condition"]) == (["sts:AssumeRole", "sts:TagSession"], condition)


def test_a_refusal_is_printed_and_gives_nothing(cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
    iam = cloud.client("iam")
    assert attempt(iam.create_user, UserName="alice")["User"]["UserName"] == "alice"
    assert attempt(iam.create_user, UserName="alice") is None
    assert capsys.readouterr().out == "refused: User alice already exists\n"


def test_a_mistake_is_no_refusal(cloud: LocalCloud) -> None:
    """What boto3 itself objects to is shown as any other error."""
    with pytest.raises(Exception, match="Missing required parameter"):
        attempt(cloud.client("iam").create_user)
