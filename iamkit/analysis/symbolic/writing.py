"""From an assignment to a request that a person can read: the most natural one that is left, made small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.logic import Formula
from iamkit.analysis.symbolic.natural import example, real_name
from iamkit.analysis.symbolic.scope import ALWAYS_PRESENT
from iamkit.analysis.symbolic.shaping import STAR, Shapes
from iamkit.analysis.symbolic.solving import Solver
from iamkit.policy.callers import Caller
from iamkit.request import Request, Resource


class Writer:
    """Reads a request off an assignment, choosing as it goes."""

    def __init__(self, encoding: Encoding, solver: Solver, mannered: Sequence[Formula]) -> None:
        self.encoding, self.places, self.solver = encoding, encoding.places, solver
        self.shapes = Shapes(encoding, solver, mannered)
        self.invented = False

    def request(self) -> Request | None:
        """Write the request; None where no assignment is left."""
        chosen = self.shapes.choose()
        self.invented = chosen is None
        caller = self._choose_caller()
        if caller is None:
            return None
        context = dict(self._context())
        owner = self._owner()
        action = chosen[0].actions[0] if chosen else self._action()
        resource = Resource(self._resource(chosen[1] if chosen else None), owner)
        return Request(caller, action, resource, {**self.encoding.scope.context, **context})

    def _choose_caller(self) -> Caller | None:
        asking = self.encoding.asking
        indexes = range(len(asking.callers))
        chosen = self.solver.prefer(asking.caller_is(index) for index in indexes)
        for index in indexes:
            if chosen is asking.caller_is(index):
                return asking.callers[index]
        return None

    def _context(self) -> Iterator[tuple[str, Any]]:
        logic = self.encoding.logic
        spaces = self.places.keys.values()
        for space in spaces:
            for slot in reversed(range(space.slots)):
                self.solver.prefer([logic.no(space.here(slot))])
        for space in spaces:
            texts = []
            for slot in range(space.slots):
                if not self.solver.holds(space.here(slot)):
                    continue
                chosen = self.solver.prefer(space.options[slot])
                texts.append(space.values.classes[space.options[slot].index(chosen)].texts[0] if chosen else "")
            self.solver.prefer([logic.no(space.many)])
            if texts:
                yield space.key, tuple(texts) if self.solver.holds(space.many) else texts[0]

    def _resource(self, template: str | None) -> str:
        space = self.places.resources
        classes = {} if template in (None, STAR) else self.shapes.classes(template)
        usual = [
            option
            for option, vector in zip(space.options, space.vectors, strict=True)
            if template is not None and example(template) in classes.get(vector, ())
        ]
        chosen = self.solver.prefer([*usual, *space.options])
        assert chosen is not None
        at = space.options.index(chosen)
        if not classes:
            return STAR if template else space.texts[at][0]
        texts = classes[space.vectors[at]]
        return example(template) if chosen in usual else texts[0]

    def _owner(self) -> str | None:
        owners = self.encoding.owners
        if owners.given is not None:
            return owners.given
        for owner in owners.all:
            if self.solver.prefer([owners.unless_told(owner)]):
                return owner
        return None

    def _action(self) -> str:
        space = self.places.actions
        chosen = self.solver.prefer(space.options)
        assert chosen is not None
        return real_name(space.texts[space.options.index(chosen)][0])


def made_small(request: Request, keep: Mapping[str, Any], tells: Callable[[Request], bool]) -> Request:
    """Leave out every key and value that the difference does not need, but none that the scope asks for."""
    kept = {key.lower() for key in keep} | ALWAYS_PRESENT
    for key in list(request.context):
        if key.lower() in kept:
            continue
        value = request.context[key]
        fewer = [None, *((each,) for each in value)] if isinstance(value, tuple) and len(value) > 1 else [None]
        for less in fewer:
            smaller = _with(request, key, less)
            if tells(smaller):
                request = smaller
                break
    return request


def _with(request: Request, key: str, value: Any) -> Request:
    context = {other: given for other, given in request.context.items() if other != key}
    if value is not None:
        context[key] = value
    return Request(request.principal, request.action, request.resource, context)
