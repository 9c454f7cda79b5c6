"""Policies as documents: parsed, typed, kept in the shape they came in."""

from __future__ import annotations

import pytest

from iamkit import InvalidPolicy, Policy, PolicyType

TEXT = """{"Version": "2012-10-17", "Statement": {"effect": "Allow", "Action": "s3:GetObject", "Resource": ["*"]}}"""


def test_document_keeps_its_shape() -> None:
    """A string stays a string, an array an array, and a key keeps its spelling."""
    policy = Policy.parse(TEXT)
    assert policy.to_json().replace("\n", "").replace(" ", "") == TEXT.replace(" ", "")
    assert policy.to_dict()["Statement"]["effect"] == "Allow"


def test_document_cannot_be_changed_from_outside() -> None:
    """What went in and what came out are copies."""
    document = Policy.parse(TEXT).to_dict()
    policy = Policy.parse(document)
    document["Statement"]["effect"] = "Deny"
    policy.to_dict()["Statement"]["effect"] = "Deny"
    assert policy == Policy.parse(TEXT)
    assert policy.to_dict()["Statement"]["effect"] == "Allow"


def test_equal_policies_are_equal() -> None:
    """Layout does not matter, statements, version and name do."""
    policy = Policy.parse(TEXT)
    assert policy == Policy.parse(TEXT.replace(" ", "\n"))
    assert len({policy, Policy.parse(TEXT)}) == 1
    assert policy != Policy.parse(TEXT, name="other")
    assert policy != Policy.parse(TEXT.replace("2012", "2008"))


def test_bytes_are_read_as_utf8() -> None:
    """A file's bytes may be handed in as they are."""
    assert Policy.parse(TEXT.encode()) == Policy.parse(TEXT)
    with pytest.raises(InvalidPolicy, match="not UTF-8: byte 1"):
        Policy.parse(b"{\xff}")


def test_type_is_checked_when_it_becomes_known() -> None:
    """A policy parsed without a type is checked against the rules of the type it is used as (P5)."""
    policy = Policy.parse(TEXT)
    assert policy.as_type(PolicyType.SERVICE_CONTROL).type is PolicyType.SERVICE_CONTROL
    with pytest.raises(InvalidPolicy, match=r"/Statement \(line 1, column 40\): a resource-based policy needs a `Prin"):
        policy.as_type(PolicyType.RESOURCE_BASED)


def test_policy_is_made_by_parsing() -> None:
    """There is no policy without a document."""
    with pytest.raises(TypeError, match=r"Policy\.parse"):
        Policy(())


def test_problems_come_all_at_once() -> None:
    """One parse reports every problem, each with its place and most with help."""
    text = '{"Version": "2026-01-01",\n "Statement": [{"Effect": "allow", "Resource": 5},\n {"Efect": "Deny"}]}'
    with pytest.raises(InvalidPolicy) as caught:
        Policy.parse(text)
    assert [(problem.pointer, problem.line) for problem in caught.value.problems] == [
        ("/Version", 1),
        ("/Statement/0/Effect", 2),
        ("/Statement/0", 2),
        ("/Statement/0/Resource", 2),
        ("/Statement/1/Efect", 3),
        ("/Statement/1", 3),
        ("/Statement/1", 3),
        ("/Statement/1", 3),
    ]
    assert str(caught.value.problems[4]).endswith("help: did you mean `Effect`?")
