"""Figures: computed by the engine, the same bytes every time, and said in words as well."""

from __future__ import annotations

import hashlib
import re
import struct
import subprocess
import sys
from collections.abc import Callable

import pytest

from iamkit import Decision
from iamkit.notebook import figures
from iamkit.notebook.display import View

LEVELS = {
    "List": ["s3:ListBucket"],
    "Read": ["s3:GetObject", "s3:GetObjectAcl"],
    "Write": ["s3:PutObject", "s3:DeleteObject"],
    "Tagging": ["s3:PutObjectTagging"],
    "Permissions management": ["s3:PutObjectAcl"],
}
STATEMENTS = [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/*"},
    {"Effect": "Deny", "Action": "s3:Put*", "Resource": "arn:aws:s3:::reports/payroll/*"},
]
POLICY = {"Version": "2012-10-17", "Statement": STATEMENTS}
OBJECTS = ["arn:aws:s3:::reports/a", "arn:aws:s3:::reports/payroll/b", "arn:aws:s3:::other/c"]


def reach() -> View:
    view = figures.wildcard_reach(["s3:GetObject", "s3:Get*", "s3:*Object*", "s3:*", "*"], LEVELS)
    assert view is not None
    return view


def grid() -> View:
    view = figures.allow_deny_grid(POLICY, ["s3:GetObject", "s3:PutObject"], OBJECTS)
    assert view is not None
    return view


def test_the_engine_counts_what_a_wildcard_covers() -> None:
    rows = [line.split() for line in reach().text.splitlines()[2:]]
    assert rows == [
        ["s3:GetObject", "0", "1", "0", "0", "0", "1"],
        ["s3:Get*", "0", "2", "0", "0", "0", "2"],
        ["s3:*Object*", "0", "2", "2", "1", "1", "6"],
        ["s3:*", "1", "2", "2", "1", "1", "7"],
        ["*", "1", "2", "2", "1", "1", "7"],
        ["of", "1", "2", "2", "1", "1", "7"],
    ]


def test_the_grid_has_letters_for_the_three_decisions() -> None:
    """Color alone says nothing."""
    rows = [line.split() for line in grid().text.splitlines()[1:4]]
    assert rows == [
        ["reports/a", "reports/payroll/b", "other/c"],
        ["s3:GetObject", "A", "A", "-"],
        ["s3:PutObject", "A", "D", "-"],
    ]


@pytest.mark.parametrize("make", [reach, grid])
def test_a_figure_is_an_image_with_alternative_text_and_its_numbers(make: Callable[[], View]) -> None:
    shown = make().html
    (image,) = re.findall(r'<img alt="([^"]+)" width="(\d+)" src="data:image/png;base64,', shown)
    assert "table below" in image[0]
    assert 300 < int(image[1]) <= 900
    assert "<table" in shown


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    """Strict validation compares the image byte for byte; a learner's own settings change nothing."""
    program = (
        "import matplotlib as mpl; mpl.rcParams['font.size'] = 30; mpl.rcParams['figure.facecolor'] = 'red'\n"
        "from iamkit.notebook import figures\n"
        "from tests.notebook import test_figures as tests\n"
        "import hashlib\n"
        "print(hashlib.sha256((tests.reach().html + tests.grid().html).encode()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == hashlib.sha256((reach().html + grid().html).encode()).hexdigest()


def test_any_figure_gets_alternative_text_and_is_closed() -> None:
    """Else Jupyter would show it again, without the text."""
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    drawn, axes = pyplot.subplots()
    axes.plot([1, 2], [3, 4])
    view = figures.figure(drawn, alt='A "line" < 2', text="1 3\n2 4")
    assert view is not None
    assert 'alt="A &quot;line&quot; &lt; 2"' in view.html
    assert "<pre>1 3\n2 4</pre>" in view.html
    assert view.text == 'A "line" < 2\n1 3\n2 4'
    assert not pyplot.fignum_exists(drawn.number)


def test_an_image_names_no_software() -> None:
    """Its version would change the bytes."""
    png = figures.as_png(figures._grid("t", ["a:B"], ["c"], [[Decision.ALLOW]]))
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunks.append(png[at + 4 : at + 8])
        at += length + 12
    assert set(chunks) <= {b"IHDR", b"pHYs", b"IDAT", b"IEND"}


def test_a_mistake_in_a_pattern_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.wildcard_reach(["s3Get"], LEVELS) is None
    assert "s3Get" in capsys.readouterr().out


def test_resources_of_one_kind_are_named_without_what_they_share() -> None:
    assert figures._short(OBJECTS) == ["reports/a", "reports/payroll/b", "other/c"]
    mixed = ["arn:aws:s3:::a", "arn:aws:sqs:us-east-1:111122223333:q"]
    assert figures._short(mixed) == mixed
    assert figures._short(["*"]) == ["*"]
