"""A service of the service authorization reference, and one of its actions, as text and as HTML."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.reference import ACCESS_LEVELS, Action, ServiceReference

_WIDTH = 100


def service_view(service: ServiceReference, actions: Sequence[Action], source: str) -> View:
    """Show actions of a service by access level."""
    by_level = {level: [each for each in actions if each.access_level == level] for level in ACCESS_LEVELS}
    total = len(service.actions)
    some = "" if len(actions) == total else f"{len(actions)} of "
    title = f"{service.name} ({service.prefix}): {some}{total} actions"
    lines = [title]
    for level, found in by_level.items():
        if found:
            names = ", ".join(_short(each) for each in found)
            lines.append(textwrap.fill(f"{level} ({len(found)}): {names}", _WIDTH, subsequent_indent="    "))
    lines.append(source)
    parts = [
        html.details(f"{level} ({len(found)})", html.table(("Action", "What it grants"), map(_row, found)))
        for level, found in by_level.items()
        if found
    ]
    return View("\n".join(lines), f"<h3>{html.escape(title)}</h3>{''.join(parts)}{html.paragraph(html.escape(source))}")


def action_view(action: Action, service: ServiceReference, source: str) -> View:
    """Show all that the reference says of one action."""
    types = [_type(service, each.name, each.required, each.condition_keys) for each in action.resource_types]
    keys = [(key, service.condition_keys.get(key, ""), service.key_descriptions.get(key, "")) for key in _keys(action)]
    dependent = sorted(
        {*action.dependent_actions, *(a for each in action.resource_types for a in each.dependent_actions)}
    )
    none = "none: this action cannot be limited to a resource, a policy names it on `*`"
    lines = [
        f"{action.name}: {action.access_level}",
        action.description,
        *(["resource types:", *(_line(row) for row in types)] if types else [f"resource types: {none}"]),
        *(["condition keys:", *(_line(row) for row in keys)] if keys else ["condition keys: none but the global ones"]),
        *([f"dependent actions: {', '.join(dependent)}"] if dependent else []),
        source,
    ]
    shown = [
        html.paragraph(html.code(action.name) + " " + html.badge(action.access_level, _color(action.access_level))),
        html.paragraph(html.escape(action.description)),
        html.table(("Resource type", "ARN", "Its condition keys"), _cells(types)) if types else html.paragraph(
            html.inline(f"Resource types: {none}.")
        ),
        html.table(("Condition key", "Type", "What it compares"), _cells(keys)) if keys else "",
        html.paragraph(f"Dependent actions: {', '.join(map(html.code, dependent))}") if dependent else "",
        html.paragraph(html.escape(source)),
    ]  # fmt: skip
    return View("\n".join(lines), "".join(shown))


def _short(action: Action) -> str:
    return action.name.partition(":")[2]


def _row(action: Action) -> tuple[str, str]:
    return html.code(action.name), html.escape(action.description)


def _color(level: str) -> str:
    return html.RED if level == "Permissions management" else html.BROWN


def _keys(action: Action) -> tuple[str, ...]:
    return tuple(sorted(action.condition_keys, key=str.lower))


def _type(service: ServiceReference, name: str, required: bool, keys: Iterable[str]) -> tuple[str, str, str]:
    type = service.resource_types[name]
    every = dict.fromkeys((*keys, *type.condition_keys))
    return f"{name} (required)" if required else name, type.arn, ", ".join(every)


def _line(row: Sequence[str]) -> str:
    first, *rest = filter(None, row)
    return f"    {first}: {'; '.join(rest)}" if rest else f"    {first}"


def _cells(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[html.code(row[0]), *(html.escape(cell) for cell in row[1:])] for row in rows]
