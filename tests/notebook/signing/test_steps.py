"""The steps show how a signature comes about; what changed in them is marked and counted."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from iamkit.notebook.signing.desk import Desk, work
from iamkit.notebook.signing.presets import PRESETS
from iamkit.notebook.signing.steps import Step, compare_steps, consequences, steps


def opened(slug: str = "iam-get") -> Desk:
    return work(PRESETS[slug].inputs())


def edited(desk: Desk, **changes: str) -> Desk:
    return work(replace(desk.inputs, **changes), desk)


def steps_of(desk: Desk) -> tuple[Step, ...]:
    assert desk.signed is not None
    return steps(desk.signed, desk.secret)


def marked(now: Desk, before: Desk) -> dict[str, str]:
    """Give each row that changed, with what changed in brackets."""
    marks = compare_steps(steps_of(now), steps_of(before))
    found = {}
    for step, compared in zip(steps_of(now), marks, strict=True):
        for row, each in zip(step.rows, compared, strict=True):
            if each.changed:
                shown = "".join(f"[{part.text}]" if part.changed else part.text for part in each.parts)
                found[f"{step.title}: {row.name}"] = shown
    return found


def said(now: Desk, before: Desk) -> str:
    assert now.signed
    assert before.signed
    return consequences(now.signed, before.signed, compare_steps(steps_of(now), steps_of(before)))


@pytest.mark.parametrize("slug", PRESETS)
def test_the_rows_make_up_what_is_signed(slug: str) -> None:
    """Joined by line breaks they are the canonical request and the string to sign, byte for byte."""
    desk = opened(slug)
    assert desk.signed
    canonical, to_sign, keys, signature, _ = steps_of(desk)
    assert "\n".join(row.text for row in canonical.rows) == desk.signed.canonical_request
    assert "\n".join(row.text for row in to_sign.rows) == desk.signed.string_to_sign
    assert to_sign.rows[-1].text == sha256(desk.signed.canonical_request.encode()).hexdigest()
    assert desk.signed.keys
    assert [row.text for row in keys.rows[1:]] == [key.hex() for key in desk.signed.keys]
    assert [row.text for row in signature.rows] == [desk.signed.signature]


def test_every_line_has_its_name() -> None:
    """In the order of A1."""
    canonical, to_sign, keys, _, header = steps_of(opened())
    assert [row.name for row in canonical.rows] == [
        "method",
        "canonical path",
        "canonical query",
        "header content-type",
        "header host",
        "header x-amz-date",
        "empty line",
        "signed headers",
        "payload hash",
    ]
    assert [row.name for row in to_sign.rows] == ["algorithm", "time", "scope", "hash of step 1"]
    assert [row.how for row in keys.rows] == [
        '"AWS4" + secret access key',
        'HMAC-SHA256(secret, "20150830")',
        'HMAC-SHA256(date key, "us-east-1")',
        'HMAC-SHA256(region key, "iam")',
        'HMAC-SHA256(service key, "aws4_request")',
    ]
    assert header.title == "Authorization header"
    assert [row.name for row in header.rows] == [
        "X-Amz-Date",
        "Authorization",
        "Credential",
        "SignedHeaders",
        "Signature",
    ]


def test_a_presigned_url_is_taken_apart() -> None:
    """Its rows joined are the URL."""
    desk = opened("presigned-url")
    assert desk.signed
    url = steps_of(desk)[4]
    assert url.title == "Presigned URL"
    assert "".join(row.text for row in url.rows) == desk.signed.url
    assert url.rows[-1].name == "X-Amz-Signature"


def test_one_letter_runs_through_all_steps() -> None:
    """The line it stands in, every hash after it, and not the key."""
    before = opened()
    now = edited(before, query="Action=ListUserz&Version=2010-05-08")
    found = marked(now, before)
    assert found.pop("Canonical request: canonical query") == "Action=ListUser[z]&Version=2010-05-08"
    assert set(found) == {
        "String to sign: hash of step 1",
        "Signature: signature",
        "Authorization header: Signature",
    }
    assert said(now, before) == (
        "1 character changed in the canonical request; "
        f"{differing(now, before)} of 64 characters of the signature changed."
    )
    assert differing(now, before) > 50


def differing(now: Desk, before: Desk) -> int:
    assert now.signed
    assert before.signed
    return sum(new != old for new, old in zip(now.signed.signature, before.signed.signature, strict=True))


def test_a_secret_changes_keys_alone() -> None:
    """The string to sign is the same; what travels differs in its signature only."""
    before = opened()
    now = edited(before, secret=f"{before.secret[:-1]}X")
    assert set(marked(now, before)) == {
        "Signing key: secret",
        "Signing key: date key",
        "Signing key: region key",
        "Signing key: service key",
        "Signing key: signing key",
        "Signature: signature",
        "Authorization header: Signature",
    }
    assert said(now, before).startswith("The string to sign is the same, the key is another; ")


def test_a_region_changes_the_scope() -> None:
    """The canonical request does not know the region."""
    before = opened("post-body")
    now = edited(before, region="us-east-2")
    found = marked(now, before)
    assert found["String to sign: scope"] == "20150830/us-east-[2]/dynamodb/aws4_request"
    assert "Canonical request: payload hash" not in found
    assert said(now, before).startswith("1 character changed in the string to sign; ")


def test_what_is_trimmed_changes_nothing() -> None:
    """Spaces around a value are no part of the canonical request (A3)."""
    before = opened()
    now = edited(before, headers=before.inputs.headers.replace("Host: ", "Host:    "))
    assert marked(now, before) == {}
    assert said(now, before) == "The signature is the same as before."


def test_a_new_header_is_two_changed_lines() -> None:
    """Its own, and the list of names."""
    before = opened()
    now = edited(before, headers=f"{before.inputs.headers}\nX-Amz-Meta: a")
    found = marked(now, before)
    assert found["Canonical request: header x-amz-meta"] == "[x-amz-meta:a]"
    assert found["Canonical request: signed headers"] == "content-type;host;x-amz-date[;x-amz-meta]"


def test_parameters_of_one_name_are_told_apart() -> None:
    """Where nothing changed nothing is marked."""
    before = edited(opened("presigned-url"), query="a=1&a=2")
    assert marked(edited(before, server_time="2015-08-30T12:36:01Z"), before) == {}


def test_without_an_earlier_state_nothing_is_marked() -> None:
    """The first look at a request is not a change."""
    marks = compare_steps(steps_of(opened()), None)
    assert [[each.changed for each in row] for row in marks] == [[0] * len(step.rows) for step in steps_of(opened())]
