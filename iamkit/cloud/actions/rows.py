"""Rows of the tables: from an operation to the actions and ARNs that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from iamkit import reference
from iamkit.cloud.actions.asking import Ask, Authorization, Resources
from iamkit.cloud.actions.keys import Keys, tags_of
from iamkit.cloud.calls import Call, NotModelled

Where = Callable[[Ask], str]
Row = Callable[[Ask], Iterable[Authorization]]


def on(action: str, *where: Where) -> Row:
    """Make the row of one action, on each of the resources; without any, on `*`."""
    return lambda ask: [ask.need(action, find(ask)) for find in where] if where else [ask.need(action)]


def both(*rows: Row) -> Row:
    """Make the row of an operation that needs several."""
    return lambda ask: [needed for row in rows for needed in row(ask)]


def when(parameter: str, row: Row) -> Row:
    """Make a row that counts only where the call has the parameter, and has not set it to false."""
    return lambda ask: row(ask) if ask.given(parameter) else ()


def tagged(row: Row, action: str, *where: Where) -> Row:
    """Make the row of an operation that creates something and needs one action more where it tags it."""
    tagging = on(action, *where)
    return lambda ask: [*row(ask), *(tagging(ask) if tags_of(ask) else ())]


def refused(what: str, help: str) -> Row:
    """Make the row of a way of asking that is not modelled."""

    def row(ask: Ask) -> Iterable[Authorization]:
        raise NotModelled(what, help)

    return row


def table(**rows: Row) -> Mapping[str, Row]:
    """Make a table of rows, one an operation."""
    return rows


@dataclass(frozen=True, slots=True)
class Service:
    """A service's table.

    `types` finds the ARN of each resource type in a call's parameters. An operation without a row of its own has the
    action of the same name, where the reference knows one and its resource can be found without doubt.
    """

    name: str
    prefix: str
    types: Mapping[str, Where]
    rows: Mapping[str, Row]
    keys: Keys = field(default_factory=dict)
    not_modelled: frozenset[str] = frozenset()
    invalid: str = "ValidationException"
    # A service of which only a part is modelled: nothing outside of it has a default.
    only: Callable[[str], bool] = lambda operation: True

    def authorizations(self, call: Call, resources: Resources, account: str) -> tuple[Authorization, ...]:
        """List what a call needs; raises NotModelled, or ServiceError for parameters that the service refuses."""
        row = self.row(call.operation)
        ask = Ask(call, resources, account, self.keys, self.invalid, self.prefix)
        needed = tuple(row(ask))
        if not needed:
            raise ask.refuse("The request names nothing to act on.")
        return needed

    def row(self, operation: str) -> Row:
        """Find the row of an operation, its own or the default."""
        row = self.rows.get(operation)
        if row is None and operation not in self.not_modelled and self.only(operation):
            row = self._default(operation)
        if row is None:
            raise NotModelled(f"the operation {self.name}:{operation}", "the documentation lists what is modelled")
        return row

    def _default(self, operation: str) -> Row | None:
        action = reference.action(f"{self.prefix}:{operation}")
        if action is None:
            return None
        if not action.resource_types:
            return on(action.name)
        known = [each.name for each in action.resource_types if each.name in self.types]
        doubtful = len(known) != 1 or not set(action.required_types) <= set(known)
        return None if doubtful else on(action.name, self.types[known[0]])
