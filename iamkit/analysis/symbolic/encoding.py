"""A question about two sets of policies as formulas over one request: what it is made of, and what it must be like."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.symbolic.asking import Asking
from iamkit.analysis.symbolic.callers import Seen
from iamkit.analysis.symbolic.globs import arn_pattern, literal
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.owning import Owners
from iamkit.analysis.symbolic.places import Places
from iamkit.analysis.symbolic.reading import Reading
from iamkit.analysis.symbolic.scope import ALWAYS_PRESENT, Scope
from iamkit.analysis.symbolic.seeing import look
from iamkit.analysis.symbolic.spaces import Choice
from iamkit.analysis.symbolic.tying import Ties, Trial
from iamkit.evaluation.index import CompiledPolicies
from iamkit.evaluation.policies import Policies


class Encoding:
    """The whole question: two sides, who asks, the places of a request and its owner, what statements say of it.

    Without `trial` values every policy variable stands for any text: what cannot be satisfied then is impossible. With
    them a key that a variable takes has one of these values: what can be satisfied then is possible.
    """

    def __init__(self, mine: Policies, theirs: Policies, scope: Scope, trial: Trial | None = None) -> None:
        self.logic = logic = Logic()
        self.scope, self.trial = scope, trial
        self.sides = (CompiledPolicies.of(mine), CompiledPolicies.of(theirs))
        self.statements = tuple(
            dict.fromkeys(entry.statement for side in self.sides for index in side.indexes() for entry in index.entries)
        )
        self.asking = Asking(logic, self._look(), scope)
        self.places = Places(logic, self.statements, self.asking)
        self.owners = Owners(logic, self.asking, self.places.resources, scope)
        self.ties = Ties(logic, self.asking, self.places, self.owners, trial)
        self.reading = Reading(logic, self.asking, self.places, self.owners, self.ties)
        self._ask_for_gates()

    def _look(self) -> Seen:
        managing = [side.management_account for side in self.sides]
        exempting = any(side.service_control or side.resource_control for side in self.sides)  # E7
        return look(self.statements, managing, self.scope, self.trial, service_linked=exempting)

    def _ask_for_gates(self) -> None:
        """Say what the gates themselves ask about an action and a resource (E13, E14)."""
        action_is, resource, logic = self.places.action_is, self.places.resources, self.logic
        self.asks_who_it_is = action_is("sts:getcalleridentity")
        assumes = logic.any(map(action_is, ("sts:assumerole*", "sts:tagsession*", "sts:setsourceidentity*")))
        self.assumes_role = logic.both(assumes, resource.matches(arn_pattern("arn:*:iam:*:*:role/*")))
        alias = resource.matches(arn_pattern("arn:*:kms:*:*:alias/*"))
        key = logic.both(logic.no(resource.matches(literal("*"))), logic.no(alias))
        self.uses_key = logic.both(action_is("kms:*"), key)

    def rules(self) -> Iterator[Formula]:
        """Say what every request of the scope is like (E4)."""
        logic, scope = self.logic, self.scope
        present = {key.lower() for key in scope.present} | ALWAYS_PRESENT
        absent = {key.lower() for key in scope.absent}
        yield self.places.action_is(scope.action)
        if scope.resource.strip("*"):
            yield self.places.resources.matches(arn_pattern(scope.resource, open_ended=True))
        yield from self.owners.rules()
        for key, space in self.places.keys.items():
            yield from space.rules()
            if key in absent:
                yield logic.no(space.here())
            elif key in present:
                yield space.here()
            if self.trial is not None and key in self.trial:
                texts = (space.matches(0, literal(text)) for text in self.trial[key])
                yield logic.implies(space.single, logic.any(texts))

    def choices(self) -> Iterator[Choice]:
        """Cut every place into its classes; after this no formula may be made that looks at a new pattern."""
        places, asking = self.places, self.asking
        yield places.actions.cut()
        yield places.resources.cut()
        yield Choice(tuple(map(asking.caller_is, range(len(asking.callers)))), self.logic.true)
        for space in places.keys.values():
            yield from space.cut()
        yield from self.owners.choices()
