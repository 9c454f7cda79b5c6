"""The figures of identities show what was answered, as a picture and as the same text."""

from __future__ import annotations

import re

import pytest

from iamkit.notebook.identity_figures import Band, Known, Phase, kinds, phases

ACCOUNT = "111122223333"
CAROL = {"UserId": "AIDADIYAOYENKXXVU7SRU", "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/data/carol"}
SESSION = {
    "UserId": "AROARTX3GSDS3TAGRZVVK:monday",
    "Account": ACCOUNT,
    "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/importer/monday",
}
GROUP = {"GroupId": "AGPA6QD4RGW7KNCLOTU4T", "GroupName": "analysts", "Arn": f"arn:aws:iam::{ACCOUNT}:group/analysts"}
ROLE = {"RoleId": "AROARTX3GSDS3TAGRZVVK", "Arn": f"arn:aws:iam::{ACCOUNT}:role/importer"}


@pytest.mark.parametrize(
    ("key", "answer", "band", "unique_id"),
    [
        ("AKIAIOSFODNN7EXAMPLE", CAROL, Band.LONG_TERM, "AIDADIYAOYENKXXVU7SRU"),
        ("ASIAIOSFODNN7EXAMPLE", SESSION, Band.TEMPORARY, "AROARTX3GSDS3TAGRZVVK:monday"),
        ("", GROUP, Band.NONE, "AGPA6QD4RGW7KNCLOTU4T"),
        ("", ROLE, Band.NONE, "AROARTX3GSDS3TAGRZVVK"),
    ],
)
def test_a_key_tells_how_somebody_proves_who_it_is(
    key: str, answer: dict[str, str], band: Band, unique_id: str
) -> None:
    known = Known.of("somebody", key, answer)
    assert (known.band, known.unique_id, known.arn) == (band, unique_id, answer["Arn"])


@pytest.mark.parametrize(
    ("code", "policies_read", "phase"),
    [
        ("", True, Phase.PASSED),
        ("", False, Phase.PASSED),
        ("AccessDenied", True, Phase.AUTHORIZATION),
        ("AccessDenied", False, Phase.AUTHENTICATION),  # a presigned URL that is too old
        ("SignatureDoesNotMatch", False, Phase.AUTHENTICATION),
    ],
)
def test_what_was_read_tells_the_phase_and_not_the_code(code: str, policies_read: bool, phase: Phase) -> None:
    assert Phase.of(code, policies_read) is phase


def test_who_is_called_what_in_three_groups(capsys: pytest.CaptureFixture[str]) -> None:
    """Long-term keys first, those without keys last; a key ID is shown in short only."""
    asked = {"group": ("", GROUP), "session": ("ASIAIOSFODNN7EXAMPLE", SESSION), "<b>": ("AKIAIOSFODNN7EXAMPLE", CAROL)}
    first, second = kinds(asked), kinds(asked)
    assert first is not None
    assert second is not None
    assert first.html == second.html
    assert "<b>" not in first.html
    assert "EXAMPLE" not in first.text + first.html
    assert [line.split()[0] for line in first.text.splitlines()[2:]] == ["<b>", "session", "group"]
    for answer in (CAROL, SESSION, GROUP):
        assert answer["Arn"] in first.text
        assert answer["Arn"] in first.html
    assert re.search(r'<img alt="3 identities of one account, as AWS names them\. [^"]+" ', first.html)
    assert capsys.readouterr().out.count(first.text) == 2


def test_a_cell_for_each_request(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where a service was not asked, and where a request passed."""
    answers = {
        "wrong secret": {"iam": ("SignatureDoesNotMatch", False), "s3": ("SignatureDoesNotMatch", False)},
        "all is well": {"iam": ("", True)},
        "nothing allows it": {"s3": ("AccessDenied", True)},
    }
    view, again = phases(answers), phases(answers)
    assert view is not None
    assert again is not None
    assert view.html == again.html
    lines = [re.split(r"  +", line.strip()) for line in view.text.splitlines()[1:]]
    assert lines[0] == ["iam", "s3"]
    assert ["wrong secret", "SignatureDoesNotMatch (who are you?)", "SignatureDoesNotMatch (who are you?)"] in lines
    assert ["all is well", "passed"] in lines
    assert ["nothing allows it", "AccessDenied (may you?)"] in lines
    assert re.search(r'<img alt="3 ways to ask 2 services: [^"]+" ', view.html)
    assert view.text in capsys.readouterr().out


def test_a_mistaken_call_says_so_and_does_not_raise(capsys: pytest.CaptureFixture[str]) -> None:
    assert kinds("nobody") is None  # type: ignore[arg-type]
    assert phases(None) is None  # type: ignore[arg-type]
    assert "kinds" in capsys.readouterr().out
