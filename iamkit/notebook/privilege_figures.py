"""What a policy gives and what was used of it, drawn: each pattern of `Action` by access level."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import BLUE, FAINT, as_columns, as_image, as_png, drawing_style, side_by_side
from iamkit.notebook.guard import guarded
from iamkit.notebook.views.policies import count
from iamkit.reference import ACCESS_LEVELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from iamkit.analysis.unused import StatementUse, Unused

_GREY = "#bdbdbd"
_MONO = "DejaVu Sans Mono"
_LONGEST = 34  # characters of a pattern that the image has room for; the table has them all
_LEGEND = "2 of 9: of 9 actions that the pattern gives (whole bar), 2 were used (dark part).  -: it gives none."
_EVERY_SERVICE = "A pattern that begins with * is counted for the services that were used, not for all of AWS."


class _Count(NamedTuple):
    """Of one pattern at one level."""

    used: int
    given: int

    def __str__(self) -> str:
        return f"{self.used} of {self.given}" if self.given else "-"


_Rows = Mapping[str, Mapping[str, _Count]]


@guarded
def granted_and_used(report: Unused, *, title: str = "") -> View:
    """Show for every pattern of `Action` how many actions it gives and how many of them were used, by access level."""
    rows = dict(_rows(report))
    levels = [name for name in ACCESS_LEVELS if any(row[name].given for row in rows.values())]
    title = title or f"Actions granted and used, by access level ({count(report.window.events, 'event')})"
    notes = list(_notes(report))
    words = [[name, *(str(row[level]) for level in levels), str(_total(row))] for name, row in rows.items()]
    headers = ["Pattern", *levels, "All"]
    image = ""
    if levels:
        with drawing_style():
            image = as_image(as_png(_bars(title, levels, rows)), f"{title}. The numbers are in the table below.")
    cells = [[html.code(name), *counts] for name, *counts in words]
    below = "".join(html.paragraph(html.inline(note)) for note in notes)
    text = "\n".join([title, as_columns([headers, *words]), *(note.replace("`", "") for note in notes)])
    view = View(text, image + html.table(headers, cells, html.escape(title)) + below)
    show_once(view, view)
    return view


def _rows(report: Unused) -> Iterator[tuple[str, Mapping[str, _Count]]]:
    """Count pattern by pattern; a pattern that stands in several statements is told apart by their names."""
    often = Counter(each.pattern for use in report.statements for each in use.actions)
    for use in report.statements:
        for place, each in enumerate(use.actions):
            name = each.pattern
            if often[name] > 1:
                repeated = [one.pattern for one in use.actions[:place]].count(name)
                name += f" ({_name(use)}{f', {repeated + 1}' if repeated else ''})"
            counts = {level.name: _Count(len(level.used), level.given) for level in each.levels}
            yield name, {level: counts.get(level, _Count(0, 0)) for level in ACCESS_LEVELS}


def _name(use: StatementUse) -> str:
    return f"statement {use.statement.index}"


def _total(row: Mapping[str, _Count]) -> _Count:
    return _Count(sum(each.used for each in row.values()), sum(each.given for each in row.values()))


def _notes(report: Unused) -> Iterator[str]:
    """Say what the numbers mean, and what of the policy they leave out."""
    yield _LEGEND
    patterns = [each.pattern for use in report.statements for each in use.actions]
    if any(each.partition(":")[0] == "*" for each in patterns):
        yield _EVERY_SERVICE
    for use in report.statements:
        if use.why:
            yield f"{use.statement}: {use.why}."


def _bars(title: str, levels: Sequence[str], rows: _Rows) -> Figure:
    """Draw one panel a level, all on one scale; the numbers stand beside each bar, so no shade has to be told."""
    most = {level: max(row[level].given for row in rows.values()) for level in levels}
    widest = max(most.values())
    # Behind the longest bar there is room for its numbers; a short panel still has room for its name.
    spans = [max(most[level] + widest * 0.55, widest * 0.75) for level in levels]
    fig, panels = side_by_side(1.7 + 0.36 * len(rows), spans)
    for panel, level, span in zip(panels, levels, spans, strict=True):
        _panel(panel, [row[level] for row in rows.values()], widest * 0.04)
        panel.set_title(textwrap.fill(level, 12), fontsize=10, loc="left")
        panel.set_xlim(0, span)
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.set_xticks([])
        panel.set_yticks(range(len(rows)), [_cut(name) for name in rows], family=_MONO)
        panel.tick_params(length=0)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    fig.supxlabel(_LEGEND, fontsize=9)
    return fig


def _panel(panel: Axes, counts: Sequence[_Count], gap: float) -> None:
    places = range(len(counts))
    panel.barh(places, [each.given for each in counts], color=FAINT, edgecolor=_GREY, linewidth=0.8, height=0.62)
    panel.barh(places, [each.used for each in counts], color=BLUE, height=0.62)
    for place, each in zip(places, counts, strict=True):
        weight = "bold" if each.used else "normal"
        panel.text(each.given + gap, place, str(each), va="center", fontsize=9, fontweight=weight)


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
