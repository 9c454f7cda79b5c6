"""The same credentials for a sixth of their lifetime, then others, long before the first ones expire."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import Keys, LocalCloud
from iamkit.cloud.metadata import Container
from tests.cloud.metadata.world import send, trust


def delivered(container: Container) -> Keys:
    """Read the credentials that the role has now."""
    document = send(container.endpoint, "GET", container.relative_uri).document
    return Keys(document["AccessKeyId"], document["SecretAccessKey"], document["Token"])


def test_credentials_are_renewed_in_time(cloud: LocalCloud) -> None:
    """Within an hour the same, after an hour others; the first ones go on until six hours are over."""
    with cloud.container("task", authorization="none") as container:
        first = delivered(container)
        cloud.let_pass(timedelta(minutes=58))
        assert delivered(container) == first
        cloud.let_pass(timedelta(minutes=3))
        assert delivered(container).access_key_id != first.access_key_id
        sts = cloud.client("sts", first)
        cloud.let_pass(timedelta(hours=4, minutes=58))
        assert sts.get_caller_identity()["Arn"].startswith("arn:aws:sts::111122223333:assumed-role/task/")
        cloud.let_pass(timedelta(minutes=3))
        with pytest.raises(ClientError, match="ExpiredToken"):
            sts.get_caller_identity()


def test_a_new_trust_policy_waits_for_the_next_renewal(cloud: LocalCloud) -> None:
    """IAM User Guide, "Troubleshoot IAM and Amazon EC2": until then the application keeps what it has."""
    with cloud.container("task", authorization="none") as container:
        first = delivered(container)
        document = trust({"Service": "lambda.amazonaws.com"})
        cloud.client("iam").update_assume_role_policy(RoleName="task", PolicyDocument=document)
        assert delivered(container) == first
        cloud.let_pass(timedelta(hours=1))
        assert send(container.endpoint, "GET", container.relative_uri).status == 503
