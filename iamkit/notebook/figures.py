"""Figures that the engine computes: always with alternative text, and with the same numbers as text.

Matplotlib takes half a second to import, so it is imported when the first figure is drawn. The same data give the same
bytes: the drawing depends on no setting of the learner's, no clock and no installed font.
"""

from __future__ import annotations

import base64
import io
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from iamkit import Decision, Policy, Request, allows, evaluate
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.guard import guarded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 144
WIDTH = 9.0
ALICE = "arn:aws:iam::111122223333:user/alice"

_INK, FAINT, _PAPER, BLUE = "#212121", "#e0e0e0", "#ffffff", "#1565c0"
# Letters and shades both tell the decisions apart; the letter stands in each cell.
_CELLS = {
    Decision.ALLOW: ("A", "#1b5e20", "#ffffff"),
    Decision.EXPLICIT_DENY: ("D", "#b71c1c", "#ffffff"),
    Decision.IMPLICIT_DENY: ("-", "#eeeeee", "#212121"),
}
_LEGEND = "A: allowed.  D: denied by a statement (explicit deny).  -: denied, as nothing allows it (implicit deny)."


@guarded
def figure(fig: Figure, *, alt: str, text: str = "") -> View:
    """Display a Matplotlib figure with alternative text, and with its numbers as text below it."""
    below = html.preformatted(text) if text else ""
    return _displayed(View(f"{alt}\n{text}".strip(), as_image(as_png(fig), alt) + below))


@guarded
def wildcard_reach(patterns: Sequence[str], actions: Mapping[str, Sequence[str]], *, title: str = "") -> View:
    """Show how many actions each pattern covers, by access level; `actions` lists full names under each level."""
    counts = {pattern: _reached(pattern, actions) for pattern in patterns}
    title = title or f"How many of {sum(map(len, actions.values()))} actions each pattern covers, by access level"
    total = {pattern: sum(row.values()) for pattern, row in counts.items()}
    with drawing_style():
        png = as_png(_bars(title, counts, actions))
    headers = ["Pattern", *actions, "All"]
    rows = [[pattern, *(str(row[level]) for level in actions), str(total[pattern])] for pattern, row in counts.items()]
    rows.append(["of", *(str(len(names)) for names in actions.values()), str(sum(map(len, actions.values())))])
    cells = [[html.code(row[0]) if row[0] in counts else "of", *row[1:]] for row in rows]
    return _displayed(
        View(f"{title}\n{as_columns([headers, *rows])}", as_image(png, f"{title}. The numbers are in the table below.")
             + html.table(headers, cells, html.escape(title)))
    )  # fmt: skip


@guarded
def allow_deny_grid(
    policy: Policy | Mapping[str, Any] | str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: str = ALICE,
    context: Mapping[str, Any] | None = None,
    title: str = "",
) -> View:
    """Show what the engine decides for every action on every resource under one policy."""
    parsed = policy if isinstance(policy, Policy) else Policy.parse(policy)
    decisions = [
        [evaluate(Request(principal, action, resource, context), parsed).decision for resource in resources]
        for action in actions
    ]
    short = _short(resources)
    name = "" if parsed.name == "policy" else f" under policy {parsed.name}"
    title = title or f"Decisions for {len(actions)} actions on {len(resources)} resources{name}"
    with drawing_style():
        png = as_png(_grid(title, actions, short, decisions))
    letters = [[_CELLS[decision][0] for decision in row] for row in decisions]
    text = as_columns([["", *short], *([action, *row] for action, row in zip(actions, letters, strict=True))])
    alt = f"{title}. The letters are in the table below."
    headers = ["Action", *short]
    rows = [[html.code(action), *row] for action, row in zip(actions, letters, strict=True)]
    shown = as_image(png, alt) + html.table(headers, rows, html.escape(title)) + html.paragraph(html.escape(_LEGEND))
    return _displayed(View(f"{title}\n{text}\n{_LEGEND}", shown))


def _displayed(view: View) -> View:
    show_once(view, view)
    return view


