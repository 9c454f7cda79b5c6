"""What the page gets: words, fields, and texts cut where they changed, as plain JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from iamkit.notebook.signing.desk import Desk, work
from iamkit.notebook.signing.inputs import Inputs
from iamkit.notebook.signing.picture import picture, presets
from iamkit.notebook.signing.presets import PRESETS


def opened(slug: str = "iam-get") -> Desk:
    return work(PRESETS[slug].inputs())


def edited(desk: Desk, **changes: str) -> dict[str, Any]:
    return picture(work(replace(desk.inputs, **changes), desk), desk)


def text(parts: list[tuple[str, bool]]) -> str:
    """Write parts with what is marked in brackets."""
    return "".join(f"[{piece}]" if changed else piece for piece, changed in parts)


@pytest.mark.parametrize("slug", PRESETS)
def test_a_picture_is_json_and_always_the_same(slug: str) -> None:
    """Nothing of it hangs on a clock, an address or an order of sets."""
    shown = picture(opened(slug))
    assert json.loads(json.dumps(shown)) == json.loads(json.dumps(picture(opened(slug))))
    assert shown["title"] == PRESETS[slug].title
    assert [step["title"] for step in shown["steps"]][:4] == [
        "Canonical request",
        "String to sign",
        "Signing key",
        "Signature",
    ]
    assert shown["summary"] == "Change something: whatever follows from it is marked."


def test_a_picture_after_an_edit_marks_what_changed() -> None:
    """And says it in words, also for those who only hear it."""
    shown = edited(opened(), body="x")
    (payload,) = (row for row in shown["steps"][0]["rows"] if row["name"] == "payload hash")
    assert "[" in text(payload["parts"])
    assert text(shown["steps"][0]["rows"][0]["parts"]) == "GET"
    assert "characters changed in the canonical request; " in shown["summary"]
    assert shown["announcement"] == f"The server answers 200 OK. {shown['summary']}"


def test_an_edit_of_the_server_marks_nothing() -> None:
    """What the client signed does not depend on it."""
    shown = edited(opened(), server_time="2015-08-30T12:40:00Z")
    assert shown["summary"] == "The signature is the same as before."
    assert shown["clock"] == "4 minutes ahead of your client's clock."
    assert "true" not in json.dumps(shown["steps"])


def test_a_client_that_cannot_sign_shows_what_it_signed_last() -> None:
    """Unmarked, and with the mistake at its field."""
    before = opened()
    shown = edited(before, path="/%zz")
    assert shown["stale"]
    assert list(shown["errors"]) == ["path"]
    assert shown["summary"] == "Your client cannot sign this. What you see is what it signed last."
    assert text(shown["signature"]) == text(picture(before)["signature"])
    assert shown["fields"]["path"] == "/%zz"


def test_a_new_secret_does_not_mix_with_an_old_signature() -> None:
    """While the client cannot sign, the keys on the page are those of what it signed last."""
    shown = edited(opened(), path="/%zz", secret="other")
    assert text(shown["steps"][2]["rows"][0]["parts"]) == f"AWS4{opened().secret}"


def test_nothing_signed_is_nothing_shown() -> None:
    """No step, no signature, no answer, and no defect."""
    shown = picture(work(Inputs()))
    assert (shown["steps"], shown["signature"]) == ([], [])
    assert shown["summary"] == "Your client cannot sign this."
    assert shown["answer"]["badge"] == "No answer"
    assert shown["title"] == "A request of your own"


@pytest.mark.parametrize(
    ("slug", "words", "parts"),
    [
        ("proxy-adds-port", "header Host arrives as ", "iam.amazonaws.com[:8443]"),
        ("token-lost", "header X-Amz-Security-Token did not arrive: ", "IQoJb3JpZ2luEXAMPLETOKEN"),
        ("url-with-other-method", "method arrives as ", "[DELETE]"),
        (
            "body-changed",
            "body arrives as ",
            '{"TableName": "orders", "Item": {"id": {"S": "7"}, "price": {"N": "1[]"}}}',
        ),
    ],
)
def test_what_happened_on_the_way_is_told(slug: str, words: str, parts: str) -> None:
    """With what arrived, and where it differs."""
    (change,) = picture(opened(slug))["on_the_way"]
    assert (change["words"], text(change["parts"])) == (words, parts)


def test_a_header_that_was_added_is_told() -> None:
    """An unsigned one is not refused: it proves nothing."""
    before = opened()
    shown = edited(before, wire=before.inputs.wire.replace("HTTP/1.1\n", "HTTP/1.1\nVia: proxy\n"))
    assert [(each["words"], text(each["parts"])) for each in shown["on_the_way"]] == [
        ("header Via was added: ", "[proxy]")
    ]
    assert shown["answer"]["badge"] == "200"


def test_a_refusal_shows_both_lines() -> None:
    """What the client signed and what the server read, each marked where it differs."""
    answer = picture(opened("proxy-adds-port"))["answer"]
    assert (answer["kind"], answer["badge"], answer["code"]) == ("deny", "403", "SignatureDoesNotMatch")
    assert answer["sentence"].startswith("The request signature we calculated does not match")
    assert "\n" not in answer["sentence"]
    assert answer["reasons"][0].startswith("The client signed the host")
    (line,) = answer["differences"]
    assert line["name"] == "header host"
    assert text(line["client"]) == "host:iam.amazonaws.com[]"
    assert text(line["server"]) == "host:iam.amazonaws.com[:8443]"
    assert answer["response"].startswith("HTTP/1.1 403\nContent-Type: text/xml\n")
    assert "<Code>SignatureDoesNotMatch</Code>" in answer["response"]


def test_a_recognition_says_what_it_does_not_mean() -> None:
    """Authentication and authorization are two things."""
    answer = picture(opened())["answer"]
    assert (answer["kind"], answer["badge"], answer["code"]) == ("allow", "200", "OK")
    assert "`arn:aws:iam::111122223333:user/alice`" in answer["sentence"]
    assert "AccessDenied" in answer["reasons"][0]
    assert (answer["differences"], answer["response"]) == ([], "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"server_time": "2015-08-30T13:36:00Z"}, "compare the two clocks"),
        ({"server_time": "2015-08-30T11:36:00Z"}, "compare the two clocks"),
        ({"region": "eu-west-1"}, "The scope binds a signature to a day, a region and a service."),
        ({"access_key_id": "AKIDOTHER"}, "It never looked at the signature."),
        ({"token": "surprise"}, "good together with its session token"),
        ({"wire": "GET / HTTP/1.1\nHost: h\n\n"}, "Nothing in the message says who sent it."),
    ],
)
def test_other_refusals_are_explained_in_a_sentence(changes: dict[str, str], reason: str) -> None:
    """What the error means, where AWS's words do not say."""
    (told,) = edited(opened(), **changes)["answer"]["reasons"]
    assert reason in told


def test_the_page_offers_every_preset() -> None:
    """In two groups, each with a title of its own."""
    offered = presets()
    assert [each["slug"] for each in offered] == list(PRESETS)
    assert len({each["title"] for each in offered}) == len(PRESETS)
    assert {each["group"] for each in offered} == {"Requests that work", "What goes wrong most often"}
