"""Lesson 01 does what it says: each kind of principal asks, and each way to be refused is tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamkit.course import Course
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "01_identities"
PREDICTIONS = ("root-without-policies", "member-of-a-group", "password-alone", "nobody-asks", "same-name-again")
EXERCISES = ("read-an-arn", "monday-only", "same-principal", "which-phase", "keys-that-should-not-exist")
ACCOUNT = "111122223333"

stored = reading.as_committed(LESSON)
# A cell may be run again at any time, and most learners do: to give their guess, at the least.
shown = reading.as_answered(LESSON, runs=2)


def table(text: str) -> dict[str, list[str]]:
    """Read a figure's table: the first column, and the others, which are two spaces or more apart."""
    rows = [re.split(r"  +", line.strip()) for line in text.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def test_everybody_is_who_the_lesson_says(shown: Reading) -> None:
    """Two kinds of keys, and ARN and unique ID of each kind of principal (E2, E3)."""
    text = shown.said("identity_figures.kinds")
    names = table(text[text.index("11 identities of one account") :])
    sts, iam = rf"arn:aws:sts::{ACCOUNT}:", rf"arn:aws:iam::{ACCOUNT}:"
    role_id = r"AROA[A-Z2-7]{17}"
    expected = {
        "IAM user": ("AKIA…", f"{iam}user/data/carol", r"AIDA[A-Z2-7]{17}"),
        "root user": ("AKIA…", f"{iam}root", ACCOUNT),
        "role session": ("ASIA…", f"{sts}assumed-role/importer/monday", f"{role_id}:monday"),
        "OIDC sign-in": ("ASIA…", f"{sts}assumed-role/app-user/erin", f"{role_id}:erin"),
        "SAML sign-in": ("ASIA…", f"{sts}assumed-role/staff/frank", f"{role_id}:frank"),
        "Identity Center": ("ASIA…", f"{sts}assumed-role/AWSReservedSSO_Read_[0-9a-f]{{16}}/ana", f"{role_id}:ana"),
        "EC2 instance": ("ASIA…", f"{sts}assumed-role/web/i-[0-9a-f]{{17}}", rf"{role_id}:i-[0-9a-f]{{17}}"),
        "session of a user": ("ASIA…", f"{iam}user/data/carol", r"AIDA[A-Z2-7]{17}"),
        "federated user": ("ASIA…", f"{sts}federated-user/dora", f"{ACCOUNT}:dora"),
        "group": ("none", f"{iam}group/analysts", r"AGPA[A-Z2-7]{17}"),
        "role": ("none", f"{iam}role/data/importer", role_id),
    }
    assert list(names) == list(expected)
    for label, patterns in expected.items():
        assert all(re.fullmatch(*pair) for pair in zip(patterns, names[label], strict=True)), names[label]
    assert names["session of a user"][1:] == names["IAM user"][1:]
    assert names["role session"][2].partition(":")[0] == names["role"][2]


def test_a_group_is_no_principal(shown: Reading) -> None:
    assert f'Invalid principal in policy: "AWS":"arn:aws:iam::{ACCOUNT}:group/analysts"' in shown.said("for-analysts")


def test_the_cloud_decides_as_every_prediction_says(shown: Reading, course: Course) -> None:
    """The prediction asks the engine, the lines below it ask the cloud with boto3."""
    for slug in PREDICTIONS:
        assert f"decision:   {course.scenario(slug).declared.value}" in shown.said(f'predict("{slug}")')
    assert "it may list users: ['administrator', 'carol', 'old-script']" in shown.said("cloud.root()")
    assert shown.said('predict("nobody-asks")').endswith("Hello, whoever you are\n")


def test_a_phone_is_known_by_two_codes_in_a_row(shown: Reading) -> None:
    """Any digits are refused ("EnableMFADevice"); who runs the cell again gets one more phone."""
    text = shown.said("enable_mfa_device")
    assert "refused: Authentication code for device is not valid" in text
    devices = [f"arn:aws:iam::{ACCOUNT}:mfa/phone-{number}" for number in (1, 2)]
    assert text.endswith(f"Carol's devices: {devices}\n")


def test_a_code_makes_the_difference(shown: Reading) -> None:
    """A key has no `aws:MultiFactorAuthPresent`, a session without a code `false`, one with a code `true` (E4)."""
    assert shown.said('predict("password-alone")').endswith(
        "her access key: AccessDenied\na session: AccessDenied\none with a code: lists the bucket\n"
    )


def test_the_same_name_again_is_somebody_else(shown: Reading) -> None:
    """The policy names the first one by ARN while there is one, and then by unique ID (P21)."""
    text = shown.said('predict("same-name-again")')
    ids = re.findall(rf"year \d: arn:aws:iam::{ACCOUNT}:user/dave is (AIDA\w+)", text)
    assert len(set(ids)) == 2
    assert re.findall(r"the bucket policy names (\S+)", text) == [f"arn:aws:iam::{ACCOUNT}:user/dave", ids[0]]


def test_authentication_comes_first(shown: Reading) -> None:
    text = shown.said('quiz("wrong-key-and-a-deny"')
    assert text.endswith("SignatureDoesNotMatch; policies were read: False\nAccessDenied; policies were read: True\n")


def test_every_fault_has_the_codes_that_the_lesson_speaks_of(shown: Reading) -> None:
    """In IAM, DynamoDB and S3 (A12)."""
    who, may = "(who are you?)", "(may you?)"
    assert table(shown.said("identity_figures.phases")) == {
        "nothing allows it": [f"AccessDenied {may}", f"AccessDeniedException {may}", f"AccessDenied {may}"],
        "not signed": [
            f"MissingAuthenticationToken {who}", f"MissingAuthenticationTokenException {who}", f"AccessDenied {may}",
        ],
        "unknown key ID": [
            f"InvalidClientTokenId {who}", f"UnrecognizedClientException {who}", f"InvalidAccessKeyId {who}",
        ],
        "wrong secret": [
            f"SignatureDoesNotMatch {who}", f"InvalidSignatureException {who}", f"SignatureDoesNotMatch {who}",
        ],
        "token left out": [f"InvalidClientTokenId {who}", f"UnrecognizedClientException {who}", f"InvalidToken {who}"],
        "an hour late": [
            f"SignatureDoesNotMatch {who}", f"InvalidSignatureException {who}", f"RequestTimeTooSkewed {who}",
        ],
        "session has ended": [f"ExpiredToken {who}", f"ExpiredTokenException {who}", f"ExpiredToken {who}"],
    }  # fmt: skip


def test_only_long_term_keys_outlive_a_year(shown: Reading) -> None:
    text = shown.said("days=400")
    assert re.findall(r"^(\w+)… .* gets in$", text, re.MULTILINE) == ["AKIA", "AKIA"]
    assert re.findall(r"^(\w+)… .* ExpiredToken$", text, re.MULTILINE) == ["ASIA"] * 7


def test_the_report_shows_the_two_keys_that_should_not_exist(shown: Reading) -> None:
    """The root user's, and one that was never used; and a password with MFA. No dates."""
    text = shown.said("generate_credential_report")
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[1:]}
    assert rows["<root_account>"] == ["not_supported", "false", "true", "0"]
    assert rows["old-script"] == ["false", "false", "true", "N/A"]
    assert rows["carol"] == ["true", "true", "true", "0"]
    assert shown.said("get_access_key_last_used").split()[-1] == "carol"


def test_a_stored_notebook_tells_no_answer_and_nothing_that_changes(course: Course, stored: Reading) -> None:
    """A prediction is committed before its answer is on screen; no port, no time, no secret."""
    reading.keeps_answers(stored, course, PREDICTIONS)
    assert "  decision: " not in stored.told
    assert not re.search(r"127\.0\.0\.1|localhost|20[2-9]\d-\d\d|policies were read|whoever you are", stored.told)


def test_all_of_the_lesson_is_asked_once(course: Course, stored: Reading) -> None:
    """In the order in which this file names it."""
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=PREDICTIONS)
    reading.asks_questions_in_order(stored, course, LESSON)
    difficulties = [course.exercise(slug).difficulty for slug in EXERCISES]
    assert max(difficulties) == difficulties[-1] > min(difficulties) == difficulties[0]


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    assert set(reading.letters(course.questions(LESSON))) == set("abcd")


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """As the reason shows it, after a pass."""
    reading.passes_as_well(course, slug)


def test_with_every_starter_replaced_by_its_solution_every_check_passes(shown: reading.Reading, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so."""
    reading.every_check_passes(shown, LESSON, tmp_path)
