"""A refused call, explained: who really asked, what stopped it, what would let it pass."""

from __future__ import annotations

import json

import pytest

from iamkit.cloud.denials import Denial, NoDenials
from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.test_local_cloud import allow, refused, session, trust, user


def test_a_denial_says_it_all(cloud: LocalCloud) -> None:
    """Who, action, resource, AWS's answer, gate, nearly, missing keys, and the statement that mends it."""
    mfa = allow("s3:ListAllMyBuckets", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    refused(cloud.client("s3", user(cloud, "alice", mfa)).list_buckets)
    alice = "arn:aws:iam::111122223333:user/alice"
    message = (
        f"User: {alice} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows "
        "the s3:ListAllMyBuckets action"
    )
    assert repr(cloud.why()) == "\n".join(
        [
            "denial 4: s3:ListBuckets",
            f"  who:            {alice}",
            "  action:         s3:ListAllMyBuckets",
            "  resource:       *",
            f"  answer:         {message}",
            "  decided by:     the gate `identity-based policies`: no statement allows it",
            "  nearly:         statement 0 of policy `inline policy policy-0 of user alice`: Condition asks for Bool "
            "`aws:MultiFactorAuthPresent` `true`, the request has no such key",
            "  missing keys:   aws:MultiFactorAuthPresent",
            f"  to let it pass: an identity-based policy of {alice}: "
            '{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}',
        ]
    )


def test_a_session_s_maker_is_named(cloud: LocalCloud) -> None:
    """Behind a role session stands who assumed the role."""
    keys = user(cloud, "alice", allow("sts:AssumeRole"))
    cloud.client("iam").create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    refused(cloud.client("s3", session(cloud, keys, "arn:aws:iam::111122223333:role/App")).list_buckets)
    assert "  really:         arn:aws:iam::111122223333:user/alice" in repr(cloud.why()).splitlines()


def test_the_advice_works(cloud: LocalCloud) -> None:
    """Whoever adds the statement that is named gets through."""
    s3 = cloud.client("s3", user(cloud, "alice"))
    refused(s3.list_buckets)
    statement = json.loads(cloud.why().changes[0].partition(": ")[2])
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    cloud.client("iam").put_user_policy(UserName="alice", PolicyName="mended", PolicyDocument=document)
    assert s3.list_buckets()["Buckets"] == []


def test_one_denial_of_several_by_its_number(cloud: LocalCloud) -> None:
    """The last one unless told; the number is the event's."""
    keys = user(cloud, "alice")
    refused(cloud.client("s3", keys).list_buckets)
    refused(cloud.client("iam", keys).list_users)
    assert cloud.why().action == "iam:ListUsers"
    assert cloud.why(3).action == "s3:ListAllMyBuckets"
    assert cloud.why(3).line.startswith("3: arn:aws:iam::111122223333:user/alice: s3:ListAllMyBuckets on *: ")
    with pytest.raises(NoDenials, match="event 1 is no denial"):
        cloud.why(1)


def test_without_denials_it_says_so(cloud: LocalCloud) -> None:
    """A call that passed is none, nor one that nobody signed as anybody."""
    cloud.client("iam").list_users()
    with pytest.raises(NoDenials, match="nothing has been refused"):
        cloud.why()
    with pytest.raises(ValueError, match="was not denied"):
        Denial.of(next(iter(cloud.trail)))


def test_it_travels_as_json(cloud: LocalCloud) -> None:
    """Another process reads the same."""
    refused(cloud.client("s3", user(cloud, "alice")).list_buckets)
    denial = cloud.why()
    read = Denial.from_json(json.loads(json.dumps(denial.as_json())))
    assert repr(read) == repr(denial)
