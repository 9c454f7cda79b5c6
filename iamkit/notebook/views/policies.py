"""How policies and requests look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamkit.notebook import html, listing, words
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamkit import Policy, Problem, Request


def policy_view(policy: Policy, text: str = "") -> View:
    """Show a policy as JSON with a caption before every statement; `text` is the JSON as it was written."""
    shown = text if text.strip().count("\n") else listing.pretty(policy.to_dict())
    many = isinstance(policy.to_dict()["Statement"], list)
    lines = [listing.line_of(shown, f"/Statement/{each.index}" if many else "/Statement") for each in policy.statements]
    captions = [words.caption(each) for each in policy.statements]
    heading = words.policy_heading(policy)
    listed = listing.as_html(shown, list(zip(lines, map(_caption, captions), strict=True)))
    return View(
        f"{heading}\n{listing.as_text(shown, list(zip(lines, captions, strict=True)))}",
        html.paragraph(f"<strong>{html.inline(heading)}</strong>") + listed,
    )


def _caption(sentence: str) -> str:
    """Set off the verb, which is what to see at a glance."""
    start, verb, rest = re.split(r"(?<=: )(allows|denies)(?= )", sentence, maxsplit=1)
    badge = html.badge(verb, html.GREEN if verb == "allows" else html.RED)
    return f"{html.inline(start)}{badge}{html.inline(rest)}"


def invalid_view(document: Any, problems: Sequence[Problem]) -> View:
    """Show what is wrong with a document, and where."""
    text = document if isinstance(document, str) else _json(document)
    found = listing.marks(text, problems)
    heading = "Not a valid policy"
    lines = [f"{heading}: {count(len(problems), 'problem')}", *(str(problem) for problem in problems)]
    listed = text.strip() and isinstance(document, str | dict)
    return View(
        "\n".join([*lines, listing.as_text(text, (), found)] if listed else lines),
        html.paragraph(html.badge(heading, html.BROWN) + f" {count(len(problems), 'problem')}")
        + problems_html(problems)
        + (listing.as_html(text, (), found) if listed else ""),
    )


def problems_html(problems: Sequence[Problem]) -> str:
    """List problems: place, what is wrong, what helps."""
    return html.items(_problem(problem) for problem in problems)


def _problem(problem: Problem) -> str:
    line = "" if problem.line is None else f" (line {problem.line}, column {problem.column})"
    help = f"<br>help: {html.inline(problem.help)}" if problem.help else ""
    return f"{html.code(problem.pointer or '/')}{line}: {html.inline(problem.message)}{help}"


def request_view(request: Request) -> View:
    """Show who asks for what on which, under what conditions."""
    rows = request_rows(request)
    text = "\n".join(f"  {term + ':':<10} {detail.replace('`', '')}" for term, detail in rows.items() if detail)
    shown = {term.capitalize(): html.inline(detail) for term, detail in rows.items()}
    return View(f"Request\n{text}", html.paragraph("<strong>Request</strong>") + html.definitions(shown))


def request_rows(request: Request) -> dict[str, str]:
    """Return what a request consists of, each in backticks; a row that says nothing is empty."""
    account = request.resource.account
    owner = f" of account `{account}`" if account and account not in request.resource.arn else ""
    return {
        "principal": f"`{request.principal}`",
        "action": f"`{request.action}`",
        "resource": f"`{request.resource.arn}`{owner}",
        "context": words.context(request.context),
    }


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _json(document: Any) -> str:
    try:
        return listing.pretty(document)
    except (TypeError, ValueError, RecursionError):
        return ""
