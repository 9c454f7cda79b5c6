"""The lab as plain text: all of it, the same every time, without a learner's own secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iamkit.notebook.signing.desk import work
from iamkit.notebook.signing.presets import PRESETS
from iamkit.notebook.signing.words import as_text


@pytest.mark.parametrize("slug", PRESETS)
def test_the_text_holds_all_that_is_shown(slug: str) -> None:
    """The message, every step, the answer, and why."""
    desk = work(PRESETS[slug].inputs())
    text = as_text(desk)
    assert desk.signed
    for line in [*desk.inputs.wire.splitlines(), *desk.signed.canonical_request.splitlines(), desk.signed.signature]:
        assert line in text
    for heading in ("What arrives", "1 Canonical request", "2 String to sign", "3 Signing key", "4 Signature", "5 "):
        assert f"\n{heading}" in text
    assert desk.answer
    assert f"  {desk.answer.status} {desk.answer.failure.code if desk.answer.failure else 'OK'}\n" in text
    assert text == as_text(work(PRESETS[slug].inputs()))
    assert not any(line.endswith(" ") for line in text.split("\n"))


def test_the_text_says_where_the_two_sides_differ() -> None:
    """One line below the other."""
    assert as_text(work(PRESETS["proxy-adds-port"].inputs())).endswith(
        "  header host\n"
        "    your client signed  host:iam.amazonaws.com\n"
        "    the server read     host:iam.amazonaws.com:8443"
    )


def test_the_text_says_what_is_wrong_with_a_field() -> None:
    """And shows what was signed last."""
    first = work(PRESETS["iam-get"].inputs())
    text = as_text(work(replace(first.inputs, path="/%zz"), first))
    assert "path: column 2 of `/%zz`: malformed percent escape `%zz`" in text
    assert first.signed
    assert first.signed.signature in text


def test_a_secret_of_ones_own_is_not_written_out() -> None:
    """Neither it nor the keys made from it: outputs are stored and shared."""
    first = work(PRESETS["iam-get"].inputs())
    desk = work(replace(first.inputs, secret="my very own"), first)
    text = as_text(desk)
    assert "my very own" not in text
    assert desk.signed
    assert desk.signed.keys
    assert not any(key.hex() in text for key in desk.signed.keys)
    assert "signing key  (not shown)" in text
