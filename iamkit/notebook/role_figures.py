"""Figures about roles: who can become whom, and how a chain of sessions lies in time.

Both are computed: the first by asking the engine for every pair, the second from the sessions behind a real call. The
numbers stand below as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded
from iamkit.notebook.party_columns import party_columns
from iamkit.notebook.role_graph import Becoming, RoleGraph, read_graph
from iamkit.notebook.session_chain import Link, links_of
from iamkit.notebook.views.texts import message_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.trail import Event

_WIDTH = 9.0
_INK, FAINT, BLUE, _BROWN, _GREEN, _RED = "#212121", "#e0e0e0", "#1565c0", "#5d4037", "#1b5e20", "#b71c1c"
_MONO = "DejaVu Sans Mono"

# What kind of line stands for what; the dashes tell, the colors only help.
_LINES: dict[str, tuple[str, Any, float]] = {
    "can": (_GREEN, "solid", 1.8),
    "trusted": (_BROWN, (0, (6, 3)), 1.3),
}
_LEGEND = "Solid: can become the role.  Dashed: the role trusts them, but their own policies do not allow it."


@guarded
def who_can_become(
    cloud: LocalCloud,
    *,
    without: Sequence[str] = ("administrator",),
    callers: Mapping[str, tuple[str, Mapping[str, Any]]] | None = None,
    title: str = "",
) -> View:
    """Show who in a local cloud can become which role, by the engine's decision for every pair.

    `without` names users and roles to leave out. `callers` are more who may ask: a name, and a pair of the principal
    and the condition keys of its request, such as an identity provider with the claims of a token.
    """
    graph = read_graph(cloud, without, callers)
    if not graph.roles:
        return _displayed(message_view("there is no role to become\nhelp: make one, with `iam.create_role`"))
    ways = sum(pair.may for pair in graph.pairs)
    title = title or f"Who can become whom: {_count(ways, 'way')} into {_count(len(graph.roles), 'role')}"
    with drawing_style():
        png = as_png(_draw_graph(title, graph))
    rows = [[pair.who, pair.role, *_answers(pair)] for pair in graph.pairs if pair.trusted]
    headers = ["Who", "Role", "trust policy", "own policies", "can become it"]
    chains = _chains(graph)
    alt = f"{title}. Arrows lead from those on the left to roles on the right. All of them are in the table below."
    cells = [[html.escape(cell) for cell in row] for row in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title)) + html.preformatted(chains)
    return _displayed(View(f"{title}\n{as_columns([headers, *rows])}\n{chains}", shown))


@guarded
def session_chain(event: Event, *, title: str = "") -> View:
    """Show the sessions behind a call in time: who asked for each, until when it lasts, and what it carries on.

    An event is one of `cloud.trail`. Minutes count from the first session's beginning.
    """
    links = links_of(event)
    if not links:
        return _displayed(message_view(_NO_SESSION))
    first = min(link.begins for link in links)
    call = _minutes(event.time - first)
    spans = [(_minutes(link.begins - first), _minutes(link.ends - first)) for link in links]
    title = title or f"{_count(len(links), 'session')} behind one call, in minutes"
    with drawing_style():
        png = as_png(_draw_chain(title, links, spans, call))
    headers = ["Session", "asked for by", "from", "to", "lasts", "source identity", "session tags"]
    rows = [
        [link.name, link.maker, str(begin), str(end), str(end - begin), link.source_identity or "none", link.tags_told]
        for link, (begin, end) in zip(links, spans, strict=True)
    ]
    really = f"The call came at minute {call}. Who really acted: {links[0].origin}"
    alt = f"{title}. One bar a session, one below the other, each asked for by the one above. The table below has all."
    cells = [[html.escape(cell) for cell in row] for row in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title)) + html.paragraph(html.escape(really))
    return _displayed(View(f"{title}\n{as_columns([headers, *rows])}\n{really}", shown))


_NO_SESSION = (
    "this call was signed with a long-term key: there is no session behind it\n"
    "help: take an event of a role session, `[*cloud.trail][-1]` is the last one"
)


def _displayed(view: View) -> View:
    show_once(view, view)
    return view


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _minutes(duration: timedelta) -> int:
    return round(duration.total_seconds() / 60)


def _answers(pair: Becoming) -> list[str]:
    own = "has none" if pair.own is None else "yes" if pair.own else "not asked" if pair.may else "no"
    return ["yes" if pair.trusted else "no", own, "YES" if pair.may else "no"]


def _chains(graph: RoleGraph) -> str:
    """Say which roles one comes to only over others, and what own policies allow in vain."""
    lines = []
    for party in graph.parties:
        longer = [way for way in graph.reached(party.name).values() if len(way) > 2]
        lines += [f"chain: {' → '.join(way)}" for way in longer]
    wanting = [pair for pair in graph.pairs if not pair.trusted]
    counted = {pair.who: sum(other.who == pair.who for other in wanting) for pair in wanting}
    lines += [
        f"in vain: the own policies of {who} allow {_count(number, 'role')} that it is not trusted by"
        for who, number in counted.items()
    ]
    return "\n".join(lines) or "No role leads on to another."


def _draw_graph(title: str, graph: RoleGraph) -> Figure:
    """Draw who is no role on the left, roles in columns by the number of steps to them."""
    columns = _layers(graph)
    drawn = party_columns(columns, margin=1.7)
    panel, places, gap = drawn.panel, drawn.places, drawn.gap
    half = min(gap * 0.33, 17.0)
    # Whom a role trusts as part of its account are often all other roles: those lines would hide the others.
    arrows = [pair for pair in graph.pairs if pair.may or (pair.trusted and pair.who in columns[0])]
    for pair in sorted(arrows, key=lambda pair: pair.may):
        _draw_pair(panel, pair, places, half, gap)
    roles = {*graph.roles}
    for name, place in places.items():
        _draw_party(panel, name, place, half, BLUE if name in roles else _INK)
    drawn.fig.suptitle(title, fontsize=12, fontweight="bold")
    drawn.fig.supxlabel(_LEGEND, fontsize=9)
    return drawn.fig


def _layers(graph: RoleGraph) -> list[list[str]]:
    """Sort everybody into columns by the steps that lead to them; whom nobody here can become stands at the left.

    A role that leads nowhere and that nobody can become is one step away from all of them.
    """
    leading = {pair.who for pair in graph.pairs if pair.may}
    reached = {pair.role for pair in graph.pairs if pair.may}
    begins = [party.name for party in graph.parties if not party.is_role]
    begins += [role for role in graph.roles if role in leading - reached]
    steps: dict[str, int] = {}
    for name in begins:
        for role, way in graph.reached(name).items():
            steps[role] = min(steps.get(role, len(way) - 1), len(way) - 1)
    others = [role for role in graph.roles if role not in begins]
    depths = {role: steps.get(role, 1) for role in others}
    deepest = max(depths.values(), default=0)
    columns = [begins, *([role for role in others if depths[role] == depth] for depth in range(1, deepest + 1))]
    columns = [column for column in columns if column]
    for before, column in pairwise(columns):
        order = {name: place for place, name in enumerate(before)}
        column.sort(key=lambda role: _middle(role, graph, order))
    return columns


def _middle(role: str, graph: RoleGraph, order: Mapping[str, int]) -> tuple[float, int]:
    """Tell how far down those stand, on average, who become a role: arrows cross less that way."""
    from_there = [order[pair.who] for pair in graph.pairs if pair.role == role and pair.who in order]
    return (sum(from_there) / len(from_there) if from_there else len(order), graph.roles.index(role))


def _draw_pair(panel: Axes, pair: Becoming, places: Mapping[str, tuple[float, float]], half: float, gap: float) -> None:
    (x, y), (to_x, to_y) = places[pair.who], places[pair.role]
    color, dashes, width = _LINES["can" if pair.may else "trusted"]
    forward = to_x > x + 1
    # An arrow that would run behind a box on its way, or back, bends around it.
    bend = 0.0 if forward and to_x - x < gap * 1.5 else -0.18 if forward else 0.45
    arrow = {
        "arrowstyle": "-|>",
        "color": color,
        "linestyle": dashes,
        "linewidth": width,
        "connectionstyle": f"arc3,rad={bend}",
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 13,
    }
    end = (to_x - half, to_y) if forward else (to_x + half, to_y)
    panel.annotate("", xy=end, xytext=(x + half, y), arrowprops=arrow)


def _draw_party(panel: Axes, name: str, place: tuple[float, float], half: float, shade: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = place
    box = FancyBboxPatch(
        (x - half, y - 0.3), 2 * half, 0.6, boxstyle="round,pad=0,rounding_size=0.6",
        mutation_aspect=0.15, facecolor="#ffffff", edgecolor=shade, linewidth=1.4,
    )  # fmt: skip
    panel.add_patch(box)
    first, _, account = name.partition(" in ")
    size = 9.5 if len(first) < 17 else 8.2
    panel.text(x, y + (0.11 if account else 0), first, ha="center", va="center", fontsize=size, fontweight="bold",
               color=shade)  # fmt: skip
    if account:
        panel.text(x, y - 0.15, account, ha="center", va="center", fontsize=8, family=_MONO, color=_INK)


def _draw_chain(title: str, links: Sequence[Link], spans: Sequence[tuple[int, int]], call: int) -> Figure:
    """Draw a bar for each session, from its beginning to its end."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(_WIDTH, 1.5 + 1.05 * len(links)), layout="constrained")
    panel = fig.subplots()
    last = max(end for _, end in spans)
    white = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.5}
    panel.axvline(call, ymax=0.97, color="#ffffff", linewidth=4, zorder=3)
    panel.axvline(call, ymax=0.97, color=_RED, linewidth=1.4, linestyle="--", zorder=3)
    for row, (link, (begin, end)) in enumerate(zip(links, spans, strict=True)):
        panel.barh(row, end - begin, left=begin, height=0.3, color=BLUE if link.chained else _GREEN)
        limit = ", chained: never more than 60" if link.chained else ""
        lines = (f"{link.name}: {end - begin} minutes{limit}", f"source identity: {link.source_identity or 'none'}   "
                 f"tags: {link.tags_told}")  # fmt: skip
        for line, height, weight in zip(lines, (0.46, 0.25), ("bold", "normal"), strict=True):
            panel.text(begin + last * 0.012, row - height, line, fontsize=9.5, fontweight=weight, va="center",
                       bbox=white, zorder=4)  # fmt: skip
        if row:
            arrow = {"arrowstyle": "-|>", "color": _INK, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
            panel.annotate("", xy=(begin, row - 0.16), xytext=(begin, row - 0.85), arrowprops=arrow)
    panel.text(call + last * 0.01, len(links) - 0.68, f"the call, minute {call}", fontsize=9, color=_RED)
    panel.set_ylim(len(links) - 0.6, -0.65)
    panel.set_xlim(-last * 0.01, max(last, 1) * 1.02)
    panel.set_yticks([])
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.set_xlabel("minutes since the first session began", fontsize=9)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig
