"""Who can ask, and what is known of the keys of such a request before any statement looks at it (E4)."""

from __future__ import annotations

from iamkit.analysis.symbolic.callers import Seen, account_classes, caller_classes
from iamkit.analysis.symbolic.globs import literal
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.scope import Scope
from iamkit.policy.callers import Caller
from iamkit.request import Request, Resource

RESOURCE_ACCOUNT = "aws:resourceaccount"
# Keys whose value follows from the caller, or which only some callers have (E4).
OF_CALLER = (
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
    "aws:principalservicename", "aws:username",
)  # fmt: skip
# Keys of a caller that a caller of the same class may have otherwise.
NAMING = frozenset(
    {"aws:principalarn", "aws:principalaccount", "aws:username", "aws:userid", "aws:principalservicename"}
)


class Asking:
    """The callers that stand for all who can ask; `fixed` is what the scope's context says, by key in lower case."""

    def __init__(self, logic: Logic, seen: Seen, scope: Scope) -> None:
        self.logic, self.seen = logic, seen
        groups = account_classes(seen.accounts, seen.arns, seen.partitions)
        self.accounts = tuple(account for group in groups for account in group)
        if scope.principals:
            self.callers = tuple(caller for caller in scope.callers if caller.kind in scope.kinds)
        else:
            self.callers = caller_classes(seen, [group[0] for group in groups], scope.kinds)
        self.fixed = Request("anonymous", "a:b", Resource("*"), scope.context, derive=False).folded_context
        self._exact = bool(scope.principals)
        self._constants: dict[int, dict[str, str | None]] = {}

    @property
    def home(self) -> str | None:
        """Name the usual caller's own account."""
        return self.callers[0].account if self.callers else None

    def caller_is(self, index: int) -> Formula:
        """Say that the request is this caller's."""
        return self.logic.atom(("caller", index))

    def constants(self, caller: Caller) -> dict[str, str | None]:
        """Give the keys that follow from the caller; None: such a caller's request never has the key."""
        known = self._constants.get(id(caller))
        if known is None:
            derived = Request(caller, "a:b", Resource("*")).folded_context
            known = {key: _text(derived.get(key)) for key in OF_CALLER}
            known |= {key: _text(value) for key, value in derived.items() if key != RESOURCE_ACCOUNT}
            self._constants[id(caller)] = known
        return known

    def is_only(self, caller: Caller, key: str) -> bool:
        """Tell whether all callers that this one stands for have its value of a key."""
        if self._exact or caller.arn in self.seen.principals:
            return True
        if key == "aws:username":
            return literal(caller.name) in self.seen.names
        if key == "aws:principalaccount":
            return literal(caller.account or "") in self.seen.accounts
        return literal(caller.arn) in self.seen.arns


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
