"""Lengths, characters, durations: every limit from both sides, with AWS's code and text (E21–E24)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from iamkit.cloud.sessions import Holder
from tests.cloud.sts.world import HOME, START, World, account_root, allow, token_of, trust

ALICE = f"arn:aws:iam::{HOME}:user/alice"
TARGET = f"arn:aws:iam::{HOME}:role/target"
ROLE = {"RoleArn": TARGET, "RoleSessionName": "s1"}
EVERY = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def world_with_alice(**role: Any) -> tuple[World, Holder]:
    """Give a world where alice may do everything with the role `target`."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"))
    world.add_role("target", trust(ALICE, *EVERY), **role)
    return world, alice


def tags(count: int) -> list[dict[str, str]]:
    """Write so many short tags."""
    return [{"Key": f"k{number}", "Value": ""} for number in range(count)]


def too(member: str, value: str, must: str) -> str:
    """Write a ValidationError of one problem."""
    shown = f"Value '{value}'" if value else "Value"
    return f"1 validation error detected: {shown} at '{member}' failed to satisfy constraint: Member must {must}"


NAME = r"satisfy regular expression pattern: [\w+=,.@-]*"
# operation, parameter, a value that is just right, one that is wrong, the text
LIMITS: list[tuple[str, str, Any, Any, str]] = [
    ("AssumeRole", "RoleSessionName", "ab", "a", too("roleSessionName", "a", "have length greater than or equal to 2")),
    (
        "AssumeRole",
        "RoleSessionName",
        "a" * 64,
        "a" * 65,
        too("roleSessionName", "a" * 65, "have length less than or equal to 64"),
    ),
    ("AssumeRole", "RoleSessionName", "a_B9+=,.@-", "a/b", too("roleSessionName", "a/b", NAME)),
    ("AssumeRole", "RoleSessionName", "resume", "résumé", too("roleSessionName", "résumé", NAME)),
    ("AssumeRole", "RoleSessionName", "two", "two\n", too("roleSessionName", "two\n", NAME)),
    ("AssumeRole", "ExternalId", "ab", "a", too("externalId", "a", "have length greater than or equal to 2")),
    (
        "AssumeRole",
        "ExternalId",
        "a" * 1224,
        "a" * 1225,
        too("externalId", "a" * 1225, "have length less than or equal to 1224"),
    ),
    (
        "AssumeRole",
        "ExternalId",
        "a:b/c",
        "a b",
        too("externalId", "a b", r"satisfy regular expression pattern: [\w+=,.@:\/-]*"),
    ),
    (
        "AssumeRole",
        "SourceIdentity",
        "ab",
        "a" * 65,
        too("sourceIdentity", "a" * 65, "have length less than or equal to 64"),
    ),
    ("AssumeRole", "SourceIdentity", "aws-x", "aws:x", too("sourceIdentity", "aws:x", NAME)),
    (
        "AssumeRole",
        "DurationSeconds",
        900,
        899,
        too("durationSeconds", "899", "have value greater than or equal to 900"),
    ),
    (
        "AssumeRole",
        "DurationSeconds",
        43200,
        43201,
        too("durationSeconds", "43201", "have value less than or equal to 43200"),
    ),
    ("AssumeRole", "Tags", tags(50), tags(51), too("tags", "", "have length less than or equal to 50")),
    (
        "AssumeRole",
        "Tags",
        [{"Key": "k" * 128, "Value": "v" * 256}],
        [{"Key": "k" * 129, "Value": ""}],
        too("tags.1.member.key", "k" * 129, "have length less than or equal to 128"),
    ),
    (
        "AssumeRole",
        "Tags",
        [{"Key": "k", "Value": "v" * 256}],
        [{"Key": "k", "Value": "v" * 257}],
        too("tags.1.member.value", "v" * 257, "have length less than or equal to 256"),
    ),
    (
        "AssumeRole",
        "Tags",
        [{"Key": "Größe 1", "Value": ""}],
        [{"Key": "a*", "Value": ""}],
        too("tags.1.member.key", "a*", r"satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+"),
    ),
    (
        "AssumeRole",
        "RoleArn",
        TARGET,
        "arn:aws:iam",
        too("roleArn", "arn:aws:iam", "have length greater than or equal to 20"),
    ),
    (
        "AssumeRole",
        "MinimumSessionTokenSize",
        4096,
        4097,
        too("minimumSessionTokenSize", "4097", "have value less than or equal to 4096"),
    ),
    ("GetFederationToken", "Name", "a" * 32, "a" * 33, too("name", "a" * 33, "have length less than or equal to 32")),
    ("GetFederationToken", "Name", "ab", "a", too("name", "a", "have length greater than or equal to 2")),
    (
        "GetFederationToken",
        "DurationSeconds",
        129600,
        129601,
        too("durationSeconds", "129601", "have value less than or equal to 129600"),
    ),
    (
        "GetSessionToken",
        "DurationSeconds",
        900,
        899,
        too("durationSeconds", "899", "have value greater than or equal to 900"),
    ),
    (
        "GetSessionToken",
        "DurationSeconds",
        129600,
        129601,
        too("durationSeconds", "129601", "have value less than or equal to 129600"),
    ),
    (
        "GetAccessKeyInfo",
        "AccessKeyId",
        "AKIAALICEXXXXXXXXXXX",
        "AKIA",
        too("accessKeyId", "AKIA", "have length greater than or equal to 16"),
    ),
]
USUAL: dict[str, dict[str, Any]] = {"AssumeRole": ROLE, "GetFederationToken": {"Name": "carol"}}


