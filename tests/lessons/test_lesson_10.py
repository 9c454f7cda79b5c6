"""Lesson 10 does what it says: a job fails as its role, its trail becomes a policy, proofs say what that changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from iamkit.analysis.compare import Verdict, compare
from iamkit.analysis.exposure import exposure
from iamkit.analysis.findings import Severity, findings
from iamkit.course import Course, PolicyExercise
from iamkit.policy import Policy
from lessons import build
from tests.analysis.accounts import A, account, landscape
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "10_least_privilege"
PREDICTIONS = ("the-rest-of-the-job", "tomorrows-file", "all-but-iam")
EXERCISES = (
    "the-unused-grants",
    "generate-then-tighten",
    "what-the-findings-name",
    "from-outside",
    "nothing-changed",
)
# What the lesson asks for and does not do itself: a statement a round until the job works, and one thing changed.
ROUNDS = """
import json
slow = trust(iam, "slow", {"AWS": ours})
statements = [json.loads(allow("s3:GetObject", Resource="*"))["Statement"]]
for rounds in range(9):
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="slow", PolicyName="work", PolicyDocument=document)
    if attempt(job, keys=assume(RoleArn=slow, RoleSessionName="round")):
        break
    (change,) = cloud.why().changes
    statements.append(json.loads(change[change.index("{") :]))
