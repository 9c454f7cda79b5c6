"""What is said of a learner's program: why it cannot be called, and what became of a call that is not right."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from iamkit import Problem
from iamkit.course.as_python import as_python
from iamkit.course.border import Foreign
from iamkit.course.judges.cases import Refusal
from iamkit.course.results import FailedCall
from iamkit.course.runner import Raised, Refused, Returned, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamkit.course.code_exercises import CodeExercise
    from iamkit.course.judges.cases import Call, Case
    from iamkit.course.runner import Answer


class Words:
    """Find the words for one program, with its own lines."""

    def __init__(self, exercise: CodeExercise, program: str) -> None:
        self.exercise = exercise
        self.function = exercise.function
        self.lines = program.split("\n")
        judge = exercise.judge
        self.definition = f"def {self.function}({', '.join(judge.parameters)}):"

    def failed_call(self, case: Case, call: Call, answer: Answer | None, refusal: Refusal) -> FailedCall:
        """Show a call whose answer was refused, with all that is known about why."""
        if refusal.explained is not None:
            refusal = refusal.explained()
        got = refusal.got or (as_python(answer.value) if isinstance(answer, Returned) else "")
        return FailedCall(
            case=case.name,
            function=self.function,
            parameters=self.exercise.judge.parameters,
            arguments=call.arguments,
            expected=refusal.expected,
            got=got,
            feedback=refusal.feedback,
            difference=refusal.difference,
            details=refusal.details,
            printed=answer.printed if answer is not None else "",
        )

    def refusal(self, call: Call, answer: Answer | None) -> Refusal | None:
        """Judge an answer; None is right."""
        if isinstance(answer, Returned):
            return _without_return(answer.value, call) or call.judge(answer.value)
        if isinstance(answer, Raised):
            return self.raised(call, answer)
        if isinstance(answer, Stopped):
            return self.stopped(call, answer)
        return Refusal("An earlier call never came back.", call.expected, "nothing: the call was not made")

    def raised(self, call: Call, answer: Raised) -> Refusal:
        place = answer.line
        details = ((f"line {place}", self.line(place)),) if place is not None else ()
        wanted = "end without an exception" if call.takes_none else "return a value"
        feedback = _cure(answer.type, answer.message) or f"For these arguments the function must {wanted}."
        return Refusal(feedback, call.expected, _exception(answer.type, answer.message), details=details)

    def stopped(self, call: Call, answer: Stopped) -> Refusal:
        if answer.why == "time":
            told = f"nothing: the call was stopped, because {_seconds(self.exercise.time_limit)} were over"
            return Refusal("Is there a loop that has no end for these arguments?", call.expected, told)
        if answer.why == "exit":
            told = f"nothing: the program ended its process, with exit status {answer.detail}"
            return Refusal("The function must return, not end the program.", call.expected, told)
        told = f"nothing: Python itself crashed ({answer.detail})"
        return Refusal("The function must return for these arguments.", call.expected, told)

    def problem(self, refused: Refused) -> Problem:
        """Say why a program could not be called at all."""
        told = refused.details
        line, column = told.get("line"), told.get("column")
        message, help = self.reason(refused)
        if line is not None and not 1 <= line <= len(self.lines):
            line, column = len(self.lines), None
        if line is not None and not column:
            column = len(self.line(line, strip=False)) - len(self.line(line, strip=False).lstrip()) + 1
        return Problem(message, "", line, column, help)

    def reason(self, refused: Refused) -> tuple[str, str]:
        """Give the message and the help."""
        told, function = refused.details, f"`{self.function}`"
        match refused.kind:
            case "syntax":
                return _quoted(told["message"]), ""
            case "import":
                return f"`{told['name']}` may not be imported here", "this exercise is to write yourself what it does"
            case "raised":
                said = _quoted(_exception(told["type"], told["message"]))
                return f"{said}, before {function} was called", _cure(told["type"], told["message"])
            case "missing":
                close = "".join(f"call `{name}` so, or " for name in told["close"])
                return f"the program does not define {function}", f"{close}write `{self.definition}`"
            case "not callable":
                return f"{function} is {_article(told['type'])}, not a function", f"write `{self.definition}`"
            case "async":
                return f"{function} is `async`: a call gives no value", f"write `{self.definition}`"
            case "parameters":
                has = f"{function} cannot be called with {_count(len(self.exercise.judge.parameters), 'argument')}"
                return f"{has}: it has {_named(told['has'])}", f"write `{self.definition}`"
            case "time":
                message = (
                    f"the program was stopped after {_seconds(self.exercise.time_limit)}, before {function} was called"
                )
                return message, "outside the function nothing may take long: is there a loop without an end?"
            case "exit":
                message = f"the program ended with exit status {told['detail']}, before {function} was called"
                return message, "it must only define the function"
            case _:
                return f"Python itself crashed ({told['detail']}), before {function} was called", ""

    def excerpt(self, problem: Problem) -> str:
        """Show the line of a problem with the one before it, numbered, and a mark below the column."""
        if problem.line is None or problem.column is None:
            return ""
        shown = range(max(problem.line - 1, 1), problem.line + 1)
        rows = [f"{number:>4}  {self.line(number, strip=False)}".rstrip() for number in shown]
        return "\n".join([*rows, " " * (problem.column + 5) + "^"])

    def line(self, number: int, *, strip: bool = True) -> str:
        text = self.lines[number - 1] if 1 <= number <= len(self.lines) else ""
        return text.strip() if strip else text


def _without_return(value: Any, call: Call) -> Refusal | None:
    if value is None and not call.takes_none:
        return Refusal("The function returned nothing: is a `return` missing?", call.expected, "None")
    if isinstance(value, Foreign) and value.kind in ("generator", "map", "filter", "zip"):
        feedback = f"A {value.kind} gives its values only while it is read: return `list(…)` of it."
        return Refusal(feedback, call.expected, value.text)
    return None


def _exception(type: str, message: str) -> str:
    if type == "SystemExit":
        return f"SystemExit: the program wants to end{f' ({message})' if message else ''}"
    return f"{type}: {message}" if message else type


def _cure(type: str, message: str) -> str:
    """Offer what usually mends an exception; "" where nothing is usual."""
    name = re.search(r"name '(\w+)' is not defined", message)
    if type == "NameError" and name and name[1] in sys.stdlib_module_names:
        return f"Write `import {name[1]}` at the top of the program: it runs by itself, without the other cells."
    if type in ("NameError", "UnboundLocalError"):
        return "The program runs by itself: names from other cells of the notebook are not there."
    return next((told for kind, part, told in _CURES if type == kind and part in message), "")


_BYTES = "HMAC and SHA-256 work on bytes: `.encode()` turns text into bytes."
_TEXT = "Join text with text: `.hex()` or `.decode()` turns bytes into text."
_CURES = (
    ("TypeError", "must be encoded before hashing", _BYTES),
    ("TypeError", "expected bytes or bytearray, but got 'str'", _BYTES),
    ("TypeError", "a bytes-like object is required, not 'str'", _BYTES),
    ("TypeError", "can't concat str to bytes", _BYTES),
    ("TypeError", 'can only concatenate str (not "bytes")', _TEXT),
    ("TypeError", "Missing required argument 'digestmod'", "Say which hash: `hmac.new(key, message, hashlib.sha256)`."),
    ("EOFError", "", "Nobody answers `input()` here: the function gets all it needs as arguments."),
    ("RecursionError", "", "The function calls itself without an end."),
    ("MemoryError", "", "The function wants more memory than a program may have here: 1 GiB."),
    ("SystemExit", "", "The function must return, not end the program."),
)  # fmt: skip


def _quoted(message: str) -> str:
    """Write an exception's words as ours: lower case, names in backticks."""
    message = re.sub(r"'([^'`]+)'", r"`\1`", message.splitlines()[0] if message else "it cannot be read")
    return message if message[:1].isupper() and ": " in message else message[:1].lower() + message[1:]


def _named(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name}`" for name in names)
    return f"{_count(len(names), 'parameter')}{f' ({listed})' if listed else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _seconds(limit: float) -> str:
    return f"{limit:g} second{'' if limit == 1 else 's'}"