@pytest.mark.parametrize(("operation", "name", "good", "bad", "message"), LIMITS)
def test_limit_from_both_sides(operation: str, name: str, good: Any, bad: Any, message: str) -> None:
    """What is just within a limit is taken, what is just outside is refused in AWS's words (E21, E24)."""
    world, alice = world_with_alice(max_session_duration=43200)
    usual = USUAL.get(operation, {})
    assert world.call(operation, alice, **{**usual, name: good})
    assert ("ValidationError", 400, message) == world.refuses(operation, alice, **{**usual, name: bad})


def test_every_problem_is_named() -> None:
    """Two wrong parameters are reported in one error, a missing one as null (E21)."""
    world, alice = world_with_alice()
    code, _, message = world.refuses("AssumeRole", alice, RoleArn=TARGET, DurationSeconds=10)
    assert code == "ValidationError"
    assert message.startswith("2 validation errors detected: ")
    assert "Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null" in message
    assert "; " in message


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("target-without-an-arn-at-all", "target-without-an-arn-at-all is invalid"),
        (f"arn:aws:iam::{HOME}:user/target", "Request ARN is invalid"),
        ("arn:aws:iam::aws:role/target", "Request ARN is invalid"),
        (f"arn:aws:iam:us-east-1:{HOME}:role/target", "Request ARN is invalid"),
        (f"arn:aws:sts::{HOME}:assumed-role/target/s1", "Request ARN is invalid"),
    ],
)
def test_arn_that_is_no_role(arn: str, message: str) -> None:
    """Only a role's own ARN names a role (E2)."""
    world, alice = world_with_alice()
    refused = world.refuses("AssumeRole", alice, RoleArn=arn, RoleSessionName="s1")
    assert ("ValidationError", 400, message) == refused


TOO_LONG = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
CHAINED = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."


@pytest.mark.parametrize(
    ("maximum", "requested", "lasts"),
    [(3600, None, 3600), (43200, None, 3600), (43200, 43200, 43200), (7200, 7200, 7200), (7200, 7201, None)],
)
def test_role_session_lasts_as_long_as_its_role_allows(maximum: int, requested: int | None, lasts: int | None) -> None:
    """The default is an hour, the most what the role's MaxSessionDuration says (E21)."""
    world, alice = world_with_alice(max_session_duration=maximum)
    asked = ROLE if requested is None else {**ROLE, "DurationSeconds": requested}
    if lasts is None:
        assert world.refuses("AssumeRole", alice, **asked) == ("ValidationError", 400, TOO_LONG)
    else:
        expires = world.call("AssumeRole", alice, **asked)["Credentials"]["Expiration"]
        assert START + timedelta(seconds=lasts) == expires