print("rounds:", rounds)
"""
CHANGED = """
privilege_figures.granted_and_used(unused(allow(["s3:*", "sqs:Send*"], Resource="*"), events, principal=nightly))
"""

stored = reading.as_committed(LESSON)
shown = reading.as_answered(LESSON, more=(ROUNDS, CHANGED))


def policies(course: Course, slug: str) -> tuple[str, str]:
    """Give the policy that an exercise starts from, and its solution."""
    exercise = course.exercise(slug)
    assert isinstance(exercise, PolicyExercise)
    return exercise.starter, exercise.solution


def test_the_job_works_for_its_author_and_fails_as_its_role(stored: Reading) -> None:
    """And what is said at the refusal is a statement that mends it."""
    assert re.fullmatch(
        r"with your keys: done\nrefused: .* perform: s3:ListBucket .*\nas the role: stopped\n", stored.said("def job(")
    )
    (mend,) = re.findall(r"to let it pass: .*?(\{.*\})", stored.said('"run", "--role"'))
    assert json.loads(mend) == {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::amzn-s3-demo-bucket",
    }


def test_after_as_many_rounds_as_the_lesson_says_the_job_works(shown: Reading, stored: Reading) -> None:
    assert shown.said("slow = trust").endswith("rounds: 3\n")
    assert "After three rounds the job works." in stored.prose


def test_with_wildcards_the_job_works_and_so_does_the_theft(stored: Reading) -> None:
    assert stored.said("wide = allow") == "as the role: done\norders left: 4\n"


def test_four_actions_were_used_of_two_hundred(stored: Reading) -> None:
    """The figure has its numbers as text; the last number of a row is of all access levels."""
    rows = re.findall(r"^(s3|sqs):\S+ .* (\d+) of (\d+)$", stored.said("report = unused"), re.MULTILINE)
    assert [(service, int(used)) for service, used, _ in rows] == [("s3", 3), ("sqs", 1)]
    assert sum(int(given) for _, _, given in rows) >= 200
    assert "the job used four actions" in stored.prose


def test_one_thing_changed_leaves_one_action_of_the_queue(shown: Reading) -> None:
    """`sqs:Send*` matches SendMessage, which is also what a batch needs ("Actions defined by Amazon SQS")."""
    assert re.search(r"^sqs:Send\* .* 1 of 1$", shown.said('["s3:*", "sqs:Send*"]'), re.MULTILINE)


def test_the_figure_has_a_text_for_those_who_cannot_see_it(stored: Reading) -> None:
    output = stored.cell("granted_and_used(report)").outputs[0]
    (image,) = re.findall(r"<img\b[^>]*>", "".join(output.data["text/html"]))
    assert 'alt="Actions granted and used, by access level (10 events). The numbers are in the table below."' in image


def test_a_policy_from_the_trail_allows_the_job_and_not_the_thief(stored: Reading) -> None:
    """Five files are a pattern; a denied call is left out, and the same call that worked is not."""
    told = stored.said("made = generate")
    assert re.findall(r"^(\w+) rests on (\d+) × (\S+)$", told, re.MULTILINE) == [
        ("S3Read", "5", "s3:GetObject"),
        ("S3List", "1", "s3:ListBucket"),
        ("S3Write", "1", "s3:PutObject"),
        ("SqsWrite", "1", "sqs:SendMessage"),
    ]
    assert "allows `s3:GetObject` on `arn:aws:s3:::amzn-s3-demo-bucket/in/*`" in told
    assert re.findall(r"^left out: (\S+) - (\w+)", told, re.MULTILINE)[0] == ("s3:ListObjectsV2", "denied")
    assert re.match(
        r"the job: done\nrefused: .* s3:DeleteObject .* no identity-based policy", stored.said("made.policy.to_json()")
    )


@pytest.mark.parametrize("slug", PREDICTIONS)
def test_who_predicts_well_is_told_so_and_why(slug: str, shown: Reading, course: Course) -> None:
    told = shown.said(f'predict("{slug}", "')
    scenario = course.content.scenario(slug)
    assert f"{scenario.title}: correct\n" in told
    assert scenario.why.strip() in told


def test_findings_have_the_severities_that_the_lesson_explains(stored: Reading) -> None:
    """The four of IAM Access Analyzer ("IAM Access Analyzer policy check reference")."""
    assert re.findall(r"^(\w+) \| (.*?) \|", stored.said("for finding in findings("), re.MULTILINE) == [
        ("ERROR", "Invalid action"),
        ("SECURITY_WARNING", "Pass role with star in resource"),
        ("ERROR", "Invalid global condition key"),
        ("WARNING", "Type mismatch Boolean"),
    ]
    explained = re.findall(r"^- an? \*\*([a-z ]+)\*\*", stored.prose, re.MULTILINE)
    assert [each.replace(" ", "_").upper() for each in explained] == [each.value for each in Severity]


def test_the_bucket_that_looks_closed_is_public(stored: Reading) -> None:
    """By a request without the key that the condition asks for."""
    told = stored.said("exposure(cloud.landscape())")
    assert told.startswith("PUBLIC: everyone can `s3:GetObject` on arn:aws:s3:::amzn-s3-demo-bucket, if ")
    assert "principal: anonymous" in told
    assert not re.search(r"context: .*PrincipalOrgID", told)


def test_what_is_proved_of_the_two_policies(stored: Reading) -> None:
    assert stored.said("Relation.AT_MOST").startswith("nothing new: proved\nthe same: different - ")
    rows = re.findall(r"^(wide|tight) +(\S+) +(possible|never)", stored.said("can(policy"), re.MULTILINE)
    assert rows == [
        ("wide", "s3:Delete*", "possible"),
        ("wide", "s3:PutBucketPolicy", "possible"),
        ("wide", "iam:*", "never"),
        ("tight", "s3:Delete*", "never"),
        ("tight", "s3:PutBucketPolicy", "never"),
        ("tight", "iam:*", "never"),
    ]


def test_the_report_of_the_exercise_is_about_its_policy(course: Course) -> None:
    """Each action that the policy allows has a row, and no other has one."""
    starter, _ = policies(course, "the-unused-grants")
    given: list[str] = []
    for each in json.loads(starter)["Statement"]:
        if each["Effect"] == "Allow":
            given += [each["Action"]] if isinstance(each["Action"], str) else each["Action"]
    reported = re.findall(r"^\| `(\w+:\w+)` \|", course.exercise("the-unused-grants").task, re.MULTILINE)
    assert reported == given


def test_the_findings_of_the_exercise_are_those_that_there_are(course: Course) -> None:
    """Two, with severity and name; the second statement has none, as the task says, and the solution none at all."""
    starter, solution = policies(course, "what-the-findings-name")
    found = findings(starter)
    task = course.exercise("what-the-findings-name").task
    rows = re.findall(r"^\| the (\w+): .* \| ([A-Z]+) \| (.*) \|$", task, re.MULTILINE)
    assert rows == [
        ("first", found[0].severity.value, found[0].name),
        ("third", found[1].severity.value, found[1].name),
    ]
    assert [re.findall(r"/Statement/(\d)", str(each)) for each in found] == [["0"], ["2"]]
    assert list(findings(solution)) == []


def test_the_two_public_findings_of_the_exercise_are_those_that_there_are(course: Course) -> None:
    """And none is public after the repair."""
    told = []
    for text in policies(course, "from-outside"):
        bucket = {"Arn": "arn:aws:s3:::amzn-s3-demo-bucket", "AccountId": A, "Policy": json.loads(text)}
        told.append([str(each) for each in exposure(landscape(account({}, {}, Resources=[bucket]))).public])
    rows = re.findall(r"^- \*\*PUBLIC: everyone can `(.*?)`\*\*", course.exercise("from-outside").task, re.MULTILINE)
    assert [re.findall(r"^PUBLIC: everyone can `(\S+)`", each) for each in told[0]] == [[action] for action in rows]
    assert len(rows) == 2
    assert told[1] == []


def test_the_old_policy_in_the_task_means_what_the_solution_means(course: Course) -> None:
    """It has six statements and the colleague's four, as the task says."""
    starter, solution = policies(course, "nothing-changed")
    (old,) = re.findall(r"```json\n(.*?)```", course.exercise("nothing-changed").task, re.DOTALL)
    statements = json.loads(old)
    document = {"Version": "2012-10-17", "Statement": statements}
    assert (len(statements), len(json.loads(starter)["Statement"])) == (6, 4)
    assert compare(Policy.parse(document), solution).verdict is Verdict.PROVED
    assert compare(Policy.parse(document), starter).verdict is Verdict.DIFFERENT


