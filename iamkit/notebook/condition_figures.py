"""The truth table of the condition operators: what each says of a key that is missing, and of one or several values.

The engine decides every cell (P22, P24, P30, P31), under an Allow that has no other condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from iamkit import Policy, Request, evaluate
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import ALICE, as_columns, as_image, as_png, drawing_style, side_by_side
from iamkit.notebook.guard import guarded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAPER, _RED = "#ffffff", "#b71c1c"
_MONO = "DejaVu Sans Mono"


class Cell(Enum):
    """What a condition says of a request; MISSING: it holds, and the request does not have the key at all."""

    HOLDS = "yes"
    MISSING = "yes!"
    FAILS = "no"
    UNDEFINED = "?"


# Background and ink; the word tells, the colors only help.
_COLORS = {
    Cell.HOLDS: ("#1565c0", "#ffffff"),
    Cell.MISSING: ("#1565c0", "#ffffff"),
    Cell.FAILS: ("#eeeeee", "#212121"),
    Cell.UNDEFINED: ("#ffffff", "#212121"),
}
_LEGEND = (
    "yes: the condition holds.  no: it does not.  yes!: it holds although the request does not have the key.",
    "?: a key with several values needs a set operator; AWS documents no answer without one.",
)


class Operator(NamedTuple):
    """A row: an operator, and the values to list in place of the table's own (`Null` has its own)."""

    name: str
    values: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name} {self.values[0]}" if self.values else self.name


def operators_of(positive: str, negated: str) -> tuple[Operator, ...]:
    """Give the rows of an operator and its negated twin: plain, with IfExists, with the set operators, and Null."""
    names = [
        positive, negated, f"{positive}IfExists", f"{negated}IfExists",
        f"ForAllValues:{positive}", f"ForAnyValue:{positive}", f"ForAllValues:{negated}", f"ForAnyValue:{negated}",
    ]  # fmt: skip
    return (*map(Operator, names), Operator("Null", ("true",)), Operator("Null", ("false",)))


@guarded
def truth_table(
    operators: Sequence[Operator] = operators_of("StringEquals", "StringNotEquals"),
    *,
    key: str = "aws:TagKeys",
    listed: Sequence[str] = ("team", "owner"),
    requests: Sequence[Sequence[str]] = (
        (),
        ("team",),
        ("cost",),
        ("team", "owner"),
        ("team", "cost"),
        ("cost", "color"),
    ),
    title: str = "",
) -> View:
    """Show for every operator whether a condition with it holds, request by request.

    Each of `requests` is the values that a request has for the key, none where it does not have the key.
    """
    columns = [" + ".join(values) or "no key" for values in requests]
    rows = {each.label: [cell(each, key, listed, values) for values in requests] for each in operators}
    title = title or f"Does a condition hold on {key} with {' or '.join(listed)}?"
    with drawing_style():
        png = as_png(_draw(title, columns, rows))
    words = [[label, *(each.value for each in row)] for label, row in rows.items()]
    headers = ["", *columns]
    alt = f"{title}. One row for each operator, one column for each request. The words are in the table below."
    cells = [[html.code(label), *said] for label, *said in words]
    below = "".join(html.paragraph(html.escape(line)) for line in _LEGEND)
    shown = as_image(png, alt) + html.table(["Operator", *columns], cells, html.escape(title)) + below
    view = View("\n".join([title, as_columns([headers, *words]), *_LEGEND]), shown)
    show_once(view, view)
    return view


def cell(operator: Operator, key: str, listed: Sequence[str], values: Sequence[str]) -> Cell:
    """Ask the engine about one condition and one request."""
    condition = {operator.name: {key: list(operator.values or listed)}}
    statement: Mapping[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": statement})
    context = {key: tuple(values) if len(values) > 1 else values[0]} if values else {}
    evaluation = evaluate(Request(ALICE, "s3:GetObject", "arn:aws:s3:::reports/may.csv", context), policy)
    if evaluation.not_evaluated:
        return Cell.UNDEFINED
    if not evaluation.allowed:
        return Cell.FAILS
    return Cell.HOLDS if values or operator.name == "Null" else Cell.MISSING


def _draw(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[Cell]]) -> Figure:
    from matplotlib.patches import Rectangle

    fig, (panel,) = side_by_side(1.9 + 0.36 * len(rows), [1])
    for y, row in enumerate(rows.values()):
        for x, each in enumerate(row):
            shade, ink = _COLORS[each]
            panel.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, edgecolor=_PAPER, linewidth=2))
            panel.text(x + 0.5, y + 0.52, each.value, color=ink, ha="center", va="center", fontweight="bold")
            if each is Cell.MISSING:
                frame = Rectangle((x + 0.04, y + 0.12), 0.92, 0.76, fill=False, edgecolor=_RED, linewidth=3)
                panel.add_patch(frame)
    panel.set_xlim(0, len(columns))
    panel.set_ylim(len(rows), 0)
    panel.xaxis.tick_top()
    panel.set_xticks([place + 0.5 for place in range(len(columns))], [name.replace(" + ", "\n+ ") for name in columns])
    panel.set_yticks([place + 0.5 for place in range(len(rows))], list(rows), family=_MONO)
    panel.tick_params(length=0)
    fig.suptitle(title, fontsize=12, fontweight="bold")
    fig.supxlabel("\n".join(_LEGEND), fontsize=9)
    return fig
