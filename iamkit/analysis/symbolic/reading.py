"""What a statement says of a request: its elements and conditions as formulas, read for one caller."""

from __future__ import annotations

from collections.abc import Hashable

from iamkit.analysis.symbolic.asking import NAMING, RESOURCE_ACCOUNT, Asking
from iamkit.analysis.symbolic.globs import arn_pattern
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.owning import Owners
from iamkit.analysis.symbolic.places import Places
from iamkit.analysis.symbolic.seeing import Unsupported
from iamkit.analysis.symbolic.tied import RESOURCE, Tie
from iamkit.analysis.symbolic.tying import Ties
from iamkit.analysis.symbolic.values import Test
from iamkit.policy.callers import Caller
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.operators import NULL, read_bool
from iamkit.policy.statement import Actions, Resources, Statement
from iamkit.policy.variables import Template, parse_template, resource_part


class Reading:
    """Reads statements; what it says of a request are formulas over its places and its owner."""

    def __init__(self, logic: Logic, asking: Asking, places: Places, owners: Owners, ties: Ties) -> None:
        self.logic, self.asking, self.places, self.owners, self.ties = logic, asking, places, owners, ties
        self._memo: dict[Hashable, Formula] = {}
        self._looks_at: dict[int, tuple[str, ...]] = {}

    def covers(self, statement: Statement, caller: Caller) -> Formula:
        """Say that all elements of a statement but its principal's cover the request; the same for like callers."""
        if id(statement) not in self._looks_at:
            self._looks_at[id(statement)] = tuple(sorted(_keys_of(statement)))
        constants = self.asking.constants(caller)
        keys = self._looks_at[id(statement)]
        exact = tuple(self.asking.is_only(caller, key) for key in keys if key in NAMING)
        own = caller.account if RESOURCE_ACCOUNT in keys else ""
        like = (id(statement), own, exact, *(constants.get(key, "free") for key in keys))
        if like not in self._memo:
            self._memo[like] = self._covers(statement, caller)
        return self._memo[like]

    def _covers(self, statement: Statement, caller: Caller) -> Formula:
        formula = self.covers_action(statement.action_element)
        if statement.resource_element is not None and formula is not self.logic.false:
            formula = self.logic.both(formula, self.covers_resource(statement.resource_element, caller))
        for condition in statement.conditions:
            if formula is self.logic.false:
                break
            formula = self.logic.both(formula, self.holds(condition, caller))
        return formula

    def covers_action(self, element: Actions) -> Formula:
        """Say that an action element covers the action."""
        found = self.logic.any(map(self.places.action_is, element.patterns))
        return self.logic.no(found) if element.negated else found

    def covers_resource(self, element: Resources, caller: Caller) -> Formula:
        """Say that a resource element covers the resource."""
        resources = self.places.resources
        found = []
        for text in element.patterns:
            read = parse_template(text, resource_part(text)) if element.escapes else text
            if isinstance(read, Template):
                found.append(self.ties.matches(Tie(RESOURCE, read), RESOURCE, 0, caller))
            elif text and not text.strip("*"):
                found.append(self.logic.true)
            else:
                found.append(resources.matches(arn_pattern(text, escapes=element.escapes, open_ended=True)))
        covered = self.logic.any(found)
        return self.logic.no(covered) if element.negated else covered

    def holds(self, condition: Condition, caller: Caller) -> Formula:
        """Say that a condition holds."""
        key = condition.key.lower()
        if key in self.asking.fixed or key in self.asking.constants(caller) or key == RESOURCE_ACCOUNT:
            return self._holds_for_known(condition, key, caller)
        space = self.places.key(key)
        if condition.use.operator is NULL:
            wanted = {read_bool(value) for value in condition.values}
            absent = self.logic.no(space.here())
            return self.logic.either(
                self.logic.both(absent, self.logic.constant(True in wanted)),
                self.logic.both(space.here(), self.logic.constant(False in wanted)),
            )
        negated = condition.use.operator.negated
        slots = []
        for slot in range(space.slots):
            passed = self.logic.either(
                space.passes(slot, Test.of(condition)),
                *(self.ties.matches(tie, key, slot, caller) for tie in _ties(condition)),
            )
            slots.append((space.here(slot), self.logic.no(passed) if negated else passed))
        qualifier = condition.use.qualifier
        if qualifier is Qualifier.FOR_ALL_VALUES or (qualifier is Qualifier.NONE and negated):
            valued = self.logic.all(self.logic.implies(here, passed) for here, passed in slots)
        else:
            valued = self.logic.any(self.logic.both(here, passed) for here, passed in slots)
        without = self.logic.constant(condition.holds({}))
        return self.logic.choose(space.here(), valued, without)

    def _holds_for_known(self, condition: Condition, key: str, caller: Caller) -> Formula:
        fixed = self.asking.fixed
        if key == RESOURCE_ACCOUNT and key not in fixed:
            found = []
            for owner in self.owners.all:
                value = caller.account if owner is None else owner
                found.append(self.logic.both(self.owners.owner_is(owner), self._holds_for(condition, value, caller)))
            return self.logic.any(found)
        known = fixed[key] if key in fixed else self.asking.constants(caller)[key]
        if isinstance(known, tuple):
            if _ties(condition):
                raise Unsupported(f"`{condition.key}` has several values and is compared with a policy variable")
            return self.logic.constant(condition.holds({key: known}))
        return self._holds_for(condition, known, caller)

    def _holds_for(self, condition: Condition, value: str | None, caller: Caller) -> Formula:
        key = condition.key.lower()
        context = {} if value is None else {key: value}
        ties = _ties(condition)
        if value is None or not ties or condition.use.operator is NULL:
            return self.logic.constant(condition.holds(context))
        passed = self.logic.either(
            self.logic.constant(Test.of(condition).holds(value)),
            *(self.ties.matches(tie, key, 0, caller, value) for tie in ties),
        )
        return self.logic.no(passed) if condition.use.operator.negated else passed


def _keys_of(statement: Statement) -> set[str]:
    """List the keys that a statement looks at, in conditions and in variables."""
    element = statement.resource_element
    variables = [*(element.variables if element else ()), *(v for each in statement.conditions for v in each.variables)]
    conditions = {condition.key.lower() for condition in statement.conditions}
    return conditions | {variable.key.lower() for variable in variables}


def _ties(condition: Condition) -> list[Tie]:
    operator = condition.use.operator
    if not (operator.variables and condition.escapes):
        return []
    name = Test.of(condition).operator
    read = (parse_template(value) for value in condition.values)
    return [Tie(name, template) for template in read if isinstance(template, Template)]
