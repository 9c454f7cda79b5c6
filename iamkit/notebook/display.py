"""Show something once: at once where it is made, and not again as the last line of the same cell.

Knows IPython and views; knows neither policies nor exercises.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Bundle = dict[str, str]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class View:
    """What a person sees: all of it as plain text, and as HTML."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Bundle:
        return {"text/plain": self.text, "text/html": self.html}


# What the running cell has shown; kept alive here, so that no other object can take the place of one in memory.
_shown: list[object] = []


def shell() -> Any:
    """Return the running IPython shell, or None; never imports IPython, which is slow."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def show_once(shown: object, view: View) -> None:
    """Display the view now; the object it stands for stays quiet until the next cell."""
    ip = shell()
    if ip is None:
        print(view.text)
        return
    ip.display_pub.publish(view._repr_mimebundle_())
    _shown.append(shown)


def show_widget_once(widget: object) -> None:
    """Display a widget now; outside IPython say what it is."""
    ip = shell()
    if ip is None:
        print(repr(widget))
        return
    # By its own class: each anywidget has one, and what is said of a type by name reaches only the first of them.
    ip.display_formatter.ipython_display_formatter.for_type(type(widget), _unless_shown)
    bundle, metadata = ip.display_formatter.format(widget)
    if bundle:
        ip.display_pub.publish(bundle, metadata)
    _shown.append(widget)


def register(types: dict[type, Callable[[Any], View]]) -> None:
    """Teach the running shell how these types look as the last line of a cell, and when to keep quiet about them."""
    ip = shell()
    if ip is None or getattr(ip, "display_formatter", None) is None:
        return
    for type, view in types.items():
        ip.display_formatter.mimebundle_formatter.for_type(type, _bundle_of(view))
    for type in (View, *types):
        ip.display_formatter.ipython_display_formatter.for_type(type, _unless_shown)
    if _forget not in ip.events.callbacks["pre_run_cell"]:
        ip.events.register("pre_run_cell", _forget)


def _bundle_of(view: Callable[[Any], View]) -> Callable[..., Bundle]:
    def bundle(shown: object, include: object = None, exclude: object = None) -> Bundle:
        return view(shown)._repr_mimebundle_()

    return bundle


def _unless_shown(value: object) -> None:
    """Swallow what this cell has shown already."""
    if not any(value is shown for shown in _shown):
        raise NotImplementedError  # IPython's word for: go on to the usual formatters


def _forget(*_: object) -> None:
    _shown.clear()
