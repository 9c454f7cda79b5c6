"""The figure of the chain: every place where boto3 looks for credentials, as a ladder, and which rung wins.

Nothing is drawn from memory: the rungs and their order are those of botocore's own resolver, each one's provider is
asked whether it finds something, and the winner is what `get_credentials()` gives (A15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded
from iamkit.notebook.machines import machine

if TYPE_CHECKING:
    import boto3
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, FAINT, _PAPER, _RAIL = "#212121", "#757575", "#ffffff", "#8d6e63"
_MONO = "DejaVu Sans Mono"
EXPLICIT = "explicit"
# What a person calls the rung, and where it looks. What boto3 calls it is the key.
PLACES = {
    EXPLICIT: ("the code", "arguments of Session or client"),
    "env": ("environment", "AWS_ACCESS_KEY_ID, …"),
    "assume-role": ("role of a profile", "role_arn, source_profile"),
    "assume-role-with-web-identity": ("web identity", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    "sso": ("Identity Center", "sso_session"),
    "shared-credentials-file": ("credentials file", "~/.aws/credentials"),
    "custom-process": ("a program", "credential_process"),
    "config-file": ("config file", "keys in ~/.aws/config"),
    "container-role": ("container", "AWS_CONTAINER_CREDENTIALS_…"),
    "iam-role": ("instance metadata", "169.254.169.254"),
}
_NOTE = (
    "Three more rungs are left out that few people meet: `aws login` (after the credentials file) and two relics of "
    "boto 2 (after the config file)."
)


class State(Enum):
    """What a rung has to do with the credentials that sign."""

    WINS = ("wins", "#1b5e20")
    WAITS = ("there, and not asked", "#5d4037")
    EMPTY = ("nothing there", "#757575")


class Rung(NamedTuple):
    """A place where boto3 looks; `method` is its own word."""

    method: str
    place: str
    where: str
    state: State


@guarded
def ladder(
    *environments: Mapping[str, str],
    credentials: str = "",
    config: str = "",
    code: Mapping[str, str] | None = None,
    title: str = "",
) -> View:
    """Show where boto3 looks on a machine, from the first place to the last, and whose credentials it takes."""
    with machine(*environments, credentials=credentials, config=config, code=code) as session:
        rungs = rungs_of(session)
    title = title or "Where boto3 looks, from top to bottom"
    headers = ["", "Place", "Looks at", "boto3's word", "Here"]
    rows = [[str(n), rung.place, rung.where, rung.method, rung.state.value[0]] for n, rung in enumerate(rungs, 1)]
    with drawing_style():
        png = as_png(_draw(title, rungs))
    winner = next((rung.place for rung in rungs if rung.state is State.WINS), "none")
    alt = f"{title}. A ladder of {len(rungs)} rungs; the one that wins: {winner}. All rungs are in the table below."
    cells = [[number, place, html.code(where), html.code(word), here] for number, place, where, word, here in rows]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title)) + html.paragraph(html.inline(_NOTE))
    view = View(f"{title}\n{as_columns([headers, *rows])}\n{_NOTE}", shown)
    show_once(view, view)
    return view


def rungs_of(session: boto3.Session) -> Sequence[Rung]:
    """Ask each provider of the chain for itself, then boto3 who wins."""
    chosen = session.get_credentials()
    word = chosen.method if chosen else None
    found = {EXPLICIT: word == EXPLICIT}
    for provider in _providers(session):
        if provider.METHOD in PLACES:
            found[provider.METHOD] = provider.load() is not None
    return [
        Rung(method, *PLACES[method], State.WINS if method == word else State.WAITS if there else State.EMPTY)
        for method, there in found.items()
    ]


def _providers(session: boto3.Session) -> Sequence[Any]:
    resolver: Any = session._session.get_component("credential_provider")
    return list(resolver.providers)


def _draw(title: str, rungs: Sequence[Rung]) -> Figure:
    from matplotlib.figure import Figure

    fig = Figure(figsize=(9.0, 1.0 + 0.46 * len(rungs)), layout="constrained")
    panel = fig.subplots()
    panel.set_axis_off()
    panel.set_xlim(0, 100)
    panel.set_ylim(len(rungs) - 0.1, -0.55)
    for x in (3.0, 9.0):
        panel.plot([x, x], [-0.5, len(rungs) - 0.5], color=_RAIL, linewidth=5, solid_capstyle="round", zorder=1)
    for row, rung in enumerate(rungs):
        _draw_rung(panel, row, rung)
    _draw_search(panel, rungs)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    return fig


def _draw_rung(panel: Axes, row: int, rung: Rung) -> None:
    from matplotlib.patches import FancyBboxPatch

    words, color = rung.state.value
    wins, empty = rung.state is State.WINS, rung.state is State.EMPTY
    panel.plot([3.0, 9.0], [row, row], color=_RAIL, linewidth=3, zorder=1)
    panel.text(
        6.0, row, str(row + 1), ha="center", va="center", fontsize=9, fontweight="bold", color=_INK,
        bbox={"boxstyle": "circle,pad=0.22", "facecolor": _PAPER, "edgecolor": _RAIL},
    )  # fmt: skip
    box = FancyBboxPatch(
        (16.0, row - 0.36), 83.0, 0.72, boxstyle="round,pad=0,rounding_size=0.25", mutation_aspect=0.2,
        facecolor=color if wins else _PAPER, edgecolor="#bdbdbd" if empty else color,
        linewidth=1.6, linestyle="--" if empty else "-", zorder=2,
    )  # fmt: skip
    panel.add_patch(box)
    ink = _PAPER if wins else FAINT if empty else _INK
    for x, text, family, weight in (
        (18.0, rung.place, "DejaVu Sans", "normal" if empty else "bold"),
        (43.0, rung.where, _MONO, "normal"),
    ):
        panel.text(
            x, row, text, ha="left", va="center", fontsize=9, family=family, fontweight=weight, color=ink, zorder=3
        )
    panel.text(97.5, row, words, ha="right", va="center", fontsize=9, fontweight="bold",
               color=_PAPER if wins else color, zorder=3)  # fmt: skip


def _draw_search(panel: Axes, rungs: Sequence[Rung]) -> None:
    """Draw how far down boto3 went."""
    last = next((row for row, rung in enumerate(rungs) if rung.state is State.WINS), len(rungs) - 1)
    arrow = {"arrowstyle": "-|>", "color": _INK, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    panel.annotate("", xy=(12.6, last + 0.12), xytext=(12.6, -0.5), arrowprops=arrow, zorder=4)
