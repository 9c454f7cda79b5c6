"""Figures of lesson 02: computed from real signatures, the same bytes every time, and said in words as well."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from iamkit.notebook import signing_figures
from iamkit.notebook.display import View
from iamkit.sigv4 import Credentials, HttpRequest, Signed, presign, sign

NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
ALICE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
REQUEST = HttpRequest(
    "GET",
    "/?Action=ListUsers&Version=2010-05-08",
    [("Host", "iam.amazonaws.com"), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
)


def signed(request: HttpRequest = REQUEST) -> Signed:
    return sign(request, ALICE, region="us-east-1", service="iam", at=NOW)


def with_one_letter_changed() -> Signed:
    return signed(REQUEST._replace(target=REQUEST.target.replace("Users", "Userz")))


def avalanche() -> View:
    view = signing_figures.avalanche(signed(), with_one_letter_changed())
    assert view is not None
    return view


def steps() -> View:
    view = signing_figures.signing_steps(signed())
    assert view is not None
    return view


def cells(view: View) -> list[list[str]]:
    """Return the rows of a figure's text, without title and headers."""
    return [re.split(r"\s{2,}", line) for line in view.text.splitlines()[2:]]


def test_the_bits_that_flip_are_those_of_the_hashes_and_signatures() -> None:
    """Counted here once more, another way: from the hex digits."""
    before, after = signed(), with_one_letter_changed()
    hashes = [hashlib.sha256(each.canonical_request.encode()).hexdigest() for each in (before, after)]
    expected = [
        sum((int(one, 16) ^ int(other, 16)).bit_count() for one, other in zip(*pair, strict=True))
        for pair in (hashes, [before.signature, after.signature])
    ]
    measured = signing_figures.flips(before, after)
    assert [each.count for each in measured] == expected
    assert [len(each.flipped) for each in measured] == [256, 256]


def test_every_byte_is_changed_once_and_half_of_the_bits_flip_on_average() -> None:
    """An avalanche: 128 of 256, give or take; a value that hardly depends on the request would show here."""
    hashed, resigned = signing_figures.one_byte_changes(signed())
    assert len(hashed) == len(resigned) == len(signed().canonical_request.encode())
    for counts in (hashed, resigned):
        assert 124 < sum(counts) / len(counts) < 132
        assert min(counts) > 80


def test_one_changed_byte_gives_the_signature_that_signing_gives() -> None:
    """The figure signs again without `sign`: both must come to the same."""
    before = signed()
    place = before.canonical_request.index("ListUsers") + len("ListUser")
    changed = signed(
        REQUEST._replace(target=REQUEST.target.replace("Users", "Userr"))
    )  # `s` with its lowest bit flipped
    _, resigned = signing_figures.one_byte_changes(before)
    assert resigned[place] == signing_figures.flips(before, changed)[1].count


def test_the_avalanche_says_its_numbers_in_a_table() -> None:
    first, second = signing_figures.flips(signed(), with_one_letter_changed())
    rows = cells(avalanche())
    assert rows[0][:2] == ["hash of the canonical request", f"{first.count} of 256"]
    assert rows[1][:2] == ["signature", f"{second.count} of 256"]
    assert avalanche().text.startswith("1 character of the canonical request changed")


def test_the_steps_have_the_values_that_aws_prints() -> None:
    """AWS's documentation shows this request: its hash, its signing key and its signature."""
    values = {row[0]: row[-1] for row in cells(steps())}
    assert values["its hash"] == "f536975d…3b7e1a59"
    assert values["signing key"] == "c4afb1cc…c154a4b9"
    assert values["signature"] == "5d672d79…a6f2b5d7"


def test_a_presigned_request_has_steps_too() -> None:
    view = signing_figures.signing_steps(presign(REQUEST, ALICE, region="us-east-1", service="iam", at=NOW))
    assert view is not None
    assert cells(view)[-1][0] == "signature"


def test_two_requests_that_are_the_same_are_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """A learner may change what is not signed: then there is nothing to draw."""
    unsigned = REQUEST._replace(headers=[*REQUEST.headers, ("User-Agent", "mine")])
    signing_figures.avalanche(signed(), signed(unsigned))
    assert "nothing flips" in capsys.readouterr().out


@pytest.mark.parametrize("make", [avalanche, steps])
def test_a_figure_is_an_image_with_alternative_text_and_its_numbers(make: Callable[[], View]) -> None:
    shown = make().html
    (image,) = re.findall(r'<img alt="([^"]+)" width="(\d+)" src="data:image/png;base64,', shown)
    assert "table below" in image[0]
    assert 300 < int(image[1]) <= 900
    assert "<table" in shown


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    """Strict validation compares the image byte for byte; a learner's own settings change nothing."""
    program = (
        "import matplotlib as mpl; mpl.rcParams['font.size'] = 30; mpl.rcParams['axes.facecolor'] = 'red'\n"
        "from tests.notebook import test_signing_figures as tests\n"
        "import hashlib\n"
        "print(hashlib.sha256((tests.avalanche().html + tests.steps().html).encode()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == hashlib.sha256((avalanche().html + steps().html).encode()).hexdigest()
