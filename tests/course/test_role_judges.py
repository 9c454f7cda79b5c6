"""The judges of lesson 06: logs whose chains are as they say, and sessions that are tried in a real account."""

from __future__ import annotations

import re

import pytest

from iamkit.course import Course, Outcome, Progress
from iamkit.course.judges import JUDGES
from iamkit.course.judges.scoped_sessions import BUCKET, CUSTOMERS
from tests.course.role_answers import followed, lent


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))


@pytest.mark.parametrize("name", JUDGES["who-really-acted"].cases)
def test_a_log_says_what_its_case_is_about(name: str) -> None:
    """Every call's right answer follows from its log, is accepted, and is not what the event itself shows alone."""
    calls = list(JUDGES["who-really-acted"].cases[name]())
    for call in calls:
        event, trail = call.arguments
        assert event in trail
        assert call.judge(followed(event, trail)) is None
        wrong = call.judge("arn:aws:iam::111122223333:user/nobody")
        assert wrong is not None
        assert wrong.feedback
    assert name in ("a person acts", "a whole day") or all(
        call.arguments[0]["userIdentity"]["type"] == "AssumedRole" for call in calls
    )


def test_sessions_of_one_name_have_one_arn_and_several_owners() -> None:
    """Else the case would catch nobody who follows ARNs."""
    for call in JUDGES["who-really-acted"].cases["one session name for everyone"]():
        event, trail = call.arguments
        arn = event["userIdentity"]["arn"]
        made = [record for record in trail if arn in repr(record["responseElements"])]
        assert len({record["userIdentity"]["arn"] for record in made}) == 3


def test_the_same_logs_every_time() -> None:
    """A failed call shows the same log again after a restart."""
    cases = JUDGES["who-really-acted"].cases
    first, second = ([call.arguments for call in cases["a whole day"]()] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("value", "told"), [(None, "a str"), ({"arn": "x"}, "a str"), (7, "a str")])
def test_an_answer_that_is_no_text_is_told(value: object, told: str) -> None:
    call = next(iter(JUDGES["who-really-acted"].cases["one role"]()))
    refused = call.judge(value)
    assert refused is not None
    assert told in refused.feedback


@pytest.mark.parametrize("returned", ["None", "{'AccessKeyId': 'ASIA'}"])
def test_what_is_no_session_is_told_as_such(course: Course, returned: str) -> None:
    """No try is made with what cannot be signed with."""
    program = f"def lend(sts, role, bucket, customer):\n    return {returned}\n"
    result = course.check("lend-one-prefix", program)
    assert result.outcome is Outcome.FAILED
    assert result.counterexample is not None
    assert re.search("returned nothing|must return credentials", result.counterexample.feedback)


def test_credentials_of_nobody_are_no_denial(course: Course) -> None:
    """A denied try counts for the learner only if the credentials are good: forged ones are denied everything."""
    program = (
        "def lend(sts, role, bucket, customer):\n"
        "    return {'AccessKeyId': 'ASIAIOSFODNN7EXAMPLE', 'SecretAccessKey': 'x' * 40, 'SessionToken': 'y' * 40}\n"
    )
    result = course.check("lend-one-prefix", program)
    assert result.counterexample is not None
    assert "The credentials are not good" in result.counterexample.feedback
    assert result.cases_passed == 0


def test_the_whole_answer_of_sts_will_do(course: Course) -> None:
    """Credentials alone, or the answer that holds them: SDKs take either."""
    program = course.exercise("lend-one-prefix").solution.replace('return answer["Credentials"]', "return answer")
    assert course.check("lend-one-prefix", program).outcome is Outcome.PASSED


def test_one_customer_begins_like_another() -> None:
    """Else a missing slash would go unnoticed."""
    assert any(one != other and other.startswith(one) for one in CUSTOMERS for other in CUSTOMERS)
    assert BUCKET.startswith("amzn-s3-demo")


def test_another_right_answer_lends_as_well() -> None:
    """A session made in another way than the solution's passes every case."""
    for case in JUDGES["scoped-session"].build():
        for call in case.calls:
            assert call.judge(lent(*call.arguments)) is None, case.name
