"""After a pass the learner's function can be called in the notebook, under its own name and nothing else."""

from __future__ import annotations

import contextlib
import io
import linecache
import sys
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING

from iamkit.course import CodeExercise, Outcome
from iamkit.notebook.display import shell
from iamkit.notebook.sources import MODULE

if TYPE_CHECKING:
    from iamkit.course import Exercise, Result


def define_passed(exercise: Exercise, result: Result, program: object) -> Result:
    """Define the function of a program that has passed; say so in the result's note."""
    if not isinstance(exercise, CodeExercise) or result.outcome is not Outcome.PASSED or not isinstance(program, str):
        return result
    ip = shell()
    if ip is None or not _define(exercise, program, ip.user_ns):
        return result
    told = f"`{exercise.function}` is yours now: call it in any cell of this notebook."
    return replace(result, note="\n".join(filter(None, [result.note, told])))


def _define(exercise: CodeExercise, program: str, names: dict[str, object]) -> bool:
    """Run a program as the check did, in a module of its own, and take its function out of it."""
    file = f"<{exercise.slug}>"
    module = ModuleType(MODULE)
    sys.modules[MODULE] = module
    quiet = io.StringIO()
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            exec(compile(program, file, "exec", dont_inherit=True), module.__dict__)
        names[exercise.function] = module.__dict__[exercise.function]
    except (Exception, SystemExit):
        return False
    # Tracebacks and `inspect.getsource` find its lines here.
    linecache.cache[file] = (len(program), None, program.splitlines(keepends=True), file)
    return True
