"""Edits: what changes is what was asked for, and every other character stays."""

from __future__ import annotations

import json

import pytest

from iamkit.policy.edits import Edit, apply, insert, removal, remove, rename, replace

TEXT = """{
  "Version": "2012-10-17",   "Id": "",
  "Statement": [
    { "Sid": "A~/b", "Action": ["s3:Get*",
        "s3:GetObject",  "s3:List*"] },
    { "Sid": "B" }
  ]
}
"""

CASES: list[tuple[str, Edit, str, str]] = [
    ("a value", (replace("/Statement/1/Sid", "C"),), '"Sid": "B"', '"Sid": "C"'),
    ("the first of a list", (remove("/Statement/0/Action/0"),), '"s3:Get*",\n        "s3:GetObject"', '"s3:GetObject"'),
    ("one in the middle", (remove("/Statement/0/Action/1"),), '"s3:GetObject",  ', ""),
    ("the last of a list", (remove("/Statement/0/Action/2"),), ',  "s3:List*"', ""),
    ("a member", (remove("/Id"),), '"Id": "",\n  ', ""),
    ("the last statement", (remove("/Statement/1"),), ',\n    { "Sid": "B" }', ""),
    ("the only member", (remove("/Statement/1/Sid"),), '{ "Sid": "B" }', "{}"),
    ("a key", (rename("/Statement/1/Sid", "sid"),), '{ "Sid": "B"', '{ "sid": "B"'),
    ("a new member", (insert("/Statement/1/Effect", "Deny"),), '{ "Sid": "B"', '{ "Effect": "Deny", "Sid": "B"'),
    ("two at once", (rename("/Id", "ID"), replace("/Id", "é")), '"Id": ""', '"ID": "é"'),
]


@pytest.mark.parametrize(("what", "edit", "old", "new"), CASES)
def test_only_the_place_changes(what: str, edit: Edit, old: str, new: str) -> None:
    """The text around a change is kept to the character."""
    assert TEXT.count(old) == 1, what
    assert apply(TEXT, edit) == TEXT.replace(old, new)


@pytest.mark.parametrize(("what", "edit", "old", "new"), CASES)
def test_dictionary_changes_alike(what: str, edit: Edit, old: str, new: str) -> None:
    """A document that is already parsed comes out as the text does, and stays as it was itself."""
    document = json.loads(TEXT)
    assert apply(document, edit) == json.loads(TEXT.replace(old, new)), what
    assert document == json.loads(TEXT)


def test_several_members_of_a_list_go_at_once() -> None:
    """Places are those before the edit."""
    edit = (remove("/Statement/0/Action/0"), remove("/Statement/0/Action/2"))
    assert apply(json.loads(TEXT), edit)["Statement"][0]["Action"] == ["s3:GetObject"]


def test_member_goes_into_an_empty_object() -> None:
    """There is no comma where there is nothing to part."""
    assert apply("{ }", (insert("/Version", "2012-10-17"),)) == '{ "Version": "2012-10-17" }'


def test_removal_takes_what_would_be_empty() -> None:
    """The last key of the last operator takes the whole condition with it, but never the statement."""
    document = {"Statement": [{"Condition": {"Null": {"a": "true"}}}]}
    assert removal(document, "/Statement/0/Condition/Null/a", "/Statement/0") == "/Statement/0/Condition"
    document["Statement"][0]["Condition"]["Bool"] = {"b": "true"}
    assert removal(document, "/Statement/0/Condition/Null/a", "/Statement/0") == "/Statement/0/Condition/Null"


def test_changes_say_what_they_do() -> None:
    """A change reads as a sentence, for the command line."""
    changes = (remove("/Id"), rename("/Id", "ID"), insert("/Id", "x"), replace("/Id", "x"))
    assert [str(change) for change in changes] == [
        "remove /Id",
        'rename /Id to "ID"',
        'add /Id: "x"',
        'put "x" in place of /Id',
    ]
