"""Why a call was refused, for a person: who really asked, which gate stopped it, what would let it pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamkit.analysis.mending import Mending, mend
from iamkit.cloud.trail import Event


@dataclass(frozen=True, slots=True, repr=False)
class Denial:
    """One refused call, explained; `chain` is the caller and then whoever gave it its session, back to the first.

    All of it is text, so that another process can be told.
    """

    number: int
    operation: str
    chain: tuple[str, ...]
    action: str
    resource: str
    message: str
    gate: str
    decided_by: str
    nearly: tuple[str, ...] = ()
    missing_context_keys: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    enough: bool = False
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, event: Event) -> Denial:
        """Explain a denied event; ValueError for one that was not denied."""
        if not event.denied:
            raise ValueError(f"event {event.number} was not denied")
        evaluation = event.evaluations[-1]
        mending: Mending = mend(evaluation)
        call = event.call
        return cls(
            event.number,
            f"{call.service}:{call.operation}" if call else "unknown",
            event.chain,
            evaluation.request.action,
            evaluation.request.resource.arn,
            event.error_message,
            evaluation.gate.value,
            evaluation.decided_by,
            tuple(map(str, evaluation.nearly_matched)),
            evaluation.missing_context_keys,
            tuple(map(str, mending.changes)),
            mending.enough,
            dict(evaluation.request.context),
        )

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Denial:
        """Read what `as_json` wrote."""
        read: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
        }
        return cls(**read)

    def as_json(self) -> dict[str, Any]:
        """Write all of it as JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give each thing that there is to say with its name."""
        yield "who", self.chain[0]
        if len(self.chain) > 1:
            yield "really", " ← ".join(self.chain[1:])
        yield "action", self.action
        yield "resource", self.resource
        yield "answer", self.message
        yield "decided by", self.decided_by
        yield from (("nearly", near) for near in self.nearly)
        if self.missing_context_keys:
            yield "missing keys", ", ".join(self.missing_context_keys)
        for place, change in enumerate(self.changes):
            name = "to let it pass" if self.enough and not place else "and" if self.enough else "look at"
            yield name, change

    @property
    def line(self) -> str:
        """Say it in one line."""
        return f"{self.number}: {self.chain[0]}: {self.action} on {self.resource}: {self.decided_by}"

    def __repr__(self) -> str:
        lines = [f"denial {self.number}: {self.operation}"]
        return "\n".join([*lines, *(f"  {name + ':':15} {text}" for name, text in self.rows())])


class NoDenials(LookupError):
    """Nothing was refused by the engine, or not that many calls."""
