"""moto's state is forgotten whole, and nothing is kept of what is gone."""

from __future__ import annotations

import gc
import weakref

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import backends

ACCOUNTS = ("111122223333", "444455556666")


def test_what_is_deleted_is_not_kept() -> None:
    """moto would list every object that it ever made; a cloud that runs for days must not grow by that."""
    with LocalCloud(seed=1) as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="amzn-s3-demo-bucket")
        s3.put_object(Bucket="amzn-s3-demo-bucket", Key="k", Body=b"x")
        held = weakref.ref(backends.backend("s3", ACCOUNTS[0]).buckets["amzn-s3-demo-bucket"].keys["k"])
        s3.delete_object(Bucket="amzn-s3-demo-bucket", Key="k")
        gc.collect()
        assert held() is None


def test_a_reset_forgets_every_account_and_region() -> None:
    """Also what other regions have, and the names of buckets, which all accounts share."""
    with LocalCloud(seed=1, accounts=ACCOUNTS) as cloud:
        other = cloud.administrator(ACCOUNTS[1])
        cloud.client("s3", other).create_bucket(Bucket="amzn-s3-demo-bucket")
        cloud.client("sqs", other, region="eu-west-1").create_queue(QueueName="q")
        cloud.reset(1, ACCOUNTS)
        again = cloud.administrator(ACCOUNTS[1])
        assert cloud.client("sqs", again, region="eu-west-1").list_queues().get("QueueUrls", []) == []
        cloud.client("s3").create_bucket(Bucket="amzn-s3-demo-bucket")
        assert cloud.client("s3", again).list_buckets()["Buckets"] == []


def test_aws_managed_policies_are_shared_and_counted_by_account() -> None:
    """The same ID everywhere, as in AWS; attachments are an account's own."""
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    with LocalCloud(seed=1, accounts=ACCOUNTS) as cloud:
        clients = [cloud.client("iam", cloud.administrator(account)) for account in ACCOUNTS]
        clients[0].create_user(UserName="carol")
        clients[0].attach_user_policy(UserName="carol", PolicyArn=arn)
        first, second = (client.get_policy(PolicyArn=arn)["Policy"] for client in clients)
        assert first["PolicyId"] == second["PolicyId"]
        assert (first["AttachmentCount"], second["AttachmentCount"]) == (1, 0)
        assert first["DefaultVersionId"] == second["DefaultVersionId"]
        version = clients[1].get_policy_version(PolicyArn=arn, VersionId=second["DefaultVersionId"])
        assert version["PolicyVersion"]["Document"]["Statement"]
