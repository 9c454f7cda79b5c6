"""What of a policy no event needed; what cannot be told counts as used; the tighter policy allows all that was seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit import InvalidPolicy, Policies, Request, evaluate
from iamkit.analysis.activity import Logged
from iamkit.analysis.calls import call_of
from iamkit.analysis.unused import Unused, _overlap, unused
from iamkit.policy.patterns import glob, unescape
from tests.analysis.events import BUCKET, ROLE, event, get


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def suggestion(report: Unused) -> list[dict[str, Any]]:
    assert report.tightened is not None
    found: list[dict[str, Any]] = report.tightened.to_dict()["Statement"]
    return found


def test_statements_actions_and_resources_that_nobody_used() -> None:
    """A pattern is told by access level; the suggestion has real actions and the resources that were used."""
    given = policy(
        allow(["s3:Get*", "s3:PutObject"], [f"{BUCKET}/*", "arn:aws:s3:::other/*"], Sid="Objects"),
        allow("sqs:*"),
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
    )
    report = unused(given, [get("k"), get("k2"), event("kms", "ListKeys")])
    objects, queues = report.statements
    assert (objects.used, objects.window.events, objects.unused_actions) == (True, 2, ("s3:PutObject",))
    assert objects.unused_resources == ("arn:aws:s3:::other/*",)
    read = next(level for level in objects.actions[0].levels if level.name == "Read")
    assert read.used == ("s3:GetObject",)
    assert read.given > 30
    assert not queues.used
    assert report.anything
    assert report.not_given == ("kms:ListKeys",)
    assert suggestion(report) == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", "Sid": "Objects"},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
    ]
    assert "statement 1 of policy `policy`: never used" in repr(report)
    assert "not seen is not the same as not needed" in repr(report)
    assert json.loads(json.dumps(report.as_json()))["statements"][1]["used"] is False


def test_a_policy_that_is_used_in_whole() -> None:
    """Nothing is left to take away; the suggestion means the same."""
    report = unused(policy(allow("s3:GetObject", f"{BUCKET}/*")), get("k"))
    assert not report.anything
    assert suggestion(report) == [allow("s3:GetObject", f"{BUCKET}/*")]


def test_a_policy_of_which_nothing_was_used() -> None:
    """No suggestion: a policy that allows nothing is no policy to attach."""
    report = unused(policy(allow("sqs:*")), get("k"))
    assert report.tightened is None
    assert "nothing of it was used" in repr(report)


def test_denied_calls_do_not_count_as_use() -> None:
    """Who was refused did not use the permission."""
    assert not unused(policy(allow("s3:GetObject")), get("k", errorCode="AccessDenied")).statements[0].used


def test_what_cannot_be_told_counts_as_used() -> None:
    """Conditions, variables, resources that the event does not name, and what is named by exclusion."""
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    given = policy(
        allow("s3:GetObject", f"{BUCKET}/*", Condition=condition),
        allow("s3:GetObject", f"{BUCKET}/home/${{aws:username}}/*"),
        allow("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:111122223333:table/songs"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::secret/*"},
    )
    report = unused(given, [get("home/alice/k"), event("dynamodb", "PutItem")])
    assert [each.used for each in report.statements] == [True] * 5
    assert report.statements[0].why == "its conditions were not judged"
    assert report.statements[3].why.startswith("it gives all but what it names")
    assert suggestion(report)[3]["Action"] == ["dynamodb:PutItem", "s3:GetObject"]


def test_activity_without_data_events_is_no_proof() -> None:
    """CloudTrail records them only where a trail was told to ("Logging data events")."""
    silent = unused(policy(allow("s3:*")), event("s3", "ListBuckets"))
    assert "data event" in silent.cautions[-1]
    assert len(unused(policy(allow("s3:*")), get("k")).cautions) == len(silent.cautions) - 1


def test_a_policy_that_is_none() -> None:
    """It is refused as everywhere."""
    with pytest.raises(InvalidPolicy):
        unused({"Statement": [{}]}, get("k"))


_TEXT = st.text("ab*?", max_size=6)


@given(_TEXT, _TEXT, st.text("ab", max_size=6))
def test_patterns_that_match_a_text_both_overlap(first: str, second: str, text: str) -> None:
    """The other way round a found overlap is not checked here: it only makes the report more careful."""
    if glob(first)(text) and glob(second)(text):
        assert _overlap(first, second)


@pytest.mark.parametrize(
    ("first", "second"), [("a", "b"), ("a*", "b*"), ("*a", "*b"), ("?", ""), ("a?", "a"), ("ab*", "a")]
)
def test_patterns_without_a_common_text(first: str, second: str) -> None:
    """Neither way round."""
    assert not _overlap(first, second)
    assert not _overlap(second, first)


_ACTIONS = st.sampled_from(["s3:*", "*", "s3:Get*", "s3:PutObject", "s3:DeleteObject", "sqs:*"])
_RESOURCES = st.sampled_from(["*", f"{BUCKET}/*", f"{BUCKET}/in/?", "arn:aws:s3:::other*", "arn:aws:sqs:*:*:jobs"])
_STATEMENTS = st.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.lists(_ACTIONS, min_size=1, max_size=2),
    st.lists(_RESOURCES, min_size=1, max_size=2),
)
_EVENTS = st.builds(
    lambda name, bucket, key: event("s3", name, {"bucketName": bucket, "key": key}),
    st.sampled_from(["GetObject", "PutObject", "DeleteObject"]),
    st.sampled_from(["amzn-s3-demo-bucket", "other"]),
    st.sampled_from(["in/1", "in/2", "out/a*"]),
)


@given(st.lists(_STATEMENTS, min_size=1, max_size=4), st.lists(_EVENTS, min_size=1, max_size=8), _EVENTS)
def test_the_suggestion_decides_as_the_policy_did(
    statements: list[dict[str, Any]], records: list[dict[str, Any]], other: dict[str, Any]
) -> None:
    """For all that was seen; and it allows nothing that the policy did not."""
    given = policy(*statements)
    tightened = unused(given, records).tightened
    tightened_policies = Policies() if tightened is None else Policies(identity_based=tightened)
    for record, seen in [*((each, True) for each in records), (other, False)]:
        for use in call_of(Logged("here", record)).uses:
            request = Request(ROLE, use.action, unescape(use.resource))
            before, after = evaluate(request, given).allowed, evaluate(request, tightened_policies).allowed
            assert before or not after
            assert after or not before or not seen
