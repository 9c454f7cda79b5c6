"""A learner's own condition block as a table: the requests that it tells apart, and what each line of it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import Any, NamedTuple

from iamkit import Policy, Request
from iamkit.course.plausible import ALWAYS_PRESENT, MULTIVALUED
from iamkit.course.values import several_values, single_values
from iamkit.notebook import html
from iamkit.notebook.display import View, show_once
from iamkit.notebook.figures import ALICE, as_columns
from iamkit.notebook.guard import guarded
from iamkit.notebook.views.texts import message_view
from iamkit.policy import Condition, Qualifier
from iamkit.policy.variables import ContextValue, Template, parse_template

Context = dict[str, ContextValue]

_NONE = "(no key)"
_MOST_ROWS = 27
_VARIABLE, _OTHER = "example", "other"
_LEGEND = "All lines must hold (AND). One listed value that matches is enough (OR); for a Not, none may match (NOR)."


class Line(NamedTuple):
    """A line of a condition block: what it asks for, and what it says of each context."""

    condition: Condition
    text: str
    answers: tuple[bool, ...]


@guarded
def condition_table(condition: Mapping[str, Any], *contexts: Mapping[str, Any], title: str = "") -> View:
    """Show for which requests a `Condition` block holds, line by line.

    Without contexts there is one row for each way in which a request can differ: a value that matches, one that does
    not, several where the key can have several, and no key where a request can lack it.
    """
    conditions = _read(condition)
    if not conditions:
        return _displayed(
            message_view('the block is empty: it always holds\nhelp: {"StringEquals": {"aws:username": "alice"}}')
        )
    keys = _keys(conditions, contexts)
    values = [_values(key, conditions) for key in keys]
    rows = [_folded(context) for context in contexts] or list(islice(_contexts(keys, values), _MOST_ROWS))
    notes = list(_notes(conditions, 0 if contexts else prod(map(len, values)) - len(rows)))
    lines = [Line(each, _text(each), tuple(each.holds(row) for row in rows)) for each in conditions]
    headers = [*keys.values(), *(line.text for line in lines), "Condition"]
    cells = [
        [
            *(_shown(row.get(key)) for key in keys),
            *(_word(line.answers[place]) for line in lines),
            "holds" if all(line.answers[place] for line in lines) else "does not hold",
        ]
        for place, row in enumerate(rows)
    ]
    title = title or f"{_count(len(conditions), 'line')}, {_count(len(rows), 'request')}"
    text = "\n".join([title, as_columns([headers, *cells]), _LEGEND, *notes])
    return _displayed(View(text, _html(title, headers, cells, len(keys), notes)))


def _read(block: Mapping[str, Any]) -> tuple[Condition, ...]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}).statements[0].conditions


def _keys(conditions: Sequence[Condition], contexts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Give the keys that the block looks at, those of its variables first, and more that a context has.

    They are in lower case, with their spelling.
    """
    found: dict[str, str] = {}
    for condition in conditions:
        for variable in condition.variables:
            found.setdefault(variable.key.lower(), variable.key)
    for condition in conditions:
        found.setdefault(condition.key.lower(), condition.key)
    for key in (key for context in contexts for key in context):
        found.setdefault(key.lower(), key)
    return found


def _values(key: str, conditions: Sequence[Condition]) -> list[ContextValue | None]:
    """Give values of a key: one for each way in which its lines can hold, as a single value, as several, and none."""
    own = [condition for condition in conditions if condition.key.lower() == key]
    if not own:  # only a variable asks for it
        return [_VARIABLE, None]
    compared = [condition for condition in own if condition.use.operator.name != "Null"]
    listed = [value for condition in compared for value in condition.values if not condition.variables]
    singles = [text.text for text in single_values(key, own, _filled(own))]
    if any(condition.variables for condition in own):
        singles.append(_OTHER)
    found = _different(key, own, singles)
    if key in MULTIVALUED or any(condition.use.qualifier is not Qualifier.NONE for condition in own):
        found += _different(key, own, several_values(list(dict.fromkeys([*listed, *map(str, found)]))[:6], compared))
    return [*found] if key in ALWAYS_PRESENT else [*found, None]


def _different(key: str, conditions: Sequence[Condition], values: Iterable[ContextValue]) -> list[ContextValue]:
    """Keep one value for each way in which the lines can hold, those first with which the most of them do."""
    found: dict[tuple[bool, ...], ContextValue] = {}
    for value in values:
        context = {**_variables(conditions), key: value}
        found.setdefault(tuple(condition.holds(context) for condition in conditions), value)
    return [found[said] for said in sorted(found, key=sum, reverse=True)]


def _variables(conditions: Sequence[Condition]) -> Context:
    return {variable.key.lower(): _VARIABLE for condition in conditions for variable in condition.variables}


def _filled(conditions: Sequence[Condition]) -> Iterator[str]:
    """Give listed values with their variables filled in."""
    for condition in conditions:
        for value in condition.values if condition.variables else ():
            template = parse_template(value)
            text = template.resolve(_variables(conditions)) if isinstance(template, Template) else None
            if text is not None:
                yield text


def _contexts(keys: Mapping[str, str], values: Sequence[Sequence[ContextValue | None]]) -> Iterator[Context]:
    for chosen in product(*values):
        yield {key: value for key, value in zip(keys, chosen, strict=True) if value is not None}


def _folded(context: Mapping[str, Any]) -> Context:
    return dict(Request(ALICE, "s3:GetObject", "arn:aws:s3:::reports/may.csv", context, derive=False).folded_context)


def _notes(conditions: Sequence[Condition], left_out: int) -> Iterator[str]:
    for condition in conditions:
        for value in condition.unreadable:
            yield f"`{value}` is nothing that {condition.use} can compare: it never matches."
    if left_out > 0:
        yield f"{_count(left_out, 'more request')} left out: give the contexts that you want to see."


def _text(condition: Condition) -> str:
    return f"{condition.use} {' or '.join(condition.values) or 'nothing'}"


def _shown(value: ContextValue | None) -> str:
    if value is None:
        return _NONE
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _word(holds: bool) -> str:
    return "yes" if holds else "no"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _html(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]], keys: int, notes: Sequence[str]) -> str:
    badges = {"holds": html.badge("holds", html.GREEN), "does not hold": html.badge("does not hold", html.BROWN)}
    cells = [[*(cell if cell == _NONE else html.code(cell) for cell in row[:keys]), *map(html.escape, row[keys:-1]),
              badges[row[-1]]] for row in rows]  # fmt: skip
    below = html.paragraph(html.escape(_LEGEND)) + "".join(html.paragraph(html.inline(note)) for note in notes)
    return html.table(headers, cells, html.escape(title)) + below


def _displayed(view: View) -> View:
    show_once(view, view)
    return view
