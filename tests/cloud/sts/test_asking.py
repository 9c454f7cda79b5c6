"""GetCallerIdentity, GetAccessKeyInfo and DecodeAuthorizationMessage (E3, E14)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamkit import Evaluation, Policies, Policy, Request, evaluate
from tests.cloud.sts.world import HOME, OTHER, Json, World, account_root, allow, trust

DENY_ALL: Json = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}


def test_caller_identity_of_everyone() -> None:
    """Each kind of caller has its own ID, though every policy denies the call (E2, E3, E14)."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"))
    session = world.assume(alice, world.add_role("target", trust(account_root())))
    federated = world.held(world.call("GetFederationToken", alice, Name="carol"))
    own = world.held(world.call("GetSessionToken", alice))
    world.policies[alice.caller.arn] = (DENY_ALL,)
    world.service_control = {"root": [DENY_ALL]}
    user = {"UserId": "AIDAALICEXXXXXXXXXXXX"[:21], "Account": HOME, "Arn": f"arn:aws:iam::{HOME}:user/alice"}
    expected = [
        (world.add_root(), {"UserId": HOME, "Account": HOME, "Arn": f"arn:aws:iam::{HOME}:root"}),
        (alice, user),
        (own, user),
        (
            session,
            {
                "UserId": "AROATARGETXXXXXXXXXXX:s1",
                "Account": HOME,
                "Arn": f"arn:aws:sts::{HOME}:assumed-role/target/s1",
            },
        ),
        (
            federated,
            {"UserId": f"{HOME}:carol", "Account": HOME, "Arn": f"arn:aws:sts::{HOME}:federated-user/carol"},
        ),
    ]
    for holder, identity in expected:
        assert world.call("GetCallerIdentity", holder) == identity
    assert world.refuses("GetCallerIdentity", None)[:2] == ("MissingAuthenticationToken", 403)


def test_access_key_info() -> None:
    """It tells the account of any key, of any account, temporary or not, expired or not."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"))
    bob = world.add_user("bob", account=OTHER)
    session = world.held(world.call("GetSessionToken", alice))
    world.pass_time(hours=13)
    for holder, account in ((alice, HOME), (bob, OTHER), (session, HOME)):
        asked = holder.access_key.credentials.access_key_id
        assert world.call("GetAccessKeyInfo", alice, AccessKeyId=asked) == {"Account": account}
    refused = world.refuses("GetAccessKeyInfo", alice, AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    assert refused == ("ValidationError", 400, "The access key ID AKIAIOSFODNN7EXAMPLE is not known")
    assert world.refuses("GetAccessKeyInfo", bob, AccessKeyId="AKIAIOSFODNN7EXAMPLE")[:2] == ("AccessDenied", 403)


RUN = "ec2:RunInstances"
INSTANCE = f"arn:aws:ec2:us-east-1:{HOME}:instance/*"
GUARD: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {
            "Sid": "OnlySmall",
            "Effect": "Deny",
            "Action": RUN,
            "Resource": INSTANCE,
            "Condition": {"StringNotEquals": {"ec2:InstanceType": ["t3.micro", "t3.small"]}},
        },
    ],
}


def denial(world: World, policies: Policies) -> Evaluation:
    """Decide alice's RunInstances."""
    alice = world.add_user("alice", allow("sts:DecodeAuthorizationMessage"))
    context = {"ec2:InstanceType": "m5.24xlarge", "aws:TagKeys": ["a", "b"]}
    return evaluate(Request(alice.caller, RUN, INSTANCE, context), policies)


def decoded(world: World, message: str) -> Any:
    """Have alice decode a message."""
    alice = world.users["AKIAALICEXXXXXXXXXXX"]
    return json.loads(world.call("DecodeAuthorizationMessage", alice, EncodedMessage=message)["DecodedMessage"])


