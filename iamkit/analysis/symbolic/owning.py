"""Whose the resource is: by its ARN, or where that tells no account by what else is known (E17, P13)."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.symbolic.asking import Asking
from iamkit.analysis.symbolic.globs import Pattern, anything, literal
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.scope import Scope
from iamkit.analysis.symbolic.spaces import Choice, TextSpace
from iamkit.policy.callers import Caller

Owner = str | None
"""An account; None where nothing is known of the resource, which then is the caller's own."""

_FOUR_PARTS: Pattern = (
    *literal("arn:"), *anything(without=":"), *literal(":"), *anything(without=":"), *literal(":"),
    *anything(without=":"), *literal(":"),
)  # fmt: skip


class Owners:
    """Who can own the resource; `given` owns whatever has an ARN without an account, if the scope says so."""

    def __init__(self, logic: Logic, asking: Asking, resources: TextSpace, scope: Scope) -> None:
        self.logic, self.resources, self.given = logic, resources, scope.resource_account
        self.all: tuple[Owner, ...] = (None, *asking.accounts)
        self._accounts = asking.accounts
        self._said: dict[Owner, Formula] = {}

    def owned_by(self, account: str, caller: Caller) -> Formula:
        """Say that the resource is an account's; without other knowledge it is the caller's own (E17)."""
        if caller.account != account:
            return self.owner_is(account)
        return self.logic.either(self.owner_is(account), self.owner_is(None))

    def owned_by_caller(self, caller: Caller) -> Formula:
        """Say that the resource belongs to the caller's account."""
        assert caller.account is not None
        return self.owned_by(caller.account, caller)

    def owner_is(self, owner: Owner) -> Formula:
        """Say whose the resource is known to be."""
        if owner not in self._said:
            self._said[owner] = self._say(owner)
        return self._said[owner]

    def _say(self, owner: Owner) -> Formula:
        told = self.logic.any(
            self.resources.matches((*_FOUR_PARTS, *literal(f"{each}:"), *anything())) for each in self._accounts
        )
        own = self.logic.false
        if owner is not None:
            own = self.resources.matches((*_FOUR_PARTS, *literal(f"{owner}:"), *anything()))
        if self.given is not None:
            # The scope's account owns what has an ARN that tells none, and nothing owns a mere `*`.
            star = self.resources.matches(literal("*"))
            silent = self.logic.no(star) if owner == self.given else self.logic.false
            if owner is None:
                silent = star
        else:
            silent = self.unless_told(owner)
        return self.logic.either(own, self.logic.both(self.logic.no(told), silent))

    def unless_told(self, owner: Owner) -> Formula:
        """Say whose the resource is if its ARN does not tell; where the scope does, there is no such choice."""
        return self.logic.atom(("owner", owner))

    def rules(self) -> Iterator[Formula]:
        """Say that nobody owns what is no resource (P13)."""
        if self.given is None:
            nothing = self.resources.matches(literal("*"))
            yield self.logic.implies(nothing, self.unless_told(None))

    def choices(self) -> Iterator[Choice]:
        """Give the owners to choose from where neither ARN nor scope tells one."""
        if self.given is None:
            yield Choice(tuple(map(self.unless_told, self.all)), self.logic.true)
