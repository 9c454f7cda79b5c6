"""How external access, escalations and the reach of a credential look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iamkit.analysis.edges import Edge
from iamkit.analysis.exposure import Exposure, Finding, Risk
from iamkit.analysis.landscape import short
from iamkit.analysis.reach import BlastRadius, Escalations
from iamkit.evaluation import Evaluation
from iamkit.notebook import html
from iamkit.notebook.display import View

_STEPS = ("Step", "From", "To", "Method", "What is needed")


def exposure_view(found: Exposure) -> View:
    """Show findings, the public ones marked, and then what is not exposed."""
    head = html.paragraph(html.escape(repr(found).splitlines()[0]))
    rows = [_finding(each) for each in found.findings]
    headers = ("Resource", "", "Who", "Actions", "If", "By statement", "Example")
    table = html.table(headers, rows, "Findings") if rows else ""
    rest = [
        html.code(each.resource) + f": no outsider ({'proved' if each.proved else 'searched'})" for each in found.clean
    ]
    rest += [html.code(each) + ": not analyzed" for each in found.not_analyzed]
    folded = html.details("Resources without a finding", html.items(rest)) if rest else ""
    return View(repr(found), head + table + folded)


def _finding(finding: Finding) -> tuple[str, ...]:
    badge = html.badge("PUBLIC", html.RED) if finding.public else html.badge("external", html.BROWN)
    request = finding.example.request
    risk = "" if finding.risk is Risk.NONE else f"<br>{html.inline(finding.risk.value)}"
    return (
        html.code(finding.resource),
        badge,
        html.inline(str(finding.outsider)) + risk,
        " ".join(map(html.code, finding.actions[:4])) + (" …" if len(finding.actions) > 4 else ""),
        "<br>".join(map(html.code, finding.conditions)),
        html.inline(str(finding.statement)),
        f"{html.code(request.action)} on {html.code(request.resource.arn)}",
    )


def step_rows(edges: Sequence[Edge]) -> list[list[str]]:
    """Give a row for each step: its number, from, to, the method, and what is needed, in backticks."""
    return [
        [str(number), short(edge.source), short(edge.target) if edge.becomes else edge.gain, edge.method.name,
         str(edge).partition(": ")[2]]
        for number, edge in enumerate(edges, 1)
    ]  # fmt: skip


def escalations_view(found: Escalations) -> View:
    """Show every single step."""
    head = html.paragraph(html.escape(repr(found).splitlines()[0]))
    last = html.paragraph(html.escape(repr(found).splitlines()[-1]))
    return View(repr(found), head + _steps(found.edges) + last)


def blast_radius_view(found: BlastRadius) -> View:
    """Show what is lost, then the steps, then the resources by access level."""
    badge = html.badge("ADMINISTRATOR", html.RED) if found.is_admin else html.badge("no administrator", html.GREEN)
    head = html.paragraph(f"{badge} {' '.join(html.inline(each) for each in found.sentences)}")
    rows = [
        (html.code(each.resource), html.escape(", ".join(each.levels)), _examples(each.levels))
        for each in found.access
        if each.levels
    ]
    table = html.table(("Resource", "Access levels", "For example"), rows, "Resources") if rows else ""
    return View(repr(found), head + _steps(found.steps) + table)


def _examples(levels: Mapping[str, Evaluation]) -> str:
    return " ".join(html.code(each.request.action) for each in levels.values())


def _steps(edges: Sequence[Edge]) -> str:
    if not edges:
        return ""
    rows = [[*map(html.escape, row[:4]), html.inline(row[4])] for row in step_rows(edges)]
    return html.table(_STEPS, rows, "Steps")
