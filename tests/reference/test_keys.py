"""Which condition keys an action knows."""

from __future__ import annotations

import pytest

from iamkit.reference import actions_without_resources, keys_of, service, services


def test_key_tells_type_values_and_what_brings_it() -> None:
    """Page "Actions, resources, and condition keys for Amazon S3": ListBucket can be limited to a prefix."""
    keys = {key.name: key for key in keys_of("S3:listbucket")}
    prefix = keys["s3:prefix"]
    assert (prefix.type, prefix.multivalued, prefix.of) == ("String", False, ("action",))
    assert "prefix" in prefix.description
    assert keys["aws:SourceIp"].of == ("global",)
    assert keys["aws:SourceIp"].description == "the request does not come through a VPC endpoint"


def test_keys_of_resource_types_count() -> None:
    """SendMessage itself lists no tag; its queue brings `aws:ResourceTag`."""
    keys = {key.name: key.of for key in keys_of("sqs:SendMessage")}
    assert keys["aws:ResourceTag/${TagKey}"] == ("queue",)


def test_keys_of_tags_count_only_where_they_are_listed() -> None:
    """GetCallerIdentity takes no tags and acts on nothing that has some."""
    names = {key.name for key in keys_of("sts:GetCallerIdentity")}
    assert not names & {"aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "aws:TagKeys"}
    assert "aws:PrincipalTag/${TagKey}" in names
    assert "aws:TagKeys" in {key.name for key in keys_of("sqs:CreateQueue")}


def test_several_values_are_told() -> None:
    """A list of tag keys is multivalued, whoever lists it."""
    tag_keys = next(key for key in keys_of("sqs:CreateQueue") if key.name == "aws:TagKeys")
    assert (tag_keys.type, tag_keys.multivalued) == ("String", True)


def test_each_key_is_told_once_and_has_a_type() -> None:
    """Over all services; one key is listed by its actions and described nowhere in the data."""
    untyped = set()
    for prefix in services():
        for action in service(prefix).actions.values():
            keys = keys_of(action.name)
            assert len({key.name.lower() for key in keys}) == len(keys)
            untyped |= {key.name for key in keys if not key.type}
    assert untyped == {"kms:RecipientAttestation:PCR8:ServiceName"}


@pytest.mark.parametrize("name", ["s3:GetObjekt", "GetObject", "s4:GetObject"])
def test_unknown_action_is_named(name: str) -> None:
    """The error says what was asked for."""
    with pytest.raises(LookupError, match=f"no service has the action `{name}`"):
        keys_of(name)


def test_actions_that_cannot_be_limited() -> None:
    """Pages "Actions, resources, and condition keys for Amazon SQS" and "… for AWS Security Token Service"."""
    assert [action.name for action in actions_without_resources("SQS")] == ["sqs:ListQueues"]
    names = {action.name for action in actions_without_resources("sts")}
    assert {"sts:GetCallerIdentity", "sts:DecodeAuthorizationMessage"} <= names
    assert "sts:AssumeRole" not in names
