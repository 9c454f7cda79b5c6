"""A client signs, something happens on the way, a server answers; nothing that is typed raises."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.notebook.signing.desk import Desk, work
from iamkit.notebook.signing.inputs import LONGEST, Inputs
from iamkit.notebook.signing.presets import PRESETS, SECRET, Group
from iamkit.notebook.signing.server import ROLE_SESSION, USER

# From "Create a signed AWS API request" in the IAM User Guide.
AWS_EXAMPLE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"

ANSWERS = {
    "iam-get": USER,
    "s3-space": USER,
    "post-body": USER,
    "temporary-credentials": ROLE_SESSION,
    "presigned-url": USER,
    "replayed": USER,
    "proxy-adds-port": (403, "SignatureDoesNotMatch"),
    "clock-behind": (403, "SignatureDoesNotMatch"),
    "path-encoded-once": (403, "InvalidSignatureException"),
    "body-changed": (400, "InvalidSignatureException"),
    "token-lost": (403, "InvalidClientTokenId"),
    "secret-mistyped": (403, "SignatureDoesNotMatch"),
    "other-region": (400, "InvalidSignatureException"),
    "url-with-other-method": (403, "SignatureDoesNotMatch"),
}


def opened(slug: str = "iam-get", **changes: str) -> Desk:
    """Open a preset, then edit fields of it."""
    first = work(PRESETS[slug].inputs())
    return work(replace(first.inputs, **changes), first) if changes else first


def told(desk: Desk) -> object:
    """Give whom the server recognized, or status and code of its refusal."""
    assert desk.answer is not None
    if desk.answer.verified:
        return desk.answer.verified.principal
    assert desk.answer.failure is not None
    return desk.answer.status, desk.answer.failure.code


@pytest.mark.parametrize("slug", PRESETS)
def test_every_preset_gets_its_answer(slug: str) -> None:
    """Those that work are recognized; the others show the error that people meet."""
    desk = opened(slug)
    assert dict(desk.errors) == {}
    assert told(desk) == ANSWERS[slug]
    assert (desk.answer is not None and desk.answer.status == 200) == (PRESETS[slug].group is Group.WORKS)


def test_the_first_preset_is_the_example_of_aws() -> None:
    """The signature is the one that AWS's documentation prints."""
    signed = opened().signed
    assert signed is not None
    assert signed.signature == AWS_EXAMPLE


@pytest.mark.parametrize(
    ("slug", "changes", "expected"),
    [
        ("iam-get", {"server_time": "2015-08-30T12:51:00Z"}, USER),
        ("iam-get", {"server_time": "2015-08-30T12:51:01Z"}, (403, "SignatureDoesNotMatch")),
        ("iam-get", {"server_time": "2015-08-30T12:20:59Z"}, (403, "SignatureDoesNotMatch")),
        ("iam-get", {"time": "2015-08-30T14:36:00+02:00"}, USER),
        ("iam-get", {"method": "POST"}, USER),
        ("iam-get", {"query": "Action=ListRoles&Version=2010-05-08"}, USER),
        ("iam-get", {"access_key_id": "AKIDOTHER"}, (403, "InvalidClientTokenId")),
        ("iam-get", {"server_access_key_id": ""}, (403, "InvalidClientTokenId")),
        ("iam-get", {"server_secret": "other"}, (403, "SignatureDoesNotMatch")),
        ("iam-get", {"secret": "other"}, (403, "SignatureDoesNotMatch")),
        ("iam-get", {"region": "eu-west-1"}, (403, "SignatureDoesNotMatch")),
        ("iam-get", {"style": "url"}, USER),
        ("s3-space", {"encoding": "twice"}, (403, "SignatureDoesNotMatch")),
        ("s3-space", {"service": "dynamodb"}, (400, "AuthorizationHeaderMalformed")),
        ("temporary-credentials", {"token": ""}, (403, "InvalidClientTokenId")),
        ("temporary-credentials", {"server_token": "another"}, (403, "InvalidClientTokenId")),
        ("presigned-url", {"server_time": "2015-08-30T12:37:00Z"}, USER),
        ("presigned-url", {"server_time": "2015-08-30T12:37:01Z"}, (403, "AccessDenied")),
        ("presigned-url", {"expires": "600", "server_time": "2015-08-30T12:41:00Z"}, USER),
        ("proxy-adds-port", {"wire": ""}, (403, "SignatureDoesNotMatch")),
        ("path-encoded-once", {"encoding": "service"}, USER),
        ("secret-mistyped", {"secret": SECRET}, USER),
        ("other-region", {"region": "us-east-1"}, USER),
    ],
)
def test_an_edit_changes_the_answer(slug: str, changes: dict[str, str], expected: object) -> None:
    """What each preset says one should try does what it says, and clocks count to the second."""
    if changes == {"wire": ""}:
        changes = {"wire": opened(slug).inputs.sent.replace("amazonaws.com", "amazonaws.com:80")}
    assert told(opened(slug, **changes)) == expected


