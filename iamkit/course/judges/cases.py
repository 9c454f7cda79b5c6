"""What a judge is made of: cases with a name, each of one or more calls, each call with the judgment of its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit.course.as_python import as_python, kind_of
from iamkit.course.lines import first_difference

if TYPE_CHECKING:
    from iamkit.course.lines import LineDifference


@dataclass(frozen=True, slots=True)
class Refusal:
    """Say why a returned value is not right. Without `got` the value itself is shown.

    `explained` gives the same refusal with more to it; it may take a while, so it is called for the one that is shown.
    """

    feedback: str
    expected: str
    got: str = ""
    difference: LineDifference | None = None
    details: tuple[tuple[str, str], ...] = ()
    explained: Callable[[], Refusal] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call and how to judge what it returns: None is right. `expected` says what should come, whatever came.

    To return nothing is a mistake, of which every learner is told in the same words, unless `takes_none`.
    """

    arguments: tuple[Any, ...]
    expected: str
    judge: Callable[[Any], Refusal | None]
    takes_none: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """Calls that need the same thing to be right."""

    name: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Say how a function is called, what it returns, and by which cases it is judged, in their order.

    Each case makes the same calls every time: what is random in them comes from a seed.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    cases: Mapping[str, Callable[[], Iterable[Call]]]

    def build(self) -> tuple[Case, ...]:
        """Make the calls of all cases."""
        return tuple(Case(name, tuple(calls())) for name, calls in self.cases.items())


def of_type(value: Any, kinds: type | tuple[type, ...], expected: str, wanted: str) -> Refusal | None:
    """Refuse a value that is none of these types; `wanted` names the right one: `a str`."""
    if isinstance(value, kinds):
        return None
    return Refusal(f"The function must return {wanted}. Yours returned {kind_of(value)}.", expected, as_python(value))


def same_text(value: Any, wanted: str, feedback: Callable[[str], str]) -> Refusal | None:
    """Compare a text with the right one, line by line; `feedback` makes a sentence of the wrong text."""
    refused = of_type(value, str, wanted, "a str")
    if refused is not None or value == wanted:
        return refused
    return Refusal(feedback(value), wanted, value, first_difference(wanted, value))
