"""A figure of who can come to whom: principals in columns by the number of steps, an arrow for each step.

What is drawn is what the analysis found, and all of it stands below as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from iamkit.analysis.edges import Edge
from iamkit.analysis.landscape import Landscape, short
from iamkit.analysis.reach import BlastRadius, Escalations, blast_radius, escalations
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded
from iamkit.notebook.party_columns import party_columns
from iamkit.notebook.views.reach import step_rows
from iamkit.notebook.views.texts import message_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, BLUE, _GREEN, _RED = "#212121", "#1565c0", "#1b5e20", "#b71c1c"
_HEADERS = ("Step", "From", "To", "Method", "Actions")
_LEGEND = (
    "An arrow: can become.  A dashed box: can give itself more.  Double box: an administrator.  Numbers: the table."
)


@guarded
def reach_figure(
    found: Landscape | Escalations | BlastRadius, credential: str | None = None, *, title: str = ""
) -> View:
    """Show the steps between principals: all single ones of a landscape, or those from one credential on."""
    if isinstance(found, Landscape):
        found = escalations(found) if credential is None else blast_radius(found, credential)
    edges = found.steps if isinstance(found, BlastRadius) else found.edges
    if not edges:
        return _displayed(message_view("nobody comes to more than it has\nhelp: that is how it should be"))
    start = found.start if isinstance(found, BlastRadius) else None
    admins = _administrators(found)
    title = title or _title(found, edges)
    with drawing_style():
        png = as_png(_draw(title, edges, start, admins))
    rows = step_rows(edges)
    sentences = found.sentences if isinstance(found, BlastRadius) else ()
    alt = f"{title}. Arrows lead from principals on the left to those that they can become. All is in the table below."
    cells = [[html.escape(number), *map(html.escape, rest[:3]), html.inline(rest[3])] for number, *rest in rows]
    plain = [[cell.replace("`", "") for cell in row] for row in rows]
    shown = as_image(png, alt) + "".join(html.paragraph(html.inline(each)) for each in sentences)
    shown += html.table(_HEADERS, cells, html.escape(title))
    return _displayed(View("\n".join([title, *sentences, as_columns([list(_HEADERS), *plain])]), shown))


def _displayed(view: View) -> View:
    show_once(view, view)
    return view


def _title(found: Escalations | BlastRadius, edges: Sequence[Edge]) -> str:
    steps = f"{len(edges)} step{'' if len(edges) == 1 else 's'}"
    if isinstance(found, BlastRadius):
        return f"What is reached from {short(found.start)}: {steps}"
    return f"Who can come to more than they have: {steps}"


def _administrators(found: Escalations | BlastRadius) -> frozenset[str]:
    return frozenset(found.administrators)


def _layers(edges: Sequence[Edge], start: str | None) -> list[list[str]]:
    """Sort principals into columns by the steps that lead to them; at the left those that nobody comes to."""
    becoming = [(edge.source, edge.target) for edge in edges if edge.becomes is not None]
    everybody = dict.fromkeys(name for edge in edges for name in (edge.source, edge.target))
    reached = {target for _, target in becoming}
    depth = {name: 0 for name in everybody if name == start or (start is None and name not in reached)}
    if not depth:
        depth = {next(iter(everybody)): 0}
    waiting = list(depth)
    while waiting:
        name = waiting.pop(0)
        for source, target in becoming:
            if source == name and target not in depth:
                depth[target] = depth[name] + 1
                waiting.append(target)
    for name in everybody:
        depth.setdefault(name, 0)
    return [[name for name in everybody if depth[name] == each] for each in range(max(depth.values()) + 1)]


def _draw(title: str, edges: Sequence[Edge], start: str | None, admins: frozenset[str]) -> Figure:
    drawn = party_columns(_layers(edges, start), margin=1.5, least=2)
    panel, places = drawn.panel, drawn.places
    half = min(drawn.gap * 0.3, 16.0)
    for pair, numbers in _numbered(edges).items():
        _arrow(panel, pair, ", ".join(numbers), places, half)
    own = {edge.source: str(number) for number, edge in enumerate(edges, 1) if edge.becomes is None}
    for name, place in places.items():
        _box(panel, name, place, half, own.get(name, ""), name in admins)
    drawn.fig.suptitle(title, fontsize=12, fontweight="bold")
    drawn.fig.supxlabel(_LEGEND, fontsize=9)
    return drawn.fig


def _numbered(edges: Sequence[Edge]) -> dict[tuple[str, str], list[str]]:
    """Gather the numbers of the steps between each two principals."""
    found: dict[tuple[str, str], list[str]] = {}
    for number, edge in enumerate(edges, 1):
        if edge.becomes is not None:
            found.setdefault((edge.source, edge.target), []).append(str(number))
    return found


def _arrow(
    panel: Axes, pair: tuple[str, str], label: str, places: Mapping[str, tuple[float, float]], half: float
) -> None:
    (x, y), (to_x, to_y) = places[pair[0]], places[pair[1]]
    forward = to_x > x + 1
    begin = (x + half, y)
    end = (to_x - half, to_y) if forward else (to_x + half, to_y)
    arrow = {
        "arrowstyle": "-|>",
        "color": _GREEN,
        "linewidth": 1.6,
        "connectionstyle": f"arc3,rad={0.0 if forward else 0.5}",
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 13,
    }
    panel.annotate("", xy=end, xytext=begin, arrowprops=arrow)
    middle = (begin[0] + (end[0] - begin[0]) * 0.42, begin[1] + (end[1] - begin[1]) * 0.42)
    at = middle if forward else (begin[0] + 2.5, (begin[1] + end[1]) / 2)
    box = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.0}
    panel.text(*at, label, ha="center", va="center", fontsize=8.5, color=_INK, bbox=box)


def _box(panel: Axes, name: str, place: tuple[float, float], half: float, own: str, is_admin: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = place
    shade = _RED if is_admin else BLUE if ":role/" in name else _INK
    frames = [(0.0, "dashed" if own else "solid")] + ([(0.9, "solid")] if is_admin else [])
    for wider, dashes in reversed(frames):
        box = FancyBboxPatch(
            (x - half - wider, y - 0.3 - wider / 22), 2 * (half + wider), 0.6 + wider / 11,
            boxstyle="round,pad=0,rounding_size=0.6", mutation_aspect=0.15, facecolor="#ffffff", edgecolor=shade,
            linewidth=1.4, linestyle=dashes,
        )  # fmt: skip
        panel.add_patch(box)
    kind, _, text = short(name).partition("/")
    told = text or kind
    panel.text(x, y + 0.1, told, ha="center", va="center", fontsize=9.5 if len(told) < 17 else 8, fontweight="bold",
               color=shade)  # fmt: skip
    below = f"{kind}, step {own}" if own else kind
    panel.text(x, y - 0.15, below, ha="center", va="center", fontsize=8, color=_INK)