@pytest.mark.parametrize("slug", ["proxy-adds-port", "body-changed", "token-lost", "url-with-other-method"])
def test_undoing_what_happened_on_the_way_mends_it(slug: str) -> None:
    """And until then it is said what happened."""
    spoiled = opened(slug)
    assert len(spoiled.on_the_way) == 1
    mended = work(replace(spoiled.inputs, wire=spoiled.inputs.sent), spoiled)
    assert mended.on_the_way == ()
    assert told(mended) in (USER, ROLE_SESSION)


def test_what_happens_on_the_way_happens_to_the_next_request_too() -> None:
    """The client signs anew, the new signature travels, and the proxy still adds its port."""
    first = opened("proxy-adds-port")
    second = work(replace(first.inputs, method="PUT"), first)
    assert second.signed is not None
    assert second.inputs.wire == second.inputs.sent.replace("Host: iam.amazonaws.com", "Host: iam.amazonaws.com:8443")
    assert second.signed.signature in second.inputs.wire
    assert [each.name for each in second.on_the_way] == ["header Host"]


@pytest.mark.parametrize(
    ("slug", "changes", "sentence", "lines"),
    [
        (
            "proxy-adds-port",
            {},
            "The client signed the host `iam.amazonaws.com` without the port `:8443`.",
            ["header host"],
        ),
        (
            "path-encoded-once",
            {},
            "The client encoded the path once; this service encodes it twice.",
            ["canonical path"],
        ),
        ("body-changed", {}, "Somebody on the way changed the body.", ["payload hash"]),
        ("secret-mistyped", {}, "Both sides write the same canonical request, but their secrets differ.", []),
        ("url-with-other-method", {}, "The client signed the method GET, but DELETE was sent.", ["method"]),
        ("iam-get", {"server_secret": "other"}, "Both sides write the same canonical request", []),
        ("s3-space", {"encoding": "twice"}, "The client encoded the path twice; this service encodes it once.", None),
    ],
)
def test_a_wrong_signature_is_explained(
    slug: str, changes: dict[str, str], sentence: str, lines: list[str] | None
) -> None:
    """By the mistake that was made, and by the lines that differ."""
    answer = opened(slug, **changes).answer
    assert answer is not None
    assert answer.why is not None
    assert answer.why.sentence.startswith(sentence)
    assert lines is None or [each.name for each in answer.why.differences] == lines


def test_several_changes_on_the_way_are_all_named() -> None:
    """In the order of the message."""
    first = opened()
    wire = first.inputs.wire.replace("ListUsers", "DeleteUser").replace("Host: iam", "Host: evil")
    desk = work(replace(first.inputs, wire=wire), first)
    assert desk.answer is not None
    assert desk.answer.why is not None
    assert desk.answer.why.sentence == "Somebody on the way changed the query and the header Host."
    assert [each.name for each in desk.answer.why.differences] == ["canonical query", "header host"]


def test_a_signature_that_was_edited_is_not_explained_away() -> None:
    """It is none that the client made: no mistake of the client's gives it."""
    first = opened()
    desk = work(replace(first.inputs, wire=first.inputs.wire.replace(AWS_EXAMPLE, AWS_EXAMPLE[::-1])), first)
    assert desk.answer is not None
    assert desk.answer.why is not None
    assert desk.answer.why.sentence == "The signature that arrived is not the one that your client made."


