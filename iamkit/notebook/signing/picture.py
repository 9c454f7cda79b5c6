"""What the page of the signature lab shows, as JSON: words, and texts cut where they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from iamkit.notebook.signing.changes import Compared, compare
from iamkit.notebook.signing.clock import difference
from iamkit.notebook.signing.desk import Desk
from iamkit.notebook.signing.presets import PRESETS
from iamkit.notebook.signing.steps import compare_steps, consequences, steps
from iamkit.notebook.signing.wire import Tampering
from iamkit.notebook.signing.words import Told, told_answer

Parts = list[tuple[str, bool]]

_STALE = "Your client cannot sign this. What you see is what it signed last."
_FRESH = "Change something: whatever follows from it is marked."


def picture(now: Desk, before: Desk | None = None) -> dict[str, Any]:
    """Give all that a page shows; what differs from an earlier desk is marked."""
    inputs, preset, told = now.inputs, PRESETS.get(now.inputs.preset), told_answer(now)
    shown = _steps(now, before)
    return {
        "title": preset.title if preset else "A request of your own",
        "task": preset.task if preset else "",
        "fields": asdict(inputs),
        "errors": dict(now.errors),
        "stale": now.stale,
        "clock": difference(inputs.time, inputs.server_time),
        "on_the_way": [_tampered(each) for each in now.on_the_way],
        "answer": _answer(told),
        "announcement": f"{told.spoken} {shown['summary']}".strip(),
        **shown,
    }


def _steps(now: Desk, before: Desk | None) -> dict[str, Any]:
    if now.signed is None:
        return {"steps": [], "signature": [], "summary": _STALE.partition(".")[0] + "."}
    new = steps(now.signed, now.secret)
    old = steps(before.signed, before.secret) if before and before.signed else None
    marks = compare_steps(new, old)
    summary = _FRESH
    if before and before.signed:
        summary = consequences(now.signed, before.signed, marks)
    listed = [
        {
            "title": step.title,
            "sentence": step.sentence,
            "rows": [
                {"name": row.name, "how": row.how, "parts": _parts(mark)}
                for row, mark in zip(step.rows, marked, strict=True)
            ],
        }
        for step, marked in zip(new, marks, strict=True)
    ]
    return {"steps": listed, "signature": _parts(marks[3][0]), "summary": _STALE if now.stale else summary}


def _tampered(change: Tampering) -> dict[str, Any]:
    if change.arrived is None:
        return {"words": f"{change.name} did not arrive: ", "parts": [(change.sent or "", False)]}
    if change.sent is None:
        return {"words": f"{change.name} was added: ", "parts": [(change.arrived, True)]}
    return {"words": f"{change.name} arrives as ", "parts": _parts(compare(change.sent, change.arrived))}


def _answer(told: Told) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "badge": told.badge,
        "code": told.code,
        "sentence": told.sentence,
        "reasons": list(told.reasons),
        "differences": [
            {
                "name": each.name,
                "server": _parts(compare(each.client, each.server)),
                "client": _parts(compare(each.server, each.client)),
            }
            for each in told.differences
        ],
        "response": told.response,
    }


def _parts(compared: Compared) -> Parts:
    return [(part.text, part.changed) for part in compared.parts]


def presets() -> Sequence[Mapping[str, str]]:
    """List what the page offers to start from."""
    return [{"slug": each.slug, "title": each.title, "group": each.group.value} for each in PRESETS.values()]
