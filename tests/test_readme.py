"""The README shows what the code prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from iamkit.course import check_policy, course_root, load_course

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def shown(name: str) -> str:
    """Return the text block that stands under a marker."""
    match = re.search(rf"<!-- {name} -->\n```\n(.*?)\n?```\n<!-- end -->", README, re.DOTALL)
    assert match, name
    return match[1]


def test_the_program_prints_what_stands_below_it() -> None:
    """The Python in the README runs, and its output is the block that follows it."""
    for name in ("engine", "signature", "compare"):
        program = README.partition(f"<!-- {name} -->")[0].rpartition("```python\n")[2].partition("```")[0]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(program, {})
        assert shown(name) == printed.getvalue().strip()


def test_the_signed_api_answers_as_the_readme_says() -> None:
    """The two programs of that section run one after the other, and print what stands behind each `print`."""
    section = README.partition("## Sign and verify requests of your own")[2].partition("\n## ")[0]
    printed, names = io.StringIO(), dict[str, object]()
    with contextlib.redirect_stdout(printed):
        for program in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
            exec(program, names)
    assert re.findall(r"\.text\)  # (.*)", section) == printed.getvalue().splitlines() != []


def test_the_failed_check_is_what_the_exercise_answers() -> None:
    """The counterexample in the README is the one that the policy gets."""
    exercise = load_course(course_root()).exercise("read-one-prefix")
    policy = exercise.solution.replace("s3:GetObject", "s3:*")
    assert policy != exercise.solution
    assert shown("failed check") == repr(check_policy(exercise, policy)).strip()


def test_the_first_commands_are_the_two() -> None:
    """A newcomer needs `make learn` and `make test`, and they stand at the top."""
    first = re.search(r"```\n(.*?)```", README, re.DOTALL)
    assert first
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make learn", "make test"]


def test_what_the_readme_links_to_is_there() -> None:
    """Every relative link leads to a file."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (Path(__file__).parents[1] / target).exists(), target


def test_the_local_cloud_greets_as_the_readme_says() -> None:
    """The program of that section prints what stands behind its `print`."""
    section = README.partition("## The local cloud")[2].partition("\n## ")[0]
    program = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert program
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program[1], {})
    assert re.findall(r"\)  # (.*)", section) == printed.getvalue().splitlines() != []
