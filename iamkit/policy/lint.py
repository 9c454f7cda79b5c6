"""Findings about a policy that parses: what P1 to P38 call lint, by Access Analyzer's names where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from iamkit.arn import Arn, InvalidArn
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.document import Policy
from iamkit.policy.grammar import PolicyType
from iamkit.policy.source import child
from iamkit.policy.statement import Statement
from iamkit.policy.variables import resource_part


class Severity(Enum):
    """The severities of IAM Access Analyzer's findings."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, with its place; line and column only where the policy came as text."""

    name: str
    severity: Severity
    message: str
    pointer: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = f"{self.pointer or '/'}" + (f" (line {self.line}, column {self.column})" if self.line else "")
        return f"{place}: {self.severity.value}: {self.name}: {self.message}"


_Found = Iterator[tuple[str, str]]  # a message, and the pointer of its place
_Check = Callable[[Policy], _Found]
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")
_PLAIN_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)

# P7: in characters, white space not counted; for an inline policy of a role the largest of the inline quotas.
QUOTAS = {
    PolicyType.IDENTITY_BASED: 10_240,
    PolicyType.PERMISSIONS_BOUNDARY: 6_144,
    PolicyType.TRUST: 4_096,
    PolicyType.SERVICE_CONTROL: 5_120,
    PolicyType.SESSION: 2_048,
}


def lint(policy: Policy) -> tuple[Finding, ...]:
    """Run every check, in the order of the table."""
    return tuple(
        Finding(name, severity, message, pointer, *(policy.place(pointer) or (None, None)))
        for name, severity, check in CHECKS
        for message, pointer in check(policy)
    )


def _missing_version(policy: Policy) -> _Found:
    if not any(key.lower() == "version" for key in policy.to_dict()):
        yield "without `Version` the policy is read as of 2008, where `${…}` is plain text", ""


def _too_large(policy: Policy) -> _Found:
    quota = QUOTAS.get(policy.type) if policy.type else None
    size = len(re.sub(r"\s", "", policy.to_json()))
    if quota is not None and policy.type is not None and size > quota:
        yield f"{size} characters without white space; a {policy.type.value} has at most {quota}", ""


def _sid_characters(policy: Policy) -> _Found:
    for statement, pointer in _statements(policy):
        plain = policy.type is not PolicyType.IDENTITY_BASED or _PLAIN_SID.fullmatch(statement.sid or "")
        if not plain:
            yield f"the Sid `{statement.sid}` has more than letters and digits", _element(policy, pointer, "Sid")


def _service_wildcard(policy: Policy) -> _Found:
    for statement, pointer in _statements(policy):
        for pattern in statement.action_element.patterns:
            service = pattern.partition(":")[0]
            if pattern != "*" and ("*" in service or "?" in service):
                yield f"`{pattern}` has a wildcard in the service prefix", _action(policy, pointer)


def _not_principal(effect: str) -> _Check:
    def check(policy: Policy) -> _Found:
        for statement, pointer in _statements(policy):
            element = statement.principal_element
            if element is not None and element.negated and statement.effect == effect:
                yield (
                    "`NotPrincipal` reaches everyone it does not list in full: use `Principal` with a condition on "
                    "`aws:PrincipalArn`",
                    _element(policy, pointer, "NotPrincipal"),
                )

    return check


def _group_principal(policy: Policy) -> _Found:
    for statement, pointer in _statements(policy):
        for name in statement.principal_element.aws if statement.principal_element else ():
            if ":group/" in name:
                yield f"`{name}`: a user group is never a principal", _element(policy, pointer, "Principal")


def _arns(policy: Policy, problem: Callable[[str], str]) -> _Found:
    for statement, pointer in _statements(policy):
        element = statement.resource_element
        for pattern in element.patterns if element else ():
            if pattern.strip("*") and (message := problem(pattern)):
                yield message, _element(policy, pointer, "NotResource" if element and element.negated else "Resource")


def _arn_prefix(policy: Policy) -> _Found:
    return _arns(policy, lambda text: "" if text.startswith("arn:") else f"`{text}` does not start with `arn:`")


def _arn_field(policy: Policy) -> _Found:
    def problem(text: str) -> str:
        short = text.startswith("arn:") and text.count(":") < 5 and not text.endswith("*")
        return f"`{text}` has {text.count(':') + 1} of an ARN's 6 parts" if short else ""

    return _arns(policy, problem)


def _partition(policy: Policy) -> _Found:
    def problem(text: str) -> str:
        if not text.startswith("arn:") or text.count(":") < 5 or any(mark in text.split(":")[1] for mark in "*?$"):
            return ""
        try:
            Arn.parse(f"arn:{text.split(':')[1]}:service:::resource")
        except InvalidArn:
            return f"`{text.split(':')[1]}` is no partition"
        return ""

    return _arns(policy, problem)


