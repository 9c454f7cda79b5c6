"""Where everybody stands in a figure of principals: in columns, each of them spread over the whole height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit.notebook.figures import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.78


@dataclass(frozen=True, slots=True)
class PartyColumns:
    """A figure with room for everybody: `places` are the middles of their boxes, `gap` lies between two columns."""

    fig: Figure
    panel: Axes
    places: Mapping[str, tuple[float, float]]
    gap: float


def party_columns(columns: Sequence[Sequence[str]], *, margin: float, least: int = 1) -> PartyColumns:
    """Make the figure; it is `margin` inches higher than its rows, of which there is room for `least` or more."""
    from matplotlib.figure import Figure

    tallest = max(map(len, columns))
    fig = Figure(figsize=(WIDTH, margin + _ROW * max(tallest, least)), layout="constrained")
    panel = fig.subplots()
    panel.set_axis_off()
    panel.set_xlim(0, 100)
    panel.set_ylim(-tallest - 0.1, 0.1)
    gap = 100 / len(columns)
    places: dict[str, tuple[float, float]] = {}
    for number, column in enumerate(columns):
        step = tallest / len(column)
        places |= {name: (gap * (number + 0.5), -step * (row + 0.5)) for row, name in enumerate(column)}
    return PartyColumns(fig, panel, places, gap)
