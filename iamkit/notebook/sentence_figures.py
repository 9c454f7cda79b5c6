"""The figure of the sentence: WHO does WHAT on WHICH under WHAT CONDITIONS, a request's words above a statement's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from iamkit import Evaluation, Policy, Request
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from iamkit.policy import Statement

_WIDTH, _HEIGHT = 9.0, 4.1
_INK, FAINT, _PAPER = "#212121", "#757575", "#ffffff"
_BROWN, _GREEN, _RED = "#5d4037", "#1b5e20", "#b71c1c"
_MONO = "DejaVu Sans Mono"
_LINE = 24
# Keys that a beginner can read. The time differs from request to request, so its value is not shown.
_CONTEXT = {"aws:SourceIp": True, "aws:RequestedRegion": True, "aws:CurrentTime": False}
_NAMES = (("WHO", "principal"), ("WHAT", "action"), ("WHICH", "resource"), ("CONDITIONS", "context"))
_NO_STATEMENT = "no statement"
_FITS = {True: "fits", False: "does not fit", None: "nothing to compare"}


class Part(NamedTuple):
    """A part of the sentence: what the request has, what the statement asks for, and whether the two fit."""

    name: str
    word: str
    asked: str
    said: str
    fits: bool | None


@guarded
def sentence(evaluation: Evaluation, *, title: str = "") -> View:
    """Show a request as the sentence it is, above the statement that decided, or else the one that came nearest."""
    parts = parts_of(evaluation)
    title = title or f"One request, one sentence: {evaluation.decision.value}"
    statement = statement_of(evaluation)
    says = f"the statement ({statement.effect}) asks for" if statement else "the policies say"
    headers = ["", "the request has", says, "together"]
    rows = [[f"{part.name} ({part.word})", part.asked, part.said, _FITS[part.fits]] for part in parts]
    verdict = f"{evaluation.decision.value}: {evaluation.decided_by}"
    with drawing_style():
        png = as_png(_draw(title, parts, says, evaluation))
    alt = (
        f"{title}. Four columns, {', '.join(part.name for part in parts)}: the request's words above, the statement's "
        "below, and whether they fit. The words are in the table below."
    )
    cells = [[html.escape(name), html.code(asked), html.code(said), fits] for name, asked, said, fits in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title)) + html.paragraph(_spoken(verdict))
    view = View(f"{title}\n{as_columns([headers, *rows])}\n{verdict}", shown)
    show_once(view, view)
    return view


def parts_of(evaluation: Evaluation) -> tuple[Part, ...]:
    """Take the sentence apart; without any statement there is nothing to compare with."""
    request, statement = evaluation.request, statement_of(evaluation)
    asked = (str(request.principal), request.action, request.resource.arn, ", ".join(_circumstances(request)) or "none")
    said: Sequence[str] = [_NO_STATEMENT] * len(asked)
    fits: Sequence[bool | None] = [None] * len(asked)
    if statement is not None:
        said, fits = tuple(_said(statement, request)), (True, *_fitting(statement, request))
    return tuple(Part(*each) for each in zip(*zip(*_NAMES, strict=True), asked, said, fits, strict=True))


def statement_of(evaluation: Evaluation) -> Statement | None:
    """Find the deciding statement, or else the identity-based one of which the most parts fit."""
    policies, request = evaluation.policies, evaluation.request
    own: list[Policy] = [*policies.identity_based, *(each for some in policies.groups.values() for each in some)]
    if (ref := evaluation.deciding) is not None:
        for policy in own:
            if policy.name == ref.policy:
                return policy.statements[ref.index]
    statements = [statement for policy in own for statement in policy.statements]
    return max(statements, key=lambda each: sum(_fitting(each, request)), default=None)


def _fitting(statement: Statement, request: Request) -> tuple[bool, bool, bool]:
    context = request.folded_context
    return (
        statement.action_element.cover(request.action.lower()),
        statement.covers_resource(request.resource.arn, context),
        statement.conditions_hold(context),
    )


def _said(statement: Statement, request: Request) -> Iterator[str]:
    """Give what a statement asks for, part by part."""
    yield f"attached to {request.principal.arn.rpartition(':')[2]}"
    yield _listed(statement.actions, statement.not_actions)
    yield _listed(statement.resources, statement.not_resources)
    yield " and ".join(condition.key for condition in statement.conditions) or "none: always"


def _listed(patterns: tuple[str, ...], negated: tuple[str, ...]) -> str:
    return " or ".join(patterns) or f"all but {' or '.join(negated)}"


def _circumstances(request: Request) -> Iterator[str]:
    for key, with_value in _CONTEXT.items():
        if (value := request.value(key)) is not None:
            yield f"{key} = {value}" if with_value else f"{key} = now"


def _spoken(verdict: str) -> str:
    """Escape a text with code in backticks."""
    return re.sub(r"`([^`]*)`", lambda found: html.code(found[1]), verdict.replace("&", "&amp;").replace("<", "&lt;"))


def _draw(title: str, parts: Iterable[Part], says: str, evaluation: Evaluation) -> Figure:
    from matplotlib.figure import Figure

    fig = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    panel = fig.subplots()
    panel.set_axis_off()
    panel.set_xlim(0, 100)
    panel.set_ylim(0, 47)
    for place, part in enumerate(parts):
        _draw_part(panel, 12.5 + 25 * place, part)
    for y, label in ((39.4, "the request has"), (25.2, says)):
        panel.text(0.8, y, label, fontsize=9, color=FAINT, ha="left", va="center")
    allowed = evaluation.allowed
    _box(panel, (50, 3.4), (98.4, 6.2), _GREEN if allowed else _RED, filled=True)
    text = f"{evaluation.decision.value}: {evaluation.decided_by}".replace("`", '"')
    panel.text(50, 3.4, text, ha="center", va="center", fontsize=9, fontweight="bold", color=_PAPER)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig


def _draw_part(panel: Axes, x: float, part: Part) -> None:
    panel.text(x, 45, part.name, ha="center", va="center", fontsize=12, fontweight="bold", color=_INK)
    panel.text(x, 42.2, part.word, ha="center", va="center", fontsize=9, color=FAINT)
    color = FAINT if part.fits is None else _GREEN if part.fits else _RED
    for y, text, edge in ((32.2, part.asked, _BROWN), (18.0, part.said, color)):
        _box(panel, (x, y), (23.4, 11.0), edge)
        panel.text(x, y, _wrapped(text), ha="center", va="center", fontsize=8, family=_MONO, color=_INK)
    panel.text(x, 10.2, _FITS[part.fits], ha="center", va="center", fontsize=9.5, fontweight="bold", color=color)


def _box(panel: Axes, center: tuple[float, float], size: tuple[float, float], edge: str, filled: bool = False) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (center[0] - size[0] / 2, center[1] - size[1] / 2)
    panel.add_patch(
        FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=0.8", facecolor=edge if filled else _PAPER,
            edgecolor=edge, linewidth=1.4,
        )
    )  # fmt: skip


def _wrapped(text: str) -> str:
    """Break a text after colons, slashes, commas and spaces into lines that fit a box."""
    lines = [""]
    for piece in re.findall(r"[^:/, ]+[:/, ]*|[:/, ]+", text):
        if lines[-1].endswith(", ") or len(lines[-1] + piece.rstrip()) > _LINE:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines).strip()
