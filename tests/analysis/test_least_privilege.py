"""The generated policy allows what was done and no other action; what it rests on and what was left out is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit import Policies, Policy, Request, evaluate
from iamkit.analysis.activity import Logged
from iamkit.analysis.calls import call_of
from iamkit.analysis.kept_conditions import UnknownKey
from iamkit.analysis.least_privilege import MANAGED_SIZE, Generated, NoActivity, generate
from iamkit.policy import UnknownPrincipal
from iamkit.policy.patterns import unescape
from tests.analysis.events import BUCKET, ROLE, SESSION, event, get, role_session

HERE = "us-east-1:111122223333"


def statements(generated: Generated) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = generated.policy.to_dict()["Statement"]
    return found


def test_a_program_in_a_policy() -> None:
    """Exact actions, resources by prefix, a statement for each set of resources, named by service and level (P6)."""
    queue = {"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/jobs"}
    made = generate(
        [
            *(get(f"in/{number}.csv", eventTime=f"2026-01-3{number}T08:00:00Z") for number in (1, 0)),
            *(get(f"in/{number}.csv") for number in range(2, 6)),
            event("s3", "HeadObject", {"bucketName": "amzn-s3-demo-bucket", "key": "in/9.csv"}),
            event("s3", "ListObjects", {"bucketName": "amzn-s3-demo-bucket"}),
            event("sqs", "ReceiveMessage", queue),
            event("sqs", "DeleteMessage", queue),
        ]
    )
    assert statements(made) == [
        {"Sid": "S3Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/in/*"},
        {"Sid": "S3List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET},
        {
            "Sid": "SqsReadWrite",
            "Effect": "Allow",
            "Action": ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
            "Resource": f"arn:aws:sqs:{HERE}:jobs",
        },
    ]
    assert str(made.evidence[0]) == ("S3Read: 7 events, 2026-01-30T08:00:00Z to 2026-01-31T08:00:00Z: s3:GetObject (7)")
    assert made.principals == ((ROLE, 10),)
    assert json.loads(json.dumps(made.as_json()))["evidence"][0]["events"] == 7


def test_what_was_left_out_is_said() -> None:
    """Denied calls, unknown events, unreadable ones, and others' events, with the first place."""
    other = get("k", userIdentity=role_session("Other", ""))
    made = generate(
        [get("k"), get("no", errorCode="AccessDenied"), event("s3", "Unheard"), other, {}], principal=SESSION
    )
    assert [(each.what, each.events, each.place) for each in made.left_out] == [
        ("s3:GetObject", 1, "event 1"),
        ("arn:aws:iam::111122223333:role/Other", 1, "event 3"),
        ("s3:Unheard", 1, "event 2"),
    ]
    assert [each.place for each in made.unread] == ["event 4"]
    text = repr(made)
    assert "denied: " in text
    assert "event 4: not an event of CloudTrail" in text


def test_principals_are_told_apart_and_several_are_said() -> None:
    """By role with its path, without it, or by a session; without a principal the policy says that it is of all."""
    records = [get("mine"), get("theirs", userIdentity=role_session("Other", ""))]
    for name in (ROLE, SESSION, "arn:aws:iam::111122223333:role/App"):
        assert statements(generate(records, principal=name))[0]["Resource"] == f"{BUCKET}/mine"
    assert "of 2 principals" in generate(records).notes[0]
    with pytest.raises(UnknownPrincipal):
        generate(records, principal="alice")


def test_nothing_makes_no_policy() -> None:
    """An empty policy would hide why."""
    with pytest.raises(NoActivity, match="1 events were read\nhelp: denied"):
        generate([get("k", errorCode="AccessDenied")])


def test_resources_that_are_not_recorded_are_noted() -> None:
    """As wide as the type, in the account and the Region."""
    made = generate([event("dynamodb", "PutItem"), event("s3", "ListBuckets")])
    assert [each["Resource"] for each in statements(made)] == [f"arn:aws:dynamodb:{HERE}:table/*", "*"]
    assert made.notes == (
        "dynamodb:PutItem (1): the event does not name the resource",
        "s3:ListAllMyBuckets: it has no resource types, so that `*` is the only resource it can have",
    )


def test_a_passed_role_has_the_service_as_condition() -> None:
    """IAM User Guide, "Pass a role to a service"."""
    role = "arn:aws:iam::111122223333:role/Worker"
    made = generate(event("lambda", "CreateFunction20150331", {"functionName": "f", "role": role}))
    (passed,) = [each for each in statements(made) if each["Action"] == "iam:PassRole"]
    assert passed["Resource"] == role
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    assert "inferred: CloudTrail has no event of iam:PassRole" in made.notes[0]


