"""Policy variables in formulas: a template is compared with a text for all that its variables can stand for (P34–P38).

Without trial values a variable that nothing is known of stands for any text: whether its template matches is left open,
what cannot be satisfied then is impossible. With them it has one of these values: what can be satisfied is possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from iamkit.analysis.symbolic.asking import NAMING, RESOURCE_ACCOUNT, Asking
from iamkit.analysis.symbolic.globs import literal
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.owning import Owners
from iamkit.analysis.symbolic.places import Places
from iamkit.analysis.symbolic.seeing import ACCOUNT_KEYS
from iamkit.analysis.symbolic.tied import Tie
from iamkit.policy.callers import Caller

Trial = Mapping[str, Sequence[str]]
"""Values to try for the keys that variables take."""


class Ties:
    """Templates tied to the texts of places; `open` are the atoms of those of which it is open whether they match."""

    def __init__(self, logic: Logic, asking: Asking, places: Places, owners: Owners, trial: Trial | None) -> None:
        self.logic, self.asking, self.places, self.owners = logic, asking, places, owners
        self.trial = trial
        self.open: dict[Formula, tuple[Tie, str, int]] = {}

    def matches(self, tie: Tie, place: str, slot: int, caller: Caller, value: str | None = None) -> Formula:
        """Say that the text in a place matches a template; `value` is the text where it is known."""
        by_equality = tie.only_key in ACCOUNT_KEYS and place in ACCOUNT_KEYS
        options = [self._options(key, caller, exact=by_equality) for key in tie.keys]
        found = []
        for chosen in product(*options):
            conditions = [formula for formula, _ in chosen]
            absent = frozenset(key for key, (_, text) in zip(tie.keys, chosen, strict=True) if text is _ABSENT)
            left = tie.without(absent)
            texts = {key: text for key, (_, text) in zip(tie.keys, chosen, strict=True) if isinstance(text, str)}
            if isinstance(left, Tie) and len(texts) == len(left.keys):
                left = left.resolved(texts)
            elif isinstance(left, Tie) and texts:
                left = left.partly(texts)
            if isinstance(left, Tie):
                found.append(self.logic.both(*conditions, self._leave_open(left, place, slot, value)))
            else:
                found.append(self.logic.both(*conditions, self.places.matches(left, place, slot, value)))
        return self.logic.any(found)

    def _leave_open(self, tie: Tie, place: str, slot: int, value: str | None) -> Formula:
        """Leave open whether a template matches: all that is known is what it cannot match with any values."""
        atom = self.logic.atom(("tie", tie, place, slot, value))
        if value is None:
            self.open[atom] = (tie, place, slot)
        return self.logic.both(atom, self.places.matches(tie.hull(), place, slot, value))

    def _options(self, key: str, caller: Caller, *, exact: bool) -> list[tuple[Formula, object]]:
        """List what a variable can stand for: a text, nothing, or (without trial values) any text."""
        logic, fixed = self.logic, self.asking.fixed
        if key in fixed:
            known = fixed[key]
            return [(logic.true, known if isinstance(known, str) else _ABSENT)]
        if key == RESOURCE_ACCOUNT:
            owners = [(self.owners.owner_is(owner), owner or caller.account) for owner in self.owners.all]
            if self.trial is not None or exact:
                return [(formula, account or _ABSENT) for formula, account in owners]
            return [(logic.true, _ANY)]
        constants = self.asking.constants(caller)
        if key in constants:
            text = constants[key]
            told = exact or self.trial is not None or key not in NAMING or self.asking.is_only(caller, key)
            return [(logic.true, _ABSENT if text is None else text if told else _ANY)]
        return self._options_of_context(key)

    def _options_of_context(self, key: str) -> list[tuple[Formula, object]]:
        logic, space = self.logic, self.places.key(key)
        texts = self.places.listed_texts(key) if self.trial is None else self.trial.get(key, ())
        here: list[tuple[Formula, object]] = [
            (logic.both(space.single, space.matches(0, literal(text))), text) for text in texts
        ]
        absent = (logic.no(space.single), _ABSENT)
        if self.trial is not None:
            return [*here, absent]
        other = logic.both(space.single, *(logic.no(formula) for formula, _ in here))
        return [*here, (other, _ANY), absent]


class _Mark:
    """A value that is no text."""


_ABSENT, _ANY = _Mark(), _Mark()
