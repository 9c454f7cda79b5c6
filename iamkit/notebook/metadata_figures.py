"""The figure of a conversation with the instance metadata service: who asked what, with a token or without (A16).

What is drawn is what the service saw: `instance.requests`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from iamkit.cloud.metadata.endpoints import LOST, Seen
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _PAPER, _LANE, _GREEN, _RED, _BROWN = "#212121", "#ffffff", "#bdbdbd", "#1b5e20", "#b71c1c", "#5d4037"
_MONO = "DejaVu Sans Mono"
_SERVICE = "169.254.169.254"
_ROLES = "/latest/meta-data/iam/security-credentials/"
_LEFT, _RIGHT = 24.0, 76.0


class Line(NamedTuple):
    """A request, said in a few words: what it has to show, and what came of it."""

    method: str
    path: str
    shows: str
    outcome: str
    good: bool


@guarded
def conversation(asked: Mapping[str, Sequence[Seen]], *, title: str = "") -> View:
    """Show requests to the metadata service, in the order in which they came, under the name of whoever asked."""
    lines = {who: [line_of(seen) for seen in requests] for who, requests in asked.items()}
    title = title or f"What {_SERVICE} was asked"
    headers = ["Who", "Request", "Shows", "Answer"]
    rows = [[who, f"{each.method} {each.path}", each.shows, each.outcome] for who, own in lines.items() for each in own]
    with drawing_style():
        png = as_png(_draw(title, lines))
    counted = f"{len(rows)} arrows" if len(rows) != 1 else "One arrow"
    alt = f"{title}. {counted} from whoever asks to the service and the answers. All are in the table below."
    cells = [[html.escape(who), html.code(request), shows, outcome] for who, request, shows, outcome in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title))
    view = View(f"{title}\n{as_columns([headers, *rows])}", shown)
    show_once(view, view)
    return view


def line_of(seen: Seen) -> Line:
    """Say a request in a few words."""
    short = seen.path.replace(_ROLES, "…/security-credentials/")
    shows = "a lifetime" if seen.method == "PUT" else "a token" if seen.token else "nothing"
    return Line(seen.method, short, shows, _outcome(seen), seen.status == 200)


def _outcome(seen: Seen) -> str:
    if seen.status == LOST:
        return "lost on the way"
    if seen.status != 200:
        return f"{seen.status}, nothing"
    if seen.method == "PUT":
        return "200, a token"
    role = seen.path.removeprefix(_ROLES)
    known = seen.path.startswith(_ROLES)
    return "200, credentials" if known and role else "200, the role's name" if known else "200, a document"


def _draw(title: str, lines: Mapping[str, Sequence[Line]]) -> Figure:
    from matplotlib.figure import Figure

    count = sum(map(len, lines.values()))
    fig = Figure(figsize=(9.0, 1.5 + 0.62 * count), layout="constrained")
    panel = fig.subplots()
    panel.set_axis_off()
    panel.set_xlim(0, 100)
    panel.set_ylim(count - 0.25, -1.1)
    panel.plot([_RIGHT, _RIGHT], [-0.6, count - 0.4], color=_LANE, linewidth=6, solid_capstyle="round", zorder=1)
    panel.text(_RIGHT, -0.85, _SERVICE, ha="center", va="center", fontsize=9.5, family=_MONO, color=_INK)
    for first, who, own in _placed(lines):
        last = first + len(own) - 1
        panel.plot([_LEFT, _LEFT], [first - 0.3, last + 0.3], color=_BROWN, linewidth=6, solid_capstyle="round")
        panel.text(
            _LEFT - 2, (first + last) / 2, who.replace(", ", ",\n"), ha="right", va="center", fontsize=9.5,
            fontweight="bold", color=_INK,
        )  # fmt: skip
        for row, line in enumerate(own, first):
            _draw_line(panel, row, line)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig


def _placed(lines: Mapping[str, Sequence[Line]]) -> Iterator[tuple[int, str, Sequence[Line]]]:
    """Give each group of requests with the row of its first one."""
    first = 0
    for who, own in lines.items():
        if own:
            yield first, who, own
        first += len(own)


def _draw_line(panel: Axes, row: int, line: Line) -> None:
    color = _GREEN if line.good else _RED
    lost = line.outcome.startswith("lost")
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.6, "linestyle": "--" if lost else "-", "shrinkA": 0}
    panel.annotate("", xy=(_RIGHT - 1, row + 0.12), xytext=(_LEFT + 1, row + 0.12), arrowprops=arrow)
    panel.text(
        _LEFT + 2.5, row - 0.16, f"{line.method} {line.path}", ha="left", va="center", fontsize=8.5, family=_MONO,
        color=_INK,
    )  # fmt: skip
    panel.text(
        _RIGHT - 3, row + 0.12, f" with {line.shows} ", ha="right", va="center", fontsize=8.5, color=_INK,
        bbox={"boxstyle": "round,pad=0.25", "facecolor": _PAPER, "edgecolor": color},
    )  # fmt: skip
    panel.text(
        _RIGHT + 2.5, row + 0.12, line.outcome, ha="left", va="center", fontsize=9, fontweight="bold", color=_PAPER,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": color, "edgecolor": color},
    )  # fmt: skip
