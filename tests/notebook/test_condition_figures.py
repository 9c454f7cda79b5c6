"""The truth table of lesson 04 says what AWS documents, cell by cell, and in words as well."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

import pytest

from iamkit.notebook import condition_figures
from iamkit.notebook.condition_figures import Operator, operators_of, truth_table
from iamkit.notebook.display import View

# No key; one that matches; one that does not; all match; some; none. "Multivalued context keys", "Condition operators".
DOCUMENTED = {
    "StringEquals": "no yes no ? ? ?",  # P24
    "StringNotEquals": "yes! no yes ? ? ?",
    "StringEqualsIfExists": "yes! yes no ? ? ?",
    "StringNotEqualsIfExists": "yes! no yes ? ? ?",
    "ForAllValues:StringEquals": "yes! yes no yes no no",  # P30
    "ForAnyValue:StringEquals": "no yes no yes yes no",
    "ForAllValues:StringNotEquals": "yes! no yes no no yes",
    "ForAnyValue:StringNotEquals": "no no yes no yes yes",
    "Null true": "yes no no no no no",  # P31
    "Null false": "no yes yes yes yes yes",
}


def table() -> View:
    view = truth_table()
    assert view is not None
    return view


def test_every_cell_is_what_aws_documents() -> None:
    """P24, P30, P31; a plain operator on several values has no documented answer."""
    lines = [re.split(r"\s{2,}", line) for line in table().text.splitlines()[2:12]]
    assert {name: " ".join(cells) for name, *cells in lines} == DOCUMENTED


def test_other_operators_have_their_own_table() -> None:
    """An address that is missing is not the office's: that is the trap of lesson 04."""
    view = truth_table(
        operators_of("IpAddress", "NotIpAddress")[:4],
        key="aws:SourceIp",
        listed=("203.0.113.0/24",),
        requests=((), ("203.0.113.7",), ("198.51.100.7",)),
    )
    assert view is not None
    assert re.search(r"^NotIpAddressIfExists +yes! +no +yes$", view.text, re.MULTILINE)
    assert re.search(r"^IpAddress +no +yes +no$", view.text, re.MULTILINE)


def test_a_misspelled_operator_is_told_what_is_close(capsys: pytest.CaptureFixture[str]) -> None:
    assert truth_table((Operator("StringEqual"),)) is None
    assert "did you mean `StringEquals`" in capsys.readouterr().out


def test_the_figure_is_an_image_with_alternative_text_and_its_words() -> None:
    shown = table().html
    (image,) = re.findall(r'<img alt="([^"]+)" width="(\d+)" src="data:image/png;base64,', shown)
    assert "table below" in image[0]
    assert 300 < int(image[1]) <= 900
    assert shown.count("<tr>") == len(DOCUMENTED) + 1
    assert all(line.split(":")[0] in shown for line in condition_figures._LEGEND)


def test_the_same_bytes_come_in_another_process() -> None:
    """Strict validation compares the image byte for byte; a learner's own settings change nothing."""
    program = (
        "import matplotlib as mpl; mpl.rcParams['font.size'] = 30; mpl.rcParams['axes.facecolor'] = 'red'\n"
        "import hashlib\n"
        "from iamkit.notebook.condition_figures import truth_table\n"
        "print(hashlib.sha256(truth_table().html.encode()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == hashlib.sha256(table().html.encode()).hexdigest()
