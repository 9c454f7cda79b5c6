"""How a check looks: passed with its why, or the one request or call that is not right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.course import Counterexample, Outcome, PolicyExercise
from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.notebook.views.evaluations import decision_badge, gates_html, message_html, reasons_html
from iamkit.notebook.views.policies import count, problems_html, request_rows
from iamkit.notebook.views.programs import failed_call_html, invalid_program_html, spoken

if TYPE_CHECKING:
    from iamkit.course import Exercise, Result

_VERDICTS = {
    Outcome.NOT_ATTEMPTED: ("Not attempted yet", html.BROWN),
    Outcome.INVALID_POLICY: ("Not a valid policy yet", html.BROWN),
    Outcome.INVALID_PROGRAM: ("Cannot be called yet", html.BROWN),
    Outcome.FAILED: ("Not there yet", html.RED),
    Outcome.PASSED: ("Passed", html.GREEN),
}


def result_view(result: Result, exercise: Exercise | None = None) -> View:
    """Show what became of an attempt; the exercise knows the names of its cases."""
    heading = verdict_html(result, f"<strong>{html.escape(result.title)}</strong>")
    return View(_text(result, exercise), heading + result_html(result, exercise))


def verdict_html(result: Result, title: str = "", more: str = "") -> str:
    """Say the outcome, and how many cases or problems there are."""
    if result.outcome in (Outcome.FAILED, Outcome.PASSED):
        counted = f"{result.cases_passed} of {count(result.cases_total, 'case')} passed"
        counted += f", {count(result.calls_made, 'call')} made" if result.calls_made else ""
    else:
        counted = count(len(result.problems), "problem") if result.problems else ""
    said = ": ".join(filter(None, [title, ", ".join(filter(None, [counted, more]))]))
    return html.paragraph(f"{html.badge(*_VERDICTS[result.outcome])} {said}")


def result_html(result: Result, exercise: Exercise | None = None) -> str:
    """Show all of a result but its verdict and title."""
    parts = []
    if isinstance(result.counterexample, Counterexample):
        parts.append(counterexample_html(result.counterexample))
    elif result.counterexample is not None:
        parts.append(failed_call_html(result.counterexample))
    elif result.outcome is Outcome.PASSED and exercise is not None:
        parts.append(html.details("The cases", html.items(html.inline(case) for case in _cases(exercise))))
    elif result.outcome is Outcome.INVALID_PROGRAM:
        parts.append(invalid_program_html(result))
    elif result.problems:
        parts.append(problems_html(result.problems))
    parts += [html.paragraph(html.inline(line)) for line in result.note.splitlines() if line.strip()]
    if result.why:
        parts.append(html.markdown(result.why))
    return "".join(parts)


def announcement(result: Result) -> str:
    """Say in one or two sentences, to somebody who hears it, what became of the attempt."""
    verdict = _VERDICTS[result.outcome][0]
    found = result.counterexample
    if isinstance(found, Counterexample):
        asked = f"{found.action} on {found.resource} by {found.principal}"
        told = f"expected {_spoken(found.expected)}, got {_spoken(found.got.value)}. {found.feedback.strip()}"
        return f"{verdict}: {asked}: {told}".replace("`", "")
    if found is not None:
        return f"{verdict}: {spoken(found)}".replace("`", "")
    if result.outcome is Outcome.PASSED:
        return f"{verdict}: {result.cases_passed} of {count(result.cases_total, 'case')}."
    if result.problems:
        first = result.problems[0]
        place = f"line {first.line}, column {first.column}: " if first.line is not None else ""
        return f"{verdict}: {count(len(result.problems), 'problem')}. {place}{first.message}".replace("`", "")
    return f"{verdict}: {result.note.strip()}"


def counterexample_html(found: Counterexample) -> str:
    """Show one request, what was expected and what was decided, and fold the gates away below."""
    rows = {term.capitalize(): html.inline(detail) for term, detail in request_rows(found.request).items()}
    rows["Context"] = rows["Context"] or "none"
    rows |= {
        "Expected": html.code(found.expected),
        "Got": decision_badge(found.got),
        "Decided by": html.inline(found.decided_by),
        "Why it matters": html.markdown_line(found.feedback),
    }
    gates = gates_html(found.evaluation) + reasons_html(found.evaluation) + message_html(found.evaluation)
    heading = html.paragraph("Your policy gets this request wrong:")
    return heading + html.definitions(rows) + html.details("Every gate of this decision", gates)


def _text(result: Result, exercise: Exercise | None) -> str:
    text = repr(result)
    if result.outcome is not Outcome.PASSED or exercise is None:
        return text
    heading, counted, *others = text.split("\n")
    return "\n".join([heading, counted, *(f"    {case.replace('`', '')}" for case in _cases(exercise)), *others])


def _cases(exercise: Exercise) -> list[str]:
    """Name the cases, those of a policy with what they expect."""
    if isinstance(exercise, PolicyExercise):
        return [f"{case.name}: `{case.expect}`" for case in exercise.cases]
    return list(exercise.case_names)


def _spoken(word: str) -> str:
    return word.replace("_", " ").lower()
