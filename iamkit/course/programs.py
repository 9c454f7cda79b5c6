"""Check a learner's program: by what its function returns, never by its text."""

from __future__ import annotations

import hashlib
import io
import tokenize
from typing import TYPE_CHECKING, Any

from iamkit import Problem
from iamkit.course.as_python import kind_of
from iamkit.course.program_words import Words
from iamkit.course.results import Outcome, Result
from iamkit.course.runner import CannotRun, Limits, Program, Run, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamkit.course.code_exercises import CodeExercise
    from iamkit.course.judges.cases import Case

_LONGEST = 200_000
_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER})
_BLOCKS = frozenset({tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE})


def check_program(exercise: CodeExercise, program: object) -> Result:
    """Check an attempt, the text of a program; never raises for what a learner hands in."""
    if is_unchanged(exercise, program):
        note = "this is the program you started from: change it, then check again"
        return _result(exercise, Outcome.NOT_ATTEMPTED, note=note)
    return judge_program(exercise, program)


def is_unchanged(exercise: CodeExercise, program: object) -> bool:
    """Tell whether nothing was handed in, or the starter as it is, however it is commented and laid out."""
    return program is None or canonical(program) in (canonical(""), canonical(exercise.starter))


def canonical(program: object) -> str:
    """Return a text that does not change with comments and white space. Never raises."""
    if not isinstance(program, str):
        return repr(type(program))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(program).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return "\n".join(line.rstrip() for line in program.strip().splitlines())
    kept = ((token.type, token.string) for token in tokens if token.type not in _LAYOUT)
    return repr([(kind, "" if kind in _BLOCKS else text) for kind, text in kept])


def digest(program: object) -> str:
    """Return twelve characters that tell programs apart."""
    return hashlib.sha256(canonical(program).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def judge_program(exercise: CodeExercise, program: object) -> Result:
    """Judge a program, be it the starter or not: run it, then judge its calls case by case."""
    if not isinstance(program, str):
        problem = Problem(f"{kind_of(program)} is no program", help="hand in its text, or the function itself")
        return _result(exercise, Outcome.INVALID_PROGRAM, problems=(problem,))
    if len(program) > _LONGEST:
        problem = Problem(f"the program has {len(program):,} characters", help="a page or two is enough")
        return _result(exercise, Outcome.INVALID_PROGRAM, problems=(problem,))
    judge = exercise.judge
    asked = Program(program, exercise.function, judge.parameters, exercise.without)
    try:
        cases = judge.build()
        calls = [call.arguments for case in cases for call in case.calls]
        made = run(asked, calls, Limits(seconds=exercise.time_limit))
    except CannotRun as error:
        return _result(exercise, Outcome.NOT_ATTEMPTED, note=str(error))
    if made.refused is not None:
        words = Words(exercise, program)
        problem = words.problem(made.refused)
        shown = {"excerpt": words.excerpt(problem), "printed": made.refused.printed}
        return _result(exercise, Outcome.INVALID_PROGRAM, problems=(problem,), **shown)
    return _judged(exercise, program, cases, made)


def _judged(exercise: CodeExercise, program: str, cases: Sequence[Case], made: Run) -> Result:
    words = Words(exercise, program)
    answers = iter(made.answers)
    passed, first = 0, None
    for case in cases:
        judged = [
            (call, answer, words.refusal(call, answer)) for call in case.calls for answer in [next(answers, None)]
        ]
        failed = next(((call, answer, refusal) for call, answer, refusal in judged if refusal is not None), None)
        passed += failed is None
        if failed is not None and first is None:
            first = words.failed_call(case, *failed)
    counted = {"cases_passed": passed, "calls_made": len(made.answers)}
    if first is not None:
        return _result(exercise, Outcome.FAILED, counterexample=first, **counted)
    return _result(exercise, Outcome.PASSED, why=exercise.why, **counted)


def _result(exercise: CodeExercise, outcome: Outcome, **fields: Any) -> Result:
    return Result(exercise.slug, exercise.title, outcome, cases_total=len(exercise.case_names), **fields)
