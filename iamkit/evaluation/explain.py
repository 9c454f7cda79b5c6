"""Beyond the decision: what else matched, what nearly did, and what a statement asked for in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamkit.evaluation.case import Case
from iamkit.evaluation.decision import Entry, NearMatch, NotEvaluated
from iamkit.evaluation.decision import StatementRef as Ref
from iamkit.policy.callers import CallerKind
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.grammar import PolicyType
from iamkit.policy.operators import NULL
from iamkit.policy.principals import KINDS, Naming, Principals
from iamkit.policy.statement import Statement
from iamkit.policy.variables import ContextValue, Variable


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a look at every statement in force found."""

    matched: tuple[Ref, ...]
    nearly: tuple[NearMatch, ...]
    missing_keys: tuple[str, ...]
    not_evaluated: tuple[NotEvaluated, ...]


def explain(case: Case) -> Explanation:
    """Look at every statement of every policy that has a say about the caller and the resource."""
    matched: list[Ref] = []
    nearly: list[NearMatch] = []
    missing: dict[str, str] = {}
    unread = [NotEvaluated(error.name, None, problem) for error in case.compiled.invalid for problem in _lines(error)]
    for entry in _in_force(case):
        failures = tuple(_failures(case, entry))
        if not failures:
            matched.append(entry.ref)
        elif len(failures) == 1 and failures[0].element != "Group":
            nearly.append(failures[0])
        if not any(failure.element in _BEFORE_CONTEXT for failure in failures):
            for key in _missing(case, entry.statement, failures):
                missing.setdefault(key.lower(), key)
            unread += [NotEvaluated(entry.policy.name, entry.ref, reason) for reason in _unreadable(case, entry)]
    unread += _without_say(case)
    return Explanation(tuple(matched), tuple(nearly), tuple(missing.values()), tuple(unread))


_BEFORE_CONTEXT = frozenset({"Principal", "NotPrincipal", "Action", "NotAction", "Group"})


def _lines(error: Exception) -> list[str]:
    return [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]


def _in_force(case: Case) -> Iterator[Entry]:
    """Yield the statements that can match or nearly match: a statement about another service is not near."""
    for index in case.compiled.indexes():
        for entry in index.near(case.request.folded_action):
            if case.concerned_by(entry.type):
                yield entry


def _failures(case: Case, entry: Entry) -> Iterator[NearMatch]:
    """Yield a near match for each element that does not cover the request."""
    statement, request, ref = entry.statement, case.request, entry.ref
    action, resource, principals = statement.action_element, statement.resource_element, statement.principal_element
    if entry.group is not None and case.caller.kind is not CallerKind.USER:
        yield NearMatch(ref, "Group", f"a member of `{entry.group}`", f"a {case.caller.kind.value}")
    if principals is not None and statement.names(case.caller) is Naming.NOT_NAMED:
        element = "NotPrincipal" if principals.negated else "Principal"
        yield NearMatch(ref, element, _principals(principals), f"`{case.caller}`")
    if not action.cover(request.folded_action):
        element = "NotAction" if action.negated else "Action"
        yield NearMatch(ref, element, _either(action.patterns, action.negated), f"`{request.action}`")
    if not case.covers_resource(statement):
        negated = resource is not None and resource.negated
        patterns = resource.patterns if resource else ()
        element = "NotResource" if negated else "Resource"
        yield NearMatch(ref, element, _either(patterns, negated), f"`{request.resource.arn}`")
    for condition in statement.conditions:
        if not condition.holds(request.folded_context):
            actual = _value(request.value(condition.key))
            yield NearMatch(ref, "Condition", f"{condition.use} `{condition.key}` {_either(condition.values)}", actual)


def _either(values: tuple[str, ...], negated: bool = False) -> str:
    shown = " or ".join(f"`{value}`" for value in values) or "nothing"
    return f"none of {shown}" if negated else shown


def _principals(element: Principals) -> str:
    fields = (element.aws, element.service, element.federated, element.canonical_user)
    names = [f"{kind} `{name}`" for kind, names in zip(KINDS, fields, strict=True) for name in names]
    return ("none of " if element.negated else "") + " or ".join(names)


def _value(value: ContextValue | None) -> str:
    if value is None or value == ():
        return "no such key"
    return f"`{value}`" if isinstance(value, str) else " and ".join(f"`{one}`" for one in value)


def _missing(case: Case, statement: Statement, failures: tuple[NearMatch, ...]) -> Iterator[str]:
    """Yield the keys that the statement asks for and the request lacks; `Null` asks for no value (P31)."""
    keys = [variable.key for variable in _variables(statement) if variable.default is None]
    if not any(failure.element in ("Resource", "NotResource") for failure in failures):
        keys += [condition.key for condition in statement.conditions if condition.use.operator is not NULL]
    yield from (key for key in keys if case.request.value(key) in (None, ()))


def _variables(statement: Statement) -> Iterator[Variable]:
    if statement.resource_element is not None:
        yield from statement.resource_element.variables
    for condition in statement.conditions:
        yield from condition.variables


def _unreadable(case: Case, entry: Entry) -> Iterator[str]:
    """Yield what kept a value of this statement from being compared (P27, P38)."""
    for variable in _variables(entry.statement):
        if variable.default is None and not isinstance(case.request.value(variable.key), str):
            yield f"the variable `${{{variable.key}}}` has no value in this request and no default"
    for condition in entry.statement.conditions:
        yield from _unread_values(condition, case.request.value(condition.key))


def _unread_values(condition: Condition, value: ContextValue | None) -> Iterator[str]:
    use = condition.use
    for listed in condition.unreadable:
        yield f"`{listed}` is no value that {use.operator.name} can compare"
    if isinstance(value, tuple) and len(value) > 1 and use.qualifier is Qualifier.NONE and use.operator is not NULL:
        yield f"`{condition.key}` has several values: {use} needs `ForAllValues:` or `ForAnyValue:`"
    for one in (value,) if isinstance(value, str) else value or ():
        if not use.operator.reads(one):
            yield f"the request's `{condition.key}` is `{one}`, which {use.operator.name} cannot compare"


def _without_say(case: Case) -> Iterator[NotEvaluated]:
    """Name the policies that were given and concern no caller of this kind, so that none is passed over in silence."""
    compiled = case.compiled
    for type, index in (
        (PolicyType.IDENTITY_BASED, compiled.identity_based),
        (PolicyType.PERMISSIONS_BOUNDARY, compiled.permissions_boundary),
        (PolicyType.SESSION, compiled.session),
    ):
        if index is not None and not case.concerned_by(type):
            for name in dict.fromkeys(entry.policy.name for entry in index.entries):
                yield NotEvaluated(
                    name, None, f"the caller ({case.caller.kind.value}) is not subject to a {type.value}"
                )
    if case.caller.kind is not CallerKind.USER:
        for name in compiled.policies.groups:
            yield NotEvaluated(name, None, "only IAM users are members of groups")