def test_conditions_on_request() -> None:
    """What every event tells is kept; a key that one event lacks is not, and that is said."""
    records = [
        get("a"),
        get("b", sourceIPAddress="192.0.2.9"),
        event("s3", "ListBuckets", sourceIPAddress="AWS Internal"),
    ]
    made = generate(records, keep_conditions=("aws:SourceIp", "aws:RequestedRegion"))
    by_sid = {each["Sid"]: each["Condition"] for each in statements(made)}
    assert by_sid["S3Read"] == {
        "IpAddress": {"aws:SourceIp": ["192.0.2.7", "192.0.2.9"]},
        "StringEquals": {"aws:RequestedRegion": "us-east-1"},
    }
    assert by_sid["S3List"] == {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert "aws:SourceIp is not kept for s3:ListAllMyBuckets: not every event tells it" in made.notes


def test_many_addresses_become_networks() -> None:
    """And that is said."""
    records = [get("a", sourceIPAddress=f"198.51.100.{number}") for number in range(40)]
    made = generate([*records, get("a", sourceIPAddress="2001:db8::1")], keep_conditions=("aws:SourceIp",))
    assert statements(made)[0]["Condition"]["IpAddress"]["aws:SourceIp"] == ["198.51.100.0/24", "2001:db8::/64"]
    assert "more than 20 addresses" in made.notes[-1]


@pytest.mark.parametrize("key", ["aws:TagKeys", "aws:CurrentTime", "nonsense", "s3:nonsense"])
def test_conditions_that_cannot_be_kept(key: str) -> None:
    """Several values, dates, unknown keys."""
    with pytest.raises(UnknownKey, match=f"`{key}` cannot be kept"):
        generate(get("a"), keep_conditions=(key,))


def test_long_policies_are_split() -> None:
    """P7: 6,144 characters without white space; all of it is still allowed."""
    records = [get("k", bucket=f"amzn-s3-demo-bucket-with-a-long-name-{number:04}") for number in range(400)]
    made = generate(records)
    assert len(made.policies) > 1
    assert all(len("".join(each.to_json().split())) <= MANAGED_SIZE for each in made.policies)
    assert made.notes[0] == f"{len(made.policies)} policies: one would be longer than 6,144 characters (P7)"
    assert_allowed(records, made)
    with pytest.raises(ValueError, match="take them from `policies`"):
        _ = made.policy


_IDS = [f"out/1234abcd-12ab-34cd-56ef-1234567890a{number}/f" for number in range(2)]
_KEYS = st.sampled_from(["a", "in/1", "in/2", "in/3", "in/4", "in/4/x", "in/*", "in/${x}", *_IDS])
_ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "athena.amazonaws.com"])
_NAMES = st.sampled_from(
    ["GetObject", "PutObject", "HeadObject", "DeleteObject", "ListObjects", "CopyObject", "CreateBucket"]
)
_S3 = st.builds(
    lambda name, bucket, key, address: event(
        "s3", name, {"bucketName": bucket, "key": key, "x-amz-copy-source": f"{bucket}/source"}, sourceIPAddress=address
    ),
    _NAMES,
    st.sampled_from(["one", "two"]),
    _KEYS,
    _ADDRESSES,
)
_OTHERS = st.sampled_from(
    [
        event("sqs", "SendMessage", {"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/jobs"}),
        event("dynamodb", "Query", {"tableName": "t", "indexName": "i"}),
        event("lambda", "CreateFunction20150331", {"functionName": "f", "role": "arn:aws:iam::111122223333:role/W"}),
        event("ec2", "StopInstances", {"instanceId": "i-0123456789abcdef0"}),
        event("ec2", "StopInstances", {"instanceId": "i-0123456789abcdef1"}),
        event("s3", "GetObject", {"bucketName": "one", "key": "denied"}, errorCode="AccessDenied"),
    ]
)


def assert_allowed(records: list[dict[str, Any]], made: Generated) -> set[str]:
    """Decide every use again under the generated policies; give the actions that were used."""
    used = set()
    for record in records:
        for use in call_of(Logged("here", record)).uses:
            used.add(use.action)
            request = Request(ROLE, use.action, unescape(use.resource), use.context)
            assert evaluate(request, Policies(identity_based=made.policies)).allowed, (use, made)
    return used


@given(
    st.lists(st.one_of(_S3, _OTHERS), min_size=1, max_size=25).filter(
        lambda each: any("errorCode" not in e for e in each)
    ),
    st.sampled_from([None, 0, 1, 3]),
    st.sampled_from([(), ("aws:SourceIp",), ("aws:SourceIp", "aws:RequestedRegion")]),
)
def test_everything_that_was_done_is_allowed(
    records: list[dict[str, Any]], most: int | None, keys: tuple[str, ...]
) -> None:
    """And no action that was not seen, and no bucket; the order of the events does not matter."""
    made = generate(records, generalise=most, keep_conditions=keys)
    used = assert_allowed(records, made)
    policies = made.policies
    assert {action for policy in policies for each in policy.statements for action in each.actions} == used
    resources = {pattern for policy in policies for each in policy.statements for pattern in each.resources}
    assert not {"*", "arn:aws:s3:::*"} & resources
    again = generate(list(reversed(records)), generalise=most, keep_conditions=keys)
    assert [each.to_dict() for each in again.policies] == [each.to_dict() for each in policies]


@pytest.mark.parametrize("resource", [f"{BUCKET}/k", "*"])
@pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:GetObjectAcl"])
def test_nothing_else_is_allowed(action: str, resource: str) -> None:
    """One more call is denied."""
    made = generate(get("k"))
    assert not evaluate(Request(ROLE, action, resource), made.policy).allowed
    assert isinstance(made.policy, Policy)
