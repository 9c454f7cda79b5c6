"""How a learner's program looks in a result: the call that is not right, or the line where the program is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.notebook import html

if TYPE_CHECKING:
    from iamkit.course import FailedCall, LineDifference, Result

_LONG = 140  # a longer text is folded away


def failed_call_html(found: FailedCall) -> str:
    """Show one call with what was expected and what came, what helps, and all the rest folded away."""
    folded: dict[str, str] = {}
    rows = {"Call": _python(found.call)}
    if found.difference is None:
        rows |= {"Expected": _value(found.expected), "Got": _value(found.got)}
    else:
        if "\n" in found.expected:
            folded["What was expected, in full"] = found.expected
            folded["What your function returned, in full"] = found.got
        else:
            rows |= {"Expected": _value(found.expected), "Got": _value(found.got)}
        rows["First difference"] = _difference(found.difference)
    for name, text in found.details:
        if "\n" in text or len(text) > _LONG:
            folded[_capital(name)] = text
        else:
            rows[_capital(name)] = html.inline(text) if text.endswith(".") else html.code(text)
    rows["What helps"] = html.markdown_line(found.feedback)
    if found.printed:
        rows["Your program printed"] = html.program(found.printed.rstrip())
    heading = html.paragraph(
        f"<strong>{html.escape(_capital(found.case))}</strong>: this call does not give what it should."
    )
    folds = (html.details(html.escape(name), html.program(text)) for name, text in folded.items())
    return heading + html.definitions(rows) + "".join(folds)


def invalid_program_html(result: Result) -> str:
    """Show why a program cannot be called, with the line where that is."""
    items = []
    for problem in result.problems:
        place = f"Line {problem.line}, column {problem.column}: " if problem.line is not None else ""
        help = f"<br>help: {html.inline(problem.help)}" if problem.help else ""
        items.append(html.escape(place) + html.inline(problem.message) + help)
    excerpt = html.program(result.excerpt) if result.excerpt else ""
    return html.items(items) + excerpt + printed_html(result)


def printed_html(result: Result) -> str:
    """Show what a program printed before it was called."""
    if not result.printed:
        return ""
    return html.paragraph("Your program printed:") + html.program(result.printed.rstrip())


def spoken(found: FailedCall) -> str:
    """Say what is wrong with a call to somebody who hears it: not its arguments, they are too long."""
    got = found.difference.sentence if found.difference else f"got {found.got.partition(chr(10))[0][:_LONG]}"
    return f"{found.case}: {got}. {found.feedback.strip()}"


def _value(text: str) -> str:
    """Show what is expected or came: Python as code, a sentence as one."""
    return _python(text) if "\n" in text or '"' in text or text in ("None", "True", "False") else html.inline(text)


def _python(text: str) -> str:
    return html.program(text) if "\n" in text else html.code(text)


def _difference(found: LineDifference) -> str:
    expected, got, mark = found.rows
    width = len("expected")
    rows = [f"expected  {expected}", f"{'got':<{width}}  {got}", f"{'':<{width}}  {mark}"]
    return html.inline(_capital(found.sentence)) + html.program("\n".join(row.rstrip() for row in rows))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