@pytest.mark.parametrize("slug", ["clock-behind", "token-lost", "other-region"])
def test_only_a_wrong_signature_is_explained(slug: str) -> None:
    """The other refusals say themselves what is wrong."""
    answer = opened(slug).answer
    assert answer is not None
    assert answer.why is None


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"headers": "Accept: */*"}, "headers", "Host"),
        ({"headers": "Host: a\nHost: b"}, "headers", "Host"),
        ({"headers": "Host: a\nno colon"}, "headers", "line 2: no colon in `no colon`"),
        ({"path": "/%zz"}, "path", "malformed percent escape `%zz`"),
        ({"path": "a"}, "path", "does not begin with `/`"),
        ({"path": "/a?b=1"}, "path", "`?` ends the path"),
        ({"query": "a=%"}, "query", "malformed percent escape `%`"),
        ({"method": "G E T"}, "method", "`G E T`"),
        ({"method": ""}, "method", "``"),
        ({"path": "/a\nb"}, "path", "a line break cannot stand here"),
        ({"time": "2015-08-30T12:36:00"}, "time", "does not say its time zone"),
        ({"time": "now"}, "time", "`now` is no time"),
        ({"access_key_id": ""}, "access_key_id", "access key ID ``"),
        ({"access_key_id": "a/b"}, "access_key_id", "`a/b`"),
        ({"region": ""}, "region", "credential scope"),
        ({"service": "i am"}, "service", "credential scope"),
        ({"style": "url", "expires": "0"}, "expires", "`0` is no lifetime"),
        ({"style": "url", "expires": "604801"}, "expires", "`604801` is no lifetime"),
        ({"style": "url", "expires": "a minute"}, "expires", "`a minute` is no lifetime"),
        ({"style": "url", "expires": "9" * 30}, "expires", "is no lifetime"),
        ({"body": "x" * (LONGEST + 1)}, "body", "longer than 20,000 characters"),
    ],
)
def test_what_cannot_be_signed_is_told_at_its_field(changes: dict[str, str], where: str, message: str) -> None:
    """What the client signed last stays, and so does what arrived."""
    desk = opened(**changes)
    assert list(desk.errors) == [where]
    assert message in desk.errors[where]
    assert "\nhelp: " in desk.errors[where]
    assert desk.stale
    assert desk.signed is not None
    assert desk.signed.signature == AWS_EXAMPLE
    assert told(desk) == USER


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"server_time": "noon"}, "server_time", "`noon` is no time"),
        ({"server_time": "2015-08-30"}, "server_time", "time zone"),
        ({"server_access_key_id": "a b"}, "server_access_key_id", "`a b`"),
        ({"wire": "hello"}, "wire", "line 1: `hello` has no target"),
        ({"wire": "GET / HTTP/1.1\nHost"}, "wire", "line 2: no colon in `Host`"),
        ({"wire": "G" * (LONGEST + 1)}, "wire", "longer than 20,000 characters"),
    ],
)
def test_without_message_or_clock_there_is_no_answer(changes: dict[str, str], where: str, message: str) -> None:
    """It is told at its field, and nothing that was typed is lost."""
    desk = opened(**changes)
    assert list(desk.errors) == [where]
    assert message in desk.errors[where]
    assert desk.answer is None
    assert {name: getattr(desk.inputs, name) for name in changes} == changes


def test_two_mistakes_are_told_at_once() -> None:
    """Each at its own field."""
    assert set(opened(path="/%", query="%", time="now", server_time="soon").errors) == {"time", "server_time"}
    assert set(opened(path="/%", query="%", region="").errors) == {"path", "query", "region"}


def test_a_desk_that_never_signed_has_nothing_to_show() -> None:
    """Nothing arrives of what was never sent."""
    desk = work(Inputs())
    assert desk.signed is None
    assert desk.stale
    assert desk.answer is None


def test_what_a_page_sends_becomes_text() -> None:
    """Whatever it is; a half of a surrogate pair, which no body can hold, is replaced."""
    inputs = Inputs.of({"path": "/\ud83d", "body": "a\r\nb", "region": 7, "unknown": "x", "query": "é"})
    assert inputs == Inputs(path="/\ufffd", body="a\nb", region="7", query="é")


TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["/", "Host: h", "GET", "2015-08-30T12:36:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]),
    st.sampled_from(["iam", "s3", "url", "header", "once", "%", "a\nb", "GET / HTTP/1.1\nHost: h\n\n", "0", "60"]),
)


@given(
    st.sampled_from(sorted(PRESETS)),
    st.dictionaries(st.sampled_from(fields(Inputs)).map(lambda each: each.name), TEXTS),
)
def test_nothing_that_is_typed_raises(slug: str, typed: dict[str, str]) -> None:
    """Any text in any field gives a desk whose fields are what was typed."""
    first = work(PRESETS[slug].inputs())
    desk = work(replace(first.inputs, **typed), first)
    for name in typed.keys() - {"sent", "wire"}:
        assert getattr(desk.inputs, name) == typed[name]
    assert isinstance(desk.stale, bool)


@pytest.mark.parametrize("stamp", ["99991231T235959Z", "00010101T000000Z"])
@pytest.mark.parametrize("slug", ["iam-get", "presigned-url"])
def test_a_date_at_the_end_of_the_calendar_is_answered(slug: str, stamp: str) -> None:
    """Nobody on the way can make the server fall over."""
    first = opened(slug)
    desk = work(replace(first.inputs, wire=first.inputs.wire.replace("20150830T123600Z", stamp)), first)
    assert desk.answer is not None
    assert desk.answer.failure is not None


def test_presets_start_at_any_time() -> None:
    """The lesson's own time is one choice."""
    at = datetime.fromisoformat("2026-01-02T03:04:05+00:00")
    for preset in PRESETS.values():
        inputs = preset.inputs(at)
        assert inputs.time == "2026-01-02T03:04:05Z"
        assert told(work(inputs)) == ANSWERS[preset.slug]