def _variable_place(policy: Policy) -> _Found:
    def problem(text: str) -> str:
        early = _VARIABLE.search(text[: resource_part(text)])
        return f"`{text}`: a variable stands only after the fifth colon" if early else ""

    return _arns(policy, problem) if policy.version == "2012-10-17" else iter(())


def _variable_operator(policy: Policy) -> _Found:
    for condition, pointer in _conditions(policy):
        if not condition.use.operator.variables and any(map(_VARIABLE.search, condition.values)):
            yield f"`{condition.use}` does not take variables", pointer


def _variable_version(policy: Policy) -> _Found:
    if policy.version == "2012-10-17":
        return
    for statement, pointer in _statements(policy):
        texts = [*(statement.resource_element.patterns if statement.resource_element else ())]
        texts += [value for condition in statement.conditions for value in condition.values]
        for text in filter(_VARIABLE.search, texts):
            yield f"`{text}` holds plain text: variables need `Version` 2012-10-17", pointer


def _for_all_values(policy: Policy) -> _Found:
    for statement, pointer in _statements(policy):
        guarded = {condition.key.lower() for condition in statement.conditions if condition.use.operator.name == "Null"}
        for condition in statement.conditions:
            every = condition.use.qualifier is Qualifier.FOR_ALL_VALUES and not condition.use.if_exists
            if statement.allows and every and condition.key.lower() not in guarded:
                message = f"`{condition.use}` also holds when `{condition.key}` is absent: add a `Null` condition"
                yield message, _condition(policy, pointer, condition)


def _empty_condition(policy: Policy) -> _Found:
    for condition, pointer in _conditions(policy):
        if not condition.values:
            yield f"`{condition.key}` has no values: nothing can match it", pointer


def _empty_element(name: str) -> _Check:
    def check(policy: Policy) -> _Found:
        for statement, pointer in _statements(policy):
            element = statement.action_element if name == "Action" else statement.resource_element
            if element is not None and not element.patterns:
                yield f"`{name}` is empty: the statement does nothing", pointer

    return check


CHECKS: tuple[tuple[str, Severity, _Check], ...] = (
    ("Missing version", Severity.WARNING, _missing_version),
    ("Policy size exceeds quota", Severity.ERROR, _too_large),
    ("Invalid Sid", Severity.ERROR, _sid_characters),
    ("Unsupported principal", Severity.ERROR, _group_principal),
    ("Invalid ARN prefix", Severity.ERROR, _arn_prefix),
    ("Missing ARN field", Severity.ERROR, _arn_field),
    ("Invalid partition", Severity.ERROR, _partition),
    ("Invalid variable for operator", Severity.ERROR, _variable_operator),
    ("Variable unsupported in element", Severity.WARNING, _variable_place),
    ("Variable needs version", Severity.WARNING, _variable_version),
    ("Wildcard in service prefix", Severity.WARNING, _service_wildcard),
    ("Allow with NotPrincipal", Severity.SECURITY_WARNING, _not_principal("Allow")),
    ("Deny with NotPrincipal", Severity.WARNING, _not_principal("Deny")),
    ("Allow with ForAllValues", Severity.SECURITY_WARNING, _for_all_values),
    ("Empty array condition", Severity.SUGGESTION, _empty_condition),
    ("Empty array action", Severity.SUGGESTION, _empty_element("Action")),
    ("Empty array resource", Severity.SUGGESTION, _empty_element("Resource")),
)
"""Every check: its name, its severity, and the function that finds it."""


def _statements(policy: Policy) -> Iterator[tuple[Statement, str]]:
    """Yield each statement with its pointer."""
    document = policy.to_dict()
    key = next(name for name in document if name.lower() == "statement")
    for statement in policy.statements:
        whole = child("", key)
        yield statement, whole if isinstance(document[key], dict) else child(whole, statement.index)


def _conditions(policy: Policy) -> Iterator[tuple[Condition, str]]:
    for statement, pointer in _statements(policy):
        for condition in statement.conditions:
            yield condition, _condition(policy, pointer, condition)


def _element(policy: Policy, pointer: str, name: str) -> str:
    """Extend a pointer by an element's key as it is spelled there."""
    value = policy.to_dict()
    for part in pointer.split("/")[1:]:
        value = value[int(part) if isinstance(value, list) else part.replace("~1", "/").replace("~0", "~")]
    return child(pointer, next((key for key in value if key.lower() == name.lower()), name))


def _action(policy: Policy, pointer: str) -> str:
    place = _element(policy, pointer, "Action")
    return place if policy.place(place) or policy.place(pointer) is None else _element(policy, pointer, "NotAction")


def _condition(policy: Policy, pointer: str, condition: Condition) -> str:
    place = _element(policy, pointer, "Condition")
    return _element(policy, _element(policy, place, str(condition.use)), condition.key)
