"""Which requests a question is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iamkit.policy.callers import Caller, CallerKind
from iamkit.policy.patterns import arn_glob, glob
from iamkit.request import Request, Resource

ALWAYS_PRESENT = frozenset({
    "aws:currenttime", "aws:epochtime", "aws:principalisawsservice", "aws:principaltype", "aws:securetransport",
    "aws:viaawsservice",
})  # fmt: skip
"""The keys that no request comes without (E4), in lower case."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The requests that a question is about; the default is every request.

    `principals` are all who may ask, `kinds` of which kind they may be; `resource_account` owns whatever has an ARN
    without an account. Every request has the keys in `present` and those in `context` (with these values), none has a
    key in `absent`. `action` and `resource` are patterns as a policy has them.
    """

    principals: tuple[str | Caller, ...] = ()
    kinds: frozenset[CallerKind] = frozenset(CallerKind)
    resource_account: str | None = None
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)
    action: str = "*"
    resource: str = "*"

    @property
    def callers(self) -> tuple[Caller, ...]:
        """Read the principals."""
        return tuple(Caller.parse(each) if isinstance(each, str) else each for each in self.principals)

    def covers(self, request: Request) -> bool:
        """Tell whether the question is about a request, as far as the scope itself says."""
        if self.principals and request.principal not in self.callers:
            return False
        if request.principal.kind not in self.kinds or not glob(self.action.lower())(request.folded_action):
            return False
        if self.resource != "*" and not arn_glob(self.resource, False, True)(request.resource.arn):
            return False
        keys = {key for key, value in request.folded_context.items() if value != ()}
        fixed = Request(request.principal, request.action, Resource("*"), self.context, derive=False).folded_context
        return (
            {key.lower() for key in self.present} <= keys
            and not keys & {key.lower() for key in self.absent}
            and all(request.value(key) == value for key, value in fixed.items())
        )
