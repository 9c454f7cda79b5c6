"""Requests, their callers, and ARNs."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit import Arn, Caller, CallerKind, InvalidArn, InvalidRequest, Request, Resource, UnknownPrincipal

ALICE = "arn:aws:iam::111122223333:user/alice"


@pytest.mark.parametrize(
    ("text", "kind", "account"),
    [
        ("arn:aws:iam::111122223333:root", CallerKind.ROOT, "111122223333"),
        ("arn:aws:iam::111122223333:user/team/alice", CallerKind.USER, "111122223333"),
        ("arn:aws:sts::111122223333:assumed-role/App/one", CallerKind.ROLE_SESSION, "111122223333"),
        ("arn:aws:iam::111122223333:role/path/App", CallerKind.ROLE_SESSION, "111122223333"),
        ("arn:aws:sts::111122223333:federated-user/carol", CallerKind.FEDERATED_USER, "111122223333"),
        ("arn:aws-cn:iam::111122223333:user/alice", CallerKind.USER, "111122223333"),
        ("lambda.amazonaws.com", CallerKind.SERVICE, None),
        ("ec2.amazonaws.com.cn", CallerKind.SERVICE, None),
        ("cognito-identity.amazonaws.com", CallerKind.IDENTITY_PROVIDER, None),
        ("accounts.google.com", CallerKind.IDENTITY_PROVIDER, None),
        ("arn:aws:iam::111122223333:saml-provider/Corp", CallerKind.IDENTITY_PROVIDER, None),
        ("anonymous", CallerKind.ANONYMOUS, None),
    ],
)
def test_caller_kinds(text: str, kind: CallerKind, account: str | None) -> None:
    """The kind and the account of a caller follow from what it is called (E1, E2)."""
    caller = Caller.parse(text)
    assert (caller.kind, caller.account) == (kind, account)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arn:aws:iam::111122223333:group/Developers", "a user group is never a principal"),
        ("arn:aws:s3:::reports", "makes no requests"),
        ("arn:aws:iam::1234:user/alice", "is not 12 digits"),
        ("arn:aws:iam::111122223333", "5 of the 6 parts"),
        ("alice", "is no principal"),
        ("", "is no principal"),
    ],
)
def test_who_makes_no_requests(text: str, says: str) -> None:
    """What is no caller is refused with the reason (P19)."""
    with pytest.raises(UnknownPrincipal, match=says):
        Caller.parse(text)


@pytest.mark.parametrize("action", ["s3:*", "s3", "GetObject", "s3:Get Object", "", "s3:Get:Object", ":x", None, []])
def test_request_names_one_action(action: Any) -> None:
    """An action of a request is one name in full; a wildcard belongs in a policy."""
    with pytest.raises(InvalidRequest, match="is no action of a request"):
        Request(ALICE, action)


def test_context_is_kept_and_read_without_regard_to_case() -> None:
    """Keys are found in any case, values come as text, lists as tuples (P23, P32)."""
    request = Request(ALICE, "s3:GetObject", "*", {"aws:SecureTransport": True, "s3:max-keys": 5, "aws:TagKeys": ["a"]})
    assert request.value("AWS:securetransport") == "true"
    assert request.value("s3:Max-Keys") == "5"
    assert request.value("aws:tagkeys") == ("a",)
    assert request.value("aws:SourceIp") is None


@pytest.mark.parametrize("context", [{"a:b": None}, {"a:b": {"c": "d"}}, {"a:b": [["c"]]}, {"a:b": "1", "A:B": "2"}])
def test_context_that_says_nothing_clear(context: dict[str, Any]) -> None:
    """A context is keys with texts or lists of texts, each key once."""
    with pytest.raises(InvalidRequest):
        Request(ALICE, "s3:GetObject", "*", context)


def test_given_context_stands_before_derived() -> None:
    """What the context gives is not replaced by what follows from the caller (E4)."""
    given = {"aws:PrincipalAccount": "444455556666"}
    assert Request(ALICE, "s3:GetObject", "*", given).value("aws:PrincipalAccount") == "444455556666"
    assert Request(ALICE, "s3:GetObject", derive=False).value("aws:PrincipalAccount") is None


def test_resource_account() -> None:
    """The owner is what is given, else what the ARN says, else the caller's account (E17)."""
    queue = "arn:aws:sqs:eu-west-1:444455556666:queue"
    assert Request(ALICE, "sqs:SendMessage", queue).crosses_accounts
    assert not Request(ALICE, "sqs:SendMessage", Resource(queue, "111122223333")).crosses_accounts
    assert not Request(ALICE, "s3:GetObject", "arn:aws:s3:::reports/a").crosses_accounts
    assert Request(ALICE, "s3:GetObject", Resource("arn:aws:s3:::reports/a", "444455556666")).crosses_accounts
    assert not Request("anonymous", "s3:GetObject", queue).crosses_accounts


def test_request_is_a_value() -> None:
    """Equal requests are equal; nothing about them changes."""
    assert Request(ALICE, "s3:GetObject", "*", {"a:b": "c"}) == Request(ALICE, "s3:GetObject", "*", {"a:b": "c"})
    with pytest.raises(AttributeError):
        Request(ALICE, "s3:GetObject").action = "s3:PutObject"  # type: ignore[misc]


@pytest.mark.parametrize("text", ["arn:aws:s3:::reports/a:b/c", "arn:aws-us-gov:iam::111122223333:role/path/App"])
def test_arn_round_trip(text: str) -> None:
    """An ARN is parsed and written without loss; its resource part may hold colons and slashes (P10)."""
    assert str(Arn.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reports", "does not start with `arn:`"),
        ("arn:aws:s3", "3 of the 6 parts"),
        ("arn:aw:s3:::reports", "`aw` is not one of"),
        ("arn:aws:s3:::", "names no resource"),
        ("arn:aws::::reports", "names no service"),
        ("arn:aws:iam::12:root", "`12` is not 12 digits"),
    ],
)
def test_what_is_no_arn(text: str, says: str) -> None:
    """A text that is no ARN is refused with what is missing (P10)."""
    with pytest.raises(InvalidArn, match=says):
        Arn.parse(text)
