"""The figure of lesson 05: its rungs are botocore's, its winner is boto3's, and all of it is said in words as well."""

from __future__ import annotations

import re
import subprocess
import sys

import boto3
import pytest

from iamkit.notebook import credential_figures
from iamkit.notebook.credential_figures import EXPLICIT, PLACES, State, rungs_of
from iamkit.notebook.display import View
from iamkit.notebook.machines import machine, profile

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAONE", "AWS_SECRET_ACCESS_KEY": "secret"}
FILE = profile("default", {"AccessKeyId": "AKIATWO", "SecretAccessKey": "secret"})
LEFT_OUT = {"login", "ec2-credentials-file", "boto-config"}


def ladder(title: str = "") -> View:
    view = credential_figures.ladder(KEYS, credentials=FILE, title=title)
    assert view is not None
    return view


def test_every_provider_of_botocore_is_a_rung_or_left_out_by_name() -> None:
    """In botocore's own order (A15): a new provider fails here, so that somebody looks at it."""
    with machine():
        providers = [each.METHOD for each in credential_figures._providers(boto3.Session())]
    assert [name for name in providers if name not in LEFT_OUT] == [name for name in PLACES if name != EXPLICIT]
    assert set(providers) >= LEFT_OUT


def test_the_winner_is_the_first_rung_that_has_something() -> None:
    """And everything below it waits."""
    with machine(KEYS, credentials=FILE, config=FILE) as session:
        states = {rung.method: rung.state for rung in rungs_of(session) if rung.state is not State.EMPTY}
    assert states == {
        "env": State.WINS,
        "shared-credentials-file": State.WAITS,
        "config-file": State.WAITS,
    }


def test_code_wins_and_an_empty_machine_has_no_winner() -> None:
    code = {"aws_access_key_id": "AKIATHREE", "aws_secret_access_key": "secret"}
    with machine(KEYS, code=code) as session:
        assert [rung.method for rung in rungs_of(session) if rung.state is State.WINS] == [EXPLICIT]
    with machine() as session:
        assert {rung.state for rung in rungs_of(session)} == {State.EMPTY}


def test_everything_in_the_figure_stands_below_it_as_text() -> None:
    """For those who cannot see it: in the plain text and in the table."""
    view = ladder(title="A laptop")
    (alt,) = re.findall(r'<img alt="([^"]+)"', view.html)
    assert alt == ("A laptop. A ladder of 10 rungs; the one that wins: environment. All rungs are in the table below.")
    for place, where in PLACES.values():
        assert place in view.html
        assert where in view.html
        assert place in view.text
        assert where in view.text
    assert re.findall(r"^(\d+) .* wins$", view.text, re.MULTILINE) == ["2"]


def test_the_same_machine_gives_the_same_bytes() -> None:
    assert ladder().html == ladder().html


def test_a_mistake_is_told_and_not_raised(capsys: pytest.CaptureFixture[str]) -> None:
    assert credential_figures.ladder(code={"profile_name": "nobody"}) is None
    assert "nobody" in capsys.readouterr().out


def test_neither_boto3_nor_matplotlib_is_imported_before_it_is_needed() -> None:
    """They are slow to import, and lessons without the figure need neither."""
    slow = "[name for name in ('boto3', 'matplotlib') if name in sys.modules]"
    program = f"import sys, iamkit.notebook.credential_figures; print({slow})"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