def _reached(pattern: str, actions: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Ask the engine, action by action, under a policy that allows the pattern on everything."""
    statement = {"Effect": "Allow", "Action": pattern, "Resource": "*"}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement})
    return {level: sum(allows(Request(ALICE, name), policy) for name in names) for level, names in actions.items()}


def _bars(title: str, counts: Mapping[str, Mapping[str, int]], actions: Mapping[str, Sequence[str]]) -> Figure:
    """Draw one panel a level, so that a bar's place says what it is and no color has to."""
    places = range(len(counts))
    widest = max(map(len, actions.values()), default=0) or 1
    # One scale for all panels; a short one still has room for its name and the numbers.
    spans = [max(len(names), widest * 0.35) + widest * 0.25 for names in actions.values()]
    fig, panels = side_by_side(1.4 + 0.34 * len(counts), spans)
    for panel, (level, names), span in zip(panels, actions.items(), spans, strict=True):
        values = [row[level] for row in counts.values()]
        panel.barh(places, [len(names)] * len(values), color=FAINT, height=0.62)
        panel.barh(places, values, color=BLUE, height=0.62)
        for place, value in zip(places, values, strict=True):
            panel.text(len(names) + widest * 0.04, place, str(value), va="center", fontweight="bold")
        panel.set_title(f"{textwrap.fill(level, 12)}\n(of {len(names)})", fontsize=10, loc="left")
        panel.set_xlim(0, span)
        panel.set_ylim(len(counts) - 0.5, -0.5)
        panel.set_xticks([])
        panel.set_yticks(list(places), list(counts), family="DejaVu Sans Mono")
        panel.tick_params(length=0)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig


def side_by_side(height: float, widths: Sequence[float]) -> tuple[Figure, list[Axes]]:
    """Make a figure of panels beside each other, without frames; `height` in inches, `widths` as ratios."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(WIDTH, height), layout="constrained")
    panels = list(fig.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0])
    for panel in panels:
        panel.spines[:].set_visible(False)
    return fig, panels


def _grid(title: str, actions: Sequence[str], resources: Sequence[str], decisions: list[list[Decision]]) -> Figure:
    fig, (panel,) = side_by_side(1.9 + 0.42 * len(actions), [1])
    from matplotlib.patches import Rectangle

    for row, line in enumerate(decisions):
        for column, decision in enumerate(line):
            letter, shade, ink = _CELLS[decision]
            cell = Rectangle((column, row), 1, 1, facecolor=shade, edgecolor=_PAPER, linewidth=2)
            panel.add_patch(cell)
            panel.text(column + 0.5, row + 0.52, letter, color=ink, ha="center", va="center", fontweight="bold")
    panel.set_xlim(0, len(resources))
    panel.set_ylim(len(actions), 0)
    panel.xaxis.tick_top()
    tilt: dict[str, Any] = (
        {"rotation": 20, "ha": "left"} if max(map(len, resources), default=0) * len(resources) > 84 else {}
    )
    panel.set_xticks([place + 0.5 for place in range(len(resources))], resources, **tilt)
    panel.set_yticks([place + 0.5 for place in range(len(actions))], actions, family="DejaVu Sans Mono")
    panel.tick_params(length=0)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    fig.supxlabel(_LEGEND, fontsize=9)
    return fig


def _short(arns: Sequence[str]) -> list[str]:
    """Leave out the beginning that all ARNs share, up to the resource."""
    heads = {arn.rpartition(":")[0] for arn in arns}
    parts = [arn.split(":", 5) for arn in arns]
    same = len(heads) == 1 or len({tuple(part[:5]) for part in parts}) == 1
    return [part[5] for part in parts] if same and all(len(part) == 6 for part in parts) else list(arns)


def as_columns(rows: Sequence[Sequence[str]]) -> str:
    """Write rows of text below each other, their cells in line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw with Matplotlib's own defaults and its own font, whatever the learner has set."""
    import matplotlib as mpl

    ours: dict[str, object] = {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "text.color": _INK,
        "xtick.labelcolor": _INK,
        "ytick.labelcolor": _INK,
        "figure.constrained_layout.w_pad": 0.12,
        "figure.constrained_layout.h_pad": 0.12,
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in ours.items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def as_png(fig: Figure) -> bytes:
    """Draw a figure; the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    canvas = FigureCanvasAgg(fig)
    # Without the name and version of the software the bytes depend on the drawing alone.
    canvas.print_figure(buffer, format="png", dpi=DPI, facecolor=_PAPER, metadata={"Software": None})
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    close: Callable[[Figure], None] = pyplot.close if pyplot else lambda _: None
    close(fig)  # else Jupyter would show it a second time, without alternative text
    return buffer.getvalue()


def as_image(png: bytes, alt: str) -> str:
    """Write an image into a page, with the text for those who cannot see it."""
    source = base64.b64encode(png).decode()
    # The size on the page; the image has more pixels than that, for dense screens.
    width = int.from_bytes(png[16:20], "big") * 96 // DPI
    return f'<img alt="{html.escape(alt)}" width="{width}" src="data:image/png;base64,{source}">'