@pytest.mark.parametrize("first", ["AssumeRole", "GetSessionToken"])
def test_chained_session_lasts_an_hour_at_most(first: str) -> None:
    """With the credentials of a session no role lasts longer than an hour, whatever its maximum (E21)."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"))
    one = world.add_role("one", trust(account_root()), allow("sts:*"), max_session_duration=43200)
    two = world.add_role("two", trust(account_root()), max_session_duration=43200)
    session = world.assume(alice, one) if first == "AssumeRole" else world.held(world.call("GetSessionToken", alice))
    asked = {"RoleArn": two, "RoleSessionName": "s2"}
    expected = ("ValidationError", 400, CHAINED)
    assert expected == world.refuses("AssumeRole", session, **asked, DurationSeconds=3601)
    assert START + timedelta(hours=1) == world.assume(session, two).access_key.expires
    assert START + timedelta(hours=1) == world.assume(session, two, DurationSeconds=3600).access_key.expires


@pytest.mark.parametrize(
    ("operation", "root", "requested", "lasts"),
    [
        ("GetSessionToken", False, None, 43200),
        ("GetSessionToken", False, 129600, 129600),
        ("GetSessionToken", True, None, 3600),
        ("GetSessionToken", True, 129600, 3600),
        ("GetSessionToken", True, 900, 900),
        ("GetFederationToken", False, None, 43200),
        ("GetFederationToken", False, 129600, 129600),
    ],
)
def test_own_tokens_last(operation: str, root: bool, requested: int | None, lasts: int) -> None:
    """A user's tokens last up to 36 hours, those of the root user an hour at most (E24)."""
    world = World()
    holder = world.add_root() if root else world.add_user("alice", allow("sts:*"))
    asked: dict[str, Any] = {} if requested is None else {"DurationSeconds": requested}
    asked |= USUAL.get(operation, {})
    expires = world.call(operation, holder, **asked)["Credentials"]["Expiration"]
    assert START + timedelta(seconds=lasts) == expires


@pytest.mark.parametrize("size", [0, 100, 360, 1000, 4096])
def test_session_token_is_as_long_as_asked(size: int) -> None:
    """MinimumSessionTokenSize lengthens a token and never shortens one."""
    world, alice = world_with_alice()
    answer = world.call("AssumeRole", alice, **ROLE, MinimumSessionTokenSize=size)
    length = max(360, size)
    assert length == len(answer["Credentials"]["SessionToken"]) == answer["SessionTokenSize"]
    assert length * 100 // 4096 == answer["SessionTokenUtilization"]


SECRET = "S3CRET/never-shown"


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("AssumeRole", {**ROLE, "SerialNumber": "GAHT12345678", "TokenCode": SECRET}),
        ("GetSessionToken", {"SerialNumber": "GAHT12345678", "TokenCode": SECRET}),
        ("AssumeRoleWithWebIdentity", {**ROLE, "WebIdentityToken": SECRET * 2000}),
        ("AssumeRoleWithWebIdentity", {**ROLE, "WebIdentityToken": SECRET}),
        ("AssumeRoleWithWebIdentity", {**ROLE, "WebIdentityToken": token_of("https://idp.example.com") + SECRET}),
        ("AssumeRoleWithSAML", {"RoleArn": TARGET, "PrincipalArn": TARGET, "SAMLAssertion": SECRET * 9000}),
    ],
    ids=["code", "code of GetSessionToken", "long token", "no token", "unknown issuer", "long assertion"],
)
def test_errors_show_nothing_secret(operation: str, asked: dict[str, Any]) -> None:
    """A code, token or assertion is not repeated in the error about it."""
    world, alice = world_with_alice()
    code, status, message = world.refuses(operation, alice, **asked)
    assert status == 400, code
    assert SECRET not in message