def test_each_exercise_and_prediction_is_there_once(course: Course, stored: Reading) -> None:
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=PREDICTIONS)


def test_exercises_rise_in_difficulty(course: Course) -> None:
    reading.rises(course, EXERCISES)


def test_a_stored_notebook_tells_no_answer_of_a_prediction(course: Course, stored: Reading) -> None:
    """A prediction is committed before its answer is on screen."""
    reading.keeps_answers(stored, course, PREDICTIONS)


def test_predictions_do_not_all_have_the_same_answer(course: Course) -> None:
    assert len({course.content.scenario(slug).declared for slug in PREDICTIONS}) > 1


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    assert set(reading.letters(course.questions(LESSON))) == set("abcd")


def test_every_option_of_a_question_is_explained(course: Course) -> None:
    reading.explains_every_option(course, LESSON)


def test_the_quiz_is_asked_for_in_order_and_goes_back_to_lesson_04(course: Course, stored: Reading) -> None:
    reading.asks_questions_in_order(stored, course, LESSON)
    assert sum("(Lesson 04)" in question.text for question in course.questions(LESSON)) == 1


def test_nothing_that_differs_from_run_to_run_is_printed(stored: Reading) -> None:
    """No port, no time, no key."""
    assert re.findall(r"127\.0\.0\.1|localhost|20\d\d-\d\d-\d\dT|ASIA\w+", stored.told) == []


def test_the_lessons_it_builds_on_are_there_and_something_to_do_next_is_named(stored: Reading) -> None:
    (before,) = re.findall(r"\*\*Builds on:\*\* lessons ([^.]*)\.", stored.prose)
    for number in re.findall(r"\d\d", before):
        assert list(build.LESSONS.glob(f"{number}_*.ipynb"))
    assert "`iamkit lint policy.json`" in stored.cells[-1].source


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """What a learner reads after a pass is true."""
    reading.passes_as_well(course, slug)


def test_with_every_starter_replaced_by_its_solution_every_check_passes(shown: reading.Reading, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so."""
    reading.every_check_passes(shown, LESSON, tmp_path)
