"""The figures of identities: who is called what, and which phase answered a request.

Both draw what a cloud answered, and nothing that is not in an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from iamkit.arn import Arn
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import DPI, as_columns, as_image, as_png, drawing_style
from iamkit.notebook.guard import guarded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 9.0
_INK, FAINT, _PAPER = "#212121", "#757575", "#ffffff"
_BROWN, _GREEN, _RED, BLUE, _PURPLE = "#5d4037", "#1b5e20", "#b71c1c", "#0d47a1", "#6a1b9a"
_MONO, _SANS = "DejaVu Sans Mono", "DejaVu Sans"
# How wide a character of it is, as a part of the font's size; with these sizes that is a whole number of dots.
_ADVANCE = 0.602
_ARN_SIZE, _ID_SIZE = 8.3, 7.47
_ID = re.compile(r"([A-Z]{4})([A-Z0-9]{12,})(:.*)?")


class Band(Enum):
    """How a principal proves who it is, told by the beginning of its access key ID (E3)."""

    LONG_TERM = ("AKIA", "long-term keys: good until somebody ends them", _RED)
    TEMPORARY = ("ASIA", "temporary keys: they end by themselves", _GREEN)
    NONE = ("", "no keys: this one never signs a request itself", FAINT)

    @property
    def prefix(self) -> str:
        return self.value[0]

    @property
    def says(self) -> str:
        return self.value[1]

    @property
    def color(self) -> str:
        return self.value[2]


class Known(NamedTuple):
    """Who somebody is, as AWS answers it; without an access key ID it cannot ask."""

    label: str
    access_key_id: str
    arn: str
    unique_id: str

    @classmethod
    def of(cls, label: str, access_key_id: str, answer: Mapping[str, Any]) -> Known:
        """Read an answer of GetCallerIdentity, or what IAM answers about a group or a role."""
        ids = [value for name, value in answer.items() if name in ("UserId", "GroupId", "RoleId")]
        return cls(label, access_key_id, answer["Arn"], ids[0])

    @property
    def band(self) -> Band:
        """Tell how this one proves who it is."""
        return next(band for band in Band if self.access_key_id.startswith(band.prefix))


@guarded
def kinds(known: Mapping[str, tuple[str, Mapping[str, Any]]], *, title: str = "") -> View:
    """Show who has what kind of key, what ARN and what unique ID; `known` has a key ID and an answer for each."""
    rows = [Known.of(label, key, answer) for label, (key, answer) in known.items()]
    rows.sort(key=lambda row: [*Band].index(row.band))
    title = title or f"{len(rows)} identities of one account, as AWS names them"
    with drawing_style():
        png = as_png(_draw_kinds(title, rows))
    headers = ["who", "key", "ARN", "unique ID"]
    texts = [[row.label, f"{row.band.prefix}…" if row.band.prefix else "none", row.arn, row.unique_id] for row in rows]
    alt = f"{title}. A row for each, in three groups by its kind of key. The names are in the table below."
    cells = [[html.escape(who), html.code(key), html.code(arn), html.code(held)] for who, key, arn, held in texts]
    shown = as_image(png, alt) + html.table(headers, cells, html.escape(title))
    return _displayed(View(f"{title}\n{as_columns([headers, *texts])}", shown))


class Phase(Enum):
    """The phase that answered a request, with the word that stands in its cell."""

    AUTHENTICATION = ("who are you?", _BROWN)
    AUTHORIZATION = ("may you?", _RED)
    PASSED = ("passed", _GREEN)

    @classmethod
    def of(cls, code: str, policies_read: bool) -> Phase:
        """Tell the phase from what happened; without a code the request passed."""
        if not code:
            return cls.PASSED
        return cls.AUTHORIZATION if policies_read else cls.AUTHENTICATION


@guarded
def phases(answers: Mapping[str, Mapping[str, tuple[str, bool]]], *, title: str = "") -> View:
    """Show for each fault and each service the code, and which phase gave it.

    An answer is a code, empty where the request passed, and whether policies were read to come to it.
    """
    services = list(dict.fromkeys(service for row in answers.values() for service in row))
    title = title or f"{len(answers)} ways to ask {len(services)} services: the code, and the question behind it"
    with drawing_style():
        png = as_png(_draw_phases(title, services, answers))
    headers = ["", *services]
    rows = [[fault, *(_said(*row[service]) if service in row else "" for service in services)]
            for fault, row in answers.items()]  # fmt: skip
    alt = f"{title}. A cell for each request. The codes and the phases are in the table below."
    shown = as_image(png, alt) + html.table(headers, [[*map(html.escape, row)] for row in rows], html.escape(title))
    return _displayed(View(f"{title}\n{as_columns([headers, *rows])}", shown))


def _said(code: str, policies_read: bool) -> str:
    word = Phase.of(code, policies_read).value[0]
    return f"{code} ({word})" if code else word


def _displayed(view: View) -> View:
    show_once(view, view)
    return view


def _panel(height: float, title: str) -> tuple[Figure, Axes]:
    """Give a figure that is measured in inches, from its upper left corner."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(_WIDTH, height))
    panel = fig.add_axes((0, 0, 1, 1))
    panel.set_axis_off()
    panel.set_xlim(0, _WIDTH)
    panel.set_ylim(height, 0)
    panel.text(_WIDTH / 2, 0.24, title, ha="center", va="center", fontsize=12, fontweight="bold", color=_INK)
    return fig, panel