def test_decoded_explicit_deny() -> None:
    """The message has what the denial hid: principal, action, resource, conditions, the Deny itself."""
    world = World()
    policies = Policies(identity_based=Policy.parse(GUARD, name="guard"))
    told = decoded(world, world.sts.encode_authorization_message(denial(world, policies), policies))
    assert (told["allowed"], told["explicitDeny"], told["failures"]) == (False, True, {"items": []})
    assert told["matchedStatements"]["items"] == [
        {
            "statementId": "OnlySmall",
            "effect": "DENY",
            "principals": {"items": [{"value": "AIDAALICEXXXXXXXXXXXX"[:21]}]},
            "principalGroups": {"items": []},
            "actions": {"items": [{"value": RUN}]},
            "resources": {"items": [{"value": INSTANCE}]},
            "conditions": {
                "items": [
                    {
                        "key": "ec2:InstanceType",
                        "values": {"items": [{"value": "t3.micro"}, {"value": "t3.small"}]},
                    }
                ]
            },
        }
    ]
    context = told["context"]
    assert (context["action"], context["resource"]) == (RUN, INSTANCE)
    assert context["principal"] == {
        "id": "AIDAALICEXXXXXXXXXXXX"[:21],
        "name": "alice",
        "arn": f"arn:aws:iam::{HOME}:user/alice",
    }
    conditions = {
        each["key"]: [one["value"] for one in each["values"]["items"]] for each in context["conditions"]["items"]
    }
    assert conditions["ec2:InstanceType"] == ["m5.24xlarge"]
    assert conditions["aws:TagKeys"] == ["a", "b"]
    assert conditions["aws:PrincipalArn"] == [f"arn:aws:iam::{HOME}:user/alice"]


def test_decoded_implicit_deny() -> None:
    """Without a Deny no statement is listed."""
    world = World()
    told = decoded(world, world.sts.encode_authorization_message(denial(world, Policies())))
    assert (told["allowed"], told["explicitDeny"]) == (False, False)
    assert told["matchedStatements"] == {"items": []}


def test_message_tells_nothing_to_who_may_not_decode_it() -> None:
    """The action is needed, the account must be the same one, and the message itself shows nothing."""
    world = World()
    message = world.sts.encode_authorization_message(denial(world, Policies()))
    bob = world.add_user("bob")
    code, status, text = world.refuses("DecodeAuthorizationMessage", bob, EncodedMessage=message)
    assert (code, status) == ("AccessDenied", 403)
    assert text.startswith(
        f"User: {bob.caller.arn} is not authorized to perform: sts:DecodeAuthorizationMessage because"
    )
    stranger = world.add_user("stranger", allow("sts:*"), account=OTHER)
    expected = ("InvalidAuthorizationMessageException", 400, "Message is not valid")
    assert world.refuses("DecodeAuthorizationMessage", stranger, EncodedMessage=message) == expected
    assert set(message) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert "RunInstances" not in message


@pytest.mark.parametrize("place", [0, 7, 100, -1])
def test_changed_message_is_refused(place: int) -> None:
    """One other character anywhere, a cut or a foreign cloud's message: none is valid."""
    world = World()
    message = world.sts.encode_authorization_message(denial(world, Policies()))
    other = message[place]
    # the last character of base64 may have bits that count for nothing
    changed = {"A": "Q"}.get(other, "A")
    letters = list(message)
    letters[place] = changed
    alice = world.users["AKIAALICEXXXXXXXXXXX"]
    foreign = World(seed=8)
    for wrong in (
        "".join(letters),
        message[:-4],
        message[:10],
        f"{message}\n",
        "é",
        foreign.sts.encode_authorization_message(denial(foreign, Policies())),
    ):
        assert world.refuses("DecodeAuthorizationMessage", alice, EncodedMessage=wrong)[:2] == (
            "InvalidAuthorizationMessageException",
            400,
        )


def test_message_of_the_same_cloud_is_the_same() -> None:
    """A seeded cloud says the same again."""
    first, second = World(), World()
    assert first.sts.encode_authorization_message(denial(first, Policies())) == second.sts.encode_authorization_message(
        denial(second, Policies())
    )
