"""What a learner calls never raises: a mistake becomes a sentence, a defect of ours a line to report."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from iamkit import InvalidArn, InvalidPolicy, InvalidRequest, UnknownPrincipal
from iamkit.notebook.display import show_once
from iamkit.notebook.sources import NoSource
from iamkit.notebook.views.texts import message_view

if TYPE_CHECKING:
    from iamkit.notebook.display import View

P = ParamSpec("P")
T = TypeVar("T")


# Their own words are for the learner.
_TOLD = InvalidArn | InvalidPolicy | InvalidRequest | NoSource | UnknownPrincipal


def say(text: str) -> None:
    """Display a message."""
    show(message_view(text))


def show(view: View) -> None:
    """Display a view that stands for nothing but itself."""
    show_once(view, view)


def guarded(function: Callable[P, T]) -> Callable[P, T | None]:
    """Turn every exception of a function into a displayed message and None; an interrupt passes."""
    signature = inspect.signature(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            say(f"{function.__name__}: {error}\nhelp: it is called as `{_usage(function.__name__, signature)}`")
            return None
        try:
            return function(*args, **kwargs)
        except Exception as error:
            say(_explained(function.__name__, error))
            return None

    return call


def _explained(name: str, error: Exception) -> str:
    # Imported here: what is no exercise never needs to know the course.
    from iamkit.course import MalformedExercise, UnknownExercise

    if isinstance(error, _TOLD | UnknownExercise):
        return str(error)
    if isinstance(error, MalformedExercise):
        return f"the course cannot be read:\n{error}"
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"`{name}` did not work ({told}): this is a defect of iamkit, not a mistake of yours; "
        "please report it as an issue, with this line and your cell"
    )


def _usage(name: str, signature: inspect.Signature) -> str:
    required = [each.name for each in signature.parameters.values() if each.kind is not each.KEYWORD_ONLY]
    return f"{name}({', '.join(required)})"
