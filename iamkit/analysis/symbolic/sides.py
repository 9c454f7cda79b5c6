"""One set of policies as a formula over requests, gate by gate as `evaluation.evaluate` goes (E5–E18)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.logic import Formula
from iamkit.evaluation.case import SESSIONS, WITH_IDENTITY_POLICIES
from iamkit.evaluation.decision import Entry
from iamkit.evaluation.index import ActionIndex, CompiledPolicies
from iamkit.policy.callers import Caller, CallerKind
from iamkit.policy.grammar import PolicyType
from iamkit.policy.principals import Naming

Levels = tuple[tuple[str, ActionIndex], ...]


def decisions(encoding: Encoding) -> list[tuple[int, Formula, Formula]]:
    """Give for every caller what each side allows it; callers of whom the same is said come once."""
    found: dict[tuple[int, int, str], tuple[int, Formula, Formula]] = {}
    for index, caller in enumerate(encoding.asking.callers):
        mine, theirs = (Side(policies, caller, encoding).allowed() for policies in encoding.sides)
        found.setdefault((mine.number, theirs.number, caller.kind.value), (index, mine, theirs))
    return list(found.values())


class Side:
    """What one set of policies says of the requests of one caller; `matches` is what a statement says of them."""

    def __init__(self, policies: CompiledPolicies, caller: Caller, encoding: Encoding) -> None:
        self.policies, self.caller, self.encoding = policies, caller, encoding
        self.logic = encoding.logic
        self.crosses = self.logic.no(encoding.owners.owned_by_caller(caller)) if caller.account else self.logic.false

    def allowed(self) -> Formula:
        """Say that a request of this caller is allowed."""
        if self.policies.invalid:
            return self.logic.false
        free = self.logic.constant(self.caller.kind is not CallerKind.ANONYMOUS)
        needs_none = self.logic.both(free, self.encoding.asks_who_it_is)
        return self.logic.either(needs_none, self._passes())

    def _passes(self) -> Formula:
        gates = (self._not_denied, self._resource_control, self._service_control, self._endpoint, self._grants)
        found = []
        for gate in gates:
            formula = gate()
            if formula is self.logic.false:
                return formula
            found.append(formula)
        return self.logic.all(found)

    def _not_denied(self) -> Formula:
        denies = []
        for index in self.policies.indexes():
            for entry in index.entries:
                if not entry.statement.allows:
                    denies.append(self.logic.both(self._concerned(entry.type), self._matches(entry)))
        return self.logic.no(self.logic.any(denies))

    def _concerned(self, type: PolicyType) -> Formula:
        constant = self.logic.constant
        match type:
            case PolicyType.IDENTITY_BASED | PolicyType.PERMISSIONS_BOUNDARY:
                return constant(self.caller.kind in WITH_IDENTITY_POLICIES)
            case PolicyType.SESSION:
                return constant(self.caller.kind in SESSIONS)
            case PolicyType.SERVICE_CONTROL:
                return constant(not self._exempt_from_service_control())
            case PolicyType.RESOURCE_CONTROL:
                return self.logic.no(self._exempt_from_resource_control())
        return self.logic.true

    def _exempt_from_service_control(self) -> bool:
        account = self.caller.account
        return account is None or account == self.policies.management_account or self.caller.is_service_linked_role

    def _exempt_from_resource_control(self) -> Formula:
        if self.caller.is_service_linked_role:
            return self.logic.true
        managing = self.policies.management_account
        return self.logic.false if managing is None else self.encoding.owners.owned_by(managing, self.caller)

    def _resource_control(self) -> Formula:
        levels = self.policies.resource_control
        if levels is None:
            return self.logic.true
        return self.logic.either(self._exempt_from_resource_control(), self._every_level(levels))

    def _service_control(self) -> Formula:
        levels = self.policies.service_control
        if levels is None or self._exempt_from_service_control():
            return self.logic.true
        return self._every_level(levels)

    def _every_level(self, levels: Levels) -> Formula:
        return self.logic.all(self._allowing(index) for _, index in levels)

    def _endpoint(self) -> Formula:
        endpoint = self.policies.vpc_endpoint
        return self.logic.true if endpoint is None else self._allowing(endpoint)

    def _grants(self) -> Formula:
        """Go through the last four gates: what the resource's policy gives decides about the others (E8, E15)."""
        logic, kind = self.logic, self.caller.kind
        here = logic.no(self.crosses)
        itself, behind, account = (self._named(naming) for naming in (Naming.CALLER, Naming.BEHIND, Naming.ACCOUNT))
        granted = logic.either(itself, behind, account)
        needs_resource = logic.either(
            logic.constant(self.caller.account is None), self.encoding.assumes_role, self.encoding.uses_key
        )
        passes = logic.either(granted, logic.both(here, logic.no(needs_resource)))
        if kind is CallerKind.ROOT:
            passes = logic.both(passes, logic.no(self.encoding.assumes_role))
        final = logic.both(here, itself)
        counts = logic.both(here, logic.either(itself, behind))
        identity = logic.true
        if kind is not CallerKind.ROOT:
            identity = logic.either(counts, self._allowing(self.policies.identity_based))
        limits = logic.either(final, logic.both(self._boundary(), self._session()))
        return logic.both(passes, identity, limits)

    def _boundary(self) -> Formula:
        boundary = self.policies.permissions_boundary
        if boundary is None or self.caller.kind not in WITH_IDENTITY_POLICIES:
            return self.logic.true
        return self._allowing(boundary)

    def _session(self) -> Formula:
        session = self.policies.session
        if session is None:
            return self.logic.constant(self.caller.kind is not CallerKind.FEDERATED_USER)
        return self._allowing(session) if self.caller.kind in SESSIONS else self.logic.true

    def _named(self, naming: Naming) -> Formula:
        """Say that an Allow of the resource's policy names the caller just so."""
        return self._any(
            self.policies.resource_based.entries, lambda entry: entry.statement.names(self.caller) is naming
        )

    def _allowing(self, index: ActionIndex) -> Formula:
        return self._any(index.entries, lambda _: True)

    def _any(self, entries: Iterable[Entry], counts: Callable[[Entry], bool]) -> Formula:
        return self.logic.any(self._matches(entry) for entry in entries if entry.statement.allows and counts(entry))

    def _matches(self, entry: Entry) -> Formula:
        if entry.group is not None and self.caller.kind is not CallerKind.USER:
            return self.logic.false
        if entry.statement.names(self.caller) is Naming.NOT_NAMED:
            return self.logic.false
        return self.encoding.reading.covers(entry.statement, self.caller)