# -- who is called what


_BAND_HEIGHT, _ROW_HEIGHT, _LABEL_WIDTH = 0.42, 0.5, 2.05


def _draw_kinds(title: str, rows: Sequence[Known]) -> Figure:
    bands = [band for band in Band if any(row.band is band for row in rows)]
    height = 0.5 + _BAND_HEIGHT * len(bands) + _ROW_HEIGHT * len(rows) + 0.08 * len(bands)
    fig, panel = _panel(height, title)
    y = 0.5
    for band in bands:
        own = [row for row in rows if row.band is band]
        _draw_band(panel, y, band, len(own))
        y += _BAND_HEIGHT
        for row in own:
            _draw_row(panel, y, row)
            y += _ROW_HEIGHT
        y += 0.08
    return fig


def _draw_band(panel: Axes, y: float, band: Band, rows: int) -> None:
    from matplotlib.patches import Rectangle

    panel.add_patch(Rectangle((0.1, y + 0.08), 0.07, _BAND_HEIGHT - 0.08 + _ROW_HEIGHT * rows, color=band.color))
    prefix = f"{band.prefix}…   " if band.prefix else ""
    panel.text(0.28, y + 0.24, prefix + band.says, va="center", fontsize=10, fontweight="bold", color=band.color)


def _draw_row(panel: Axes, y: float, row: Known) -> None:
    panel.text(0.28, y + 0.2, row.label, va="center", fontsize=9.5, color=_INK)
    _draw_pieces(panel, y + 0.16, _ARN_SIZE, _pieces_of_arn(row.arn))
    _draw_pieces(panel, y + 0.34, _ID_SIZE, _pieces_of_id(row.unique_id))


Piece = tuple[str, str, bool]


def _draw_pieces(panel: Axes, y: float, size: float, pieces: Iterator[Piece]) -> None:
    """Write pieces one after the other, each in its color, bold or not."""
    x = 0.28 + _LABEL_WIDTH
    for text, color, bold in pieces:
        weight = "bold" if bold else "normal"
        panel.text(x, y, text, va="center", fontsize=size, family=_MONO, color=color, fontweight=weight)
        x += len(text) * round(_ADVANCE * size * DPI / 72) / DPI


def _pieces_of_arn(text: str) -> Iterator[Piece]:
    """Color the parts that say something: service, account, kind, name."""
    arn = Arn.parse(text)
    kind, slash, name = arn.resource.partition("/")
    yield f"arn:{arn.partition}:", FAINT, False
    yield arn.service, _PURPLE, True
    yield f":{arn.region}:", FAINT, False
    yield arn.account, _BROWN, False
    yield ":", FAINT, False
    yield kind, BLUE, True
    yield slash, FAINT, False
    yield name, _INK, True


def _pieces_of_id(text: str) -> Iterator[Piece]:
    found = _ID.fullmatch(text)
    if found is None:
        yield text, FAINT, False
        return
    yield found[1], BLUE, True
    yield found[2] + (found[3] or ""), FAINT, False


# -- which phase answered


_CELL_HEIGHT, _NAME_WIDTH = 0.52, 1.65


def _draw_phases(title: str, services: Sequence[str], answers: Mapping[str, Mapping[str, tuple[str, bool]]]) -> Figure:
    fig, panel = _panel(0.95 + _CELL_HEIGHT * len(answers) + 0.1, title)
    width = (_WIDTH - _NAME_WIDTH - 0.15) / max(len(services), 1)
    for place, service in enumerate(services):
        x = _NAME_WIDTH + (place + 0.5) * width
        panel.text(x, 0.74, service, ha="center", va="center", fontsize=11, fontweight="bold", color=_INK)
    for line, (fault, row) in enumerate(answers.items()):
        y = 0.95 + line * _CELL_HEIGHT
        panel.text(0.15, y + _CELL_HEIGHT / 2, fault, va="center", fontsize=10, color=_INK)
        for place, service in enumerate(services):
            if service in row:
                _draw_cell(panel, (_NAME_WIDTH + place * width, y), width, *row[service])
    return fig


def _draw_cell(panel: Axes, corner: tuple[float, float], width: float, code: str, policies_read: bool) -> None:
    from matplotlib.patches import Rectangle

    word, color = Phase.of(code, policies_read).value
    x, y = corner
    panel.add_patch(Rectangle((x + 0.04, y + 0.04), width - 0.08, _CELL_HEIGHT - 0.08, color=color, linewidth=0))
    middle = x + width / 2
    fitting = min(8.5, (width - 0.14) * 72 / (_ADVANCE * max(len(code), 1)))
    words = [(0.19, code, fitting, _MONO), (0.36, word, 8.0, _SANS)] if code else [(0.26, word, 9.0, _SANS)]
    for down, text, size, family in words:
        panel.text(
            middle, y + down, text, ha="center", va="center", fontsize=size, family=family, color=_PAPER,
            fontweight="bold" if family == _MONO or not code else "normal",
        )  # fmt: skip
