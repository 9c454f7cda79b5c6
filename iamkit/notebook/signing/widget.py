"""The signature lab of lesson 02: edit a request, see its signature and the server's answer change."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from iamkit.notebook.display import show_widget_once
from iamkit.notebook.guard import say
from iamkit.notebook.signing.clock import later
from iamkit.notebook.signing.desk import Desk, work
from iamkit.notebook.signing.inputs import Inputs
from iamkit.notebook.signing.picture import picture, presets
from iamkit.notebook.signing.presets import AT, PRESETS
from iamkit.notebook.signing.words import as_text

STATIC = Path(__file__).parents[1] / "static"

# A page compares with what it shows, which is one of the last few desks.
_REMEMBERED = 20


def open_lab(preset: str, at: datetime) -> SignatureLab | None:
    """Show the lab, or say what is wrong with the arguments."""
    if not isinstance(preset, str) or preset not in PRESETS:
        close = get_close_matches(str(preset), PRESETS, n=1)
        meant = f"did you mean `{close[0]}`? " if close else ""
        say(f"there is no preset `{preset}`\nhelp: {meant}the presets are {', '.join(f'`{slug}`' for slug in PRESETS)}")
        return None
    if not isinstance(at, datetime) or at.utcoffset() is None:
        say(f"`{at}` is no time with a time zone\nhelp: `at` is a datetime with `tzinfo=UTC`")
        return None
    widget = SignatureLab(preset, at)
    show_widget_once(widget)
    return widget


class SignatureLab(anywidget.AnyWidget):
    """Answer every edit of the page with what follows from it.

    The page sends `{view, revision, since, fields}`, with `start` or `shift` where a button asks for it; the answer is
    the trait `picture`, which carries `view` and `revision` back, so that a page can drop an answer that comes late.
    `since` is the `serial` of the picture that the page shows: changes are marked against that one.
    """

    # At module level and once: both are part of every widget's state.
    _esm = STATIC / "signature_lab.js"
    _css = STATIC / "signature_lab.css"

    presets = traitlets.List(traitlets.Dict()).tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)

    def __init__(self, preset: str, at: datetime = AT) -> None:
        self.at = at
        self.desk = work(PRESETS[preset].inputs(at))
        self._desks: OrderedDict[int, Desk] = OrderedDict()
        super().__init__(presets=presets(), picture=self._remember(picture(self.desk)))
        self.on_msg(self._receive)

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Answer one edit; a defect of ours is told on the page and leaves the fields as they are."""
        if not isinstance(content, dict) or not isinstance(content.get("fields"), dict):
            return
        back = {"view": content.get("view"), "revision": content.get("revision")}
        try:
            self.picture = self._remember(self._worked(content) | back)
        except Exception as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())
            self.send({**back, "error": f"This did not work ({told}): please report it as an issue of iamkit."})

    def _worked(self, content: dict[str, Any]) -> dict[str, Any]:
        start, since, shift = content.get("start"), content.get("since"), content.get("shift")
        if isinstance(start, str) and start in PRESETS:
            self.desk = work(PRESETS[start].inputs(self.at))
            return picture(self.desk)
        before = self._desks.get(since, self.desk) if isinstance(since, int) else self.desk
        fields = dict(content["fields"])
        if isinstance(shift, int):
            fields["server_time"] = later(str(fields.get("server_time", "")), shift)
        self.desk = work(Inputs.of(fields), before)
        return picture(self.desk, before)

    def _remember(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Number a picture and keep its desk."""
        serial = next(reversed(self._desks), 0) + 1
        self._desks[serial] = self.desk
        while len(self._desks) > _REMEMBERED:
            self._desks.popitem(last=False)
        return shown | {"serial": serial}

    def __repr__(self) -> str:
        """Give all that the lab shows now, in plain text."""
        return as_text(self.desk)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Give the view and the whole plain text, of which the base class would keep 110 characters."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = repr(self)
        return bundle
