"""Which actions a pattern covers, by access level."""

from __future__ import annotations

import random

import pytest

from iamkit import Policy
from iamkit.reference import ACCESS_LEVELS, NotAPattern, expand, services


def test_levels_are_the_five_of_aws() -> None:
    """Every level is there, also an empty one, in one order."""
    assert tuple(expand("s3:GetObject").by_level) == ACCESS_LEVELS
    assert expand("s3:GetObject").counts == {
        "List": 0, "Read": 1, "Write": 0, "Tagging": 0, "Permissions management": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("s3:ListBucket", "List"),
        ("s3:GetObject", "Read"),
        ("s3:PutObject", "Write"),
        ("s3:PutObjectTagging", "Tagging"),
        ("s3:PutBucketPolicy", "Permissions management"),
        ("iam:PassRole", "Write"),
        ("iam:AttachRolePolicy", "Permissions management"),
    ],
)
def test_action_stands_under_its_level(action: str, level: str) -> None:
    """The levels are those of the pages "Actions, resources, and condition keys for Amazon S3" and "… for AWS IAM"."""
    assert expand(action).by_level[level] == (action,)


@pytest.mark.parametrize("pattern", ["S3:GETOBJECT", "s3:getobject", "s3:GetObjec?", "s?:GetObject", "*3:GetObject"])
def test_names_are_compared_in_any_case(pattern: str) -> None:
    """P8: in any case; the name that comes back is AWS's own. The engine takes wildcards in a prefix."""
    assert "s3:GetObject" in expand(pattern).actions


def test_question_mark_is_one_character() -> None:
    """P8: `?` is exactly one character."""
    assert expand("s3:???Object").actions == ("s3:GetObject", "s3:PutObject")


def test_expansion_knows_its_members_in_any_case() -> None:
    """Length, membership and iteration speak of the same actions."""
    found = expand(["s3:Get*", "sqs:SendMessage"])
    assert len(found) == len(list(found)) == sum(found.counts.values())
    assert "S3:getobject" in found
    assert "sqs:SendMessage" in found
    assert "s3:PutObject" not in found
    assert 3 not in found


def test_pattern_that_matches_nothing_is_named() -> None:
    """A misspelled action is no error, but it is told."""
    assert expand(["s3:GetObject", "s3:GetObjekt", "s4:*"]).unmatched == ("s3:GetObjekt", "s4:*")


def test_negated_is_all_the_rest() -> None:
    """P9: `NotAction` covers every action that none of the patterns match."""
    every, some = expand("*"), ["s3:*", "iam:Get*"]
    assert set(expand(some)) | set(expand(some, negated=True)) == set(every)
    assert not set(expand(some)) & set(expand(some, negated=True))
    assert len(every) > 20_000
    assert len(expand("*", negated=True)) == 0


def test_every_service_is_read() -> None:
    """`*` covers actions of each service that has any."""
    assert {name.partition(":")[0] for name in expand("*")} == set(services())


@pytest.mark.parametrize("pattern", ["s3", "GetObject", "", "s3:", ":Get*", "s3:Get:Object", "arn:aws:s3:::b"])
def test_what_is_no_action_is_refused(pattern: str) -> None:
    """What a policy would refuse is refused here, with the text."""
    with pytest.raises(NotAPattern, match="is no action\nhelp: "):
        expand(pattern)


@pytest.mark.parametrize(
    "patterns", [["s3:*"], ["*:*Delete*"], ["s3:Get*", "s3:*Acl"], ["sqs:?e*Message*"], ["iam:*", "s3:*t"]]
)
@pytest.mark.parametrize("element", ["Action", "NotAction"])
def test_engine_agrees(patterns: list[str], element: str) -> None:
    """A statement of the engine covers exactly the actions of an expansion (P8, P9)."""
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", element: patterns, "Resource": "*"}}
    covering = Policy.parse(document).statements[0].action_element
    found = expand(patterns, negated=element == "NotAction")
    asked = [*expand(["s3:*", "sqs:*", "iam:*"]), *random.Random(3).sample(expand("*").actions, 2000)]
    for action in asked:
        assert covering.cover(action.lower()) is (action in found), action
