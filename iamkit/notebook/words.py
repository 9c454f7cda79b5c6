"""Plain English for statements, requests and decisions: one style of words in every display.

Sentences hold what a policy or a request says in backticks; `html.inline` turns those into code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from iamkit.policy import Qualifier

if TYPE_CHECKING:
    from iamkit import Evaluation, Policy, Request
    from iamkit.policy import Condition, Principals, Statement
    from iamkit.policy.variables import ContextValue

_MANY = 6  # of more actions or resources than these the rest is counted

# How an operator relates a key to a listed value, and how its negation does.
_RELATIONS: dict[str, tuple[str, str]] = {
    "StringEquals": ("is", "is not"),
    "StringEqualsIgnoreCase": ("is, in capital or small letters,", "is not, in capital or small letters,"),
    "StringLike": ("matches", "does not match"),
    "ArnEquals": ("matches", "does not match"),
    "ArnLike": ("matches", "does not match"),
    "NumericEquals": ("equals", "does not equal"),
    "NumericLessThan": ("is less than", ""),
    "NumericLessThanEquals": ("is at most", ""),
    "NumericGreaterThan": ("is more than", ""),
    "NumericGreaterThanEquals": ("is at least", ""),
    "DateEquals": ("is the time", "is not the time"),
    "DateLessThan": ("is before", ""),
    "DateLessThanEquals": ("is not after", ""),
    "DateGreaterThan": ("is after", ""),
    "DateGreaterThanEquals": ("is not before", ""),
    "Bool": ("is", ""),
    "BinaryEquals": ("is the bytes", ""),
    "IpAddress": ("is in", "is not in"),
}


def policy_heading(policy: Policy) -> str:
    """Say which policy this is and how much of it there is."""
    name = "" if policy.name == "policy" else f" `{policy.name}`"
    kind = f", {_article(policy.type.value)}" if policy.type else ""
    count = len(policy.statements)
    return f"Policy{name}{kind}: {count} statement{'' if count == 1 else 's'}"


def caption(statement: Statement) -> str:
    """Say in one sentence what a statement does."""
    sid = f", `{statement.sid}`" if statement.sid else ""
    parts = [f"Statement {statement.index}{sid}: {'allows' if statement.allows else 'denies'} {_actions(statement)}"]
    if statement.resource_element is not None:
        parts.append(f"on {_resources(statement)}")
    if statement.principal_element is not None:
        parts.append(f"to {_principals(statement.principal_element)}")
    sentence = " ".join(parts)
    if statement.conditions:
        sentence += ", if " + " and ".join(condition(each) for each in statement.conditions)
    return sentence


def condition(each: Condition) -> str:
    """Say what one condition asks of the request."""
    key, use = f"`{each.key}`", each.use
    if use.operator.name == "Null":
        states = {"true": "is absent", "false": "is there"}
        return f"{key} {either(states.get(value.lower(), f'is absent: `{value}`') for value in each.values)}"
    of = {Qualifier.FOR_ALL_VALUES: f"every value of {key}", Qualifier.FOR_ANY_VALUE: f"some value of {key}"}
    subject = of.get(use.qualifier, key) + (", where it is there," if use.if_exists else "")
    return f"{subject} {_relation(use.operator.name, use.operator.negated, len(each.values))} {_codes(each.values)}"


def asked(request: Request) -> str:
    """Say who asks for what on which."""
    sentence = f"`{request.principal}` asks for `{request.action}`"
    return sentence if request.resource.arn == "*" else f"{sentence} on `{request.resource.arn}`"


def decided(evaluation: Evaluation) -> str:
    """Say who, what, which, the decision, and what it rests on."""
    return f"{asked(evaluation.request)}: {evaluation.decision.value}, decided by {evaluation.decided_by}."


def context(values: Mapping[str, ContextValue]) -> str:
    """Say what a request says beyond caller, action and resource."""
    shown = ((key, (value,) if isinstance(value, str) else value) for key, value in sorted(values.items()))
    return "; ".join(f"`{key}` is {' and '.join(f'`{one}`' for one in many) or 'empty'}" for key, many in shown)


def either(texts: Iterable[str]) -> str:
    """Join texts with commas and a last `or`."""
    return _joined(list(texts), "or")


def _relation(operator: str, negated: bool, values: int) -> str:
    positive = _positive(operator) if negated else operator
    relation = _RELATIONS[positive][negated]
    return f"{relation} any of" if negated and values > 1 else relation


def _positive(operator: str) -> str:
    """Name the operator that a negated one turns around."""
    return operator.removeprefix("Not") if operator.startswith("Not") else operator.replace("Not", "", 1)


def _actions(statement: Statement) -> str:
    if statement.not_actions:
        return f"every action except {_counted(statement.not_actions, 'or')}"
    return "every action" if "*" in statement.actions else _counted(statement.actions, "and")


def _resources(statement: Statement) -> str:
    if statement.not_resources:
        return f"every resource except {_counted(statement.not_resources, 'or')}"
    return "every resource" if "*" in statement.resources else _counted(statement.resources, "and")


def _principals(element: Principals) -> str:
    names = [*map(_aws, element.aws)]
    names += [f"the service `{name}`" for name in element.service]
    names += [f"whom `{name}` has signed in" for name in element.federated]
    names += [f"the canonical user `{name}`" for name in element.canonical_user]
    if element.negated:
        return f"everyone except {_joined(names, 'and')}"
    return "everyone" if element.everyone else _joined(names, "and")


def _aws(name: str) -> str:
    account = name.split(":")[4] if name.startswith("arn:") and name.endswith(":root") else name
    return f"the account `{account}`" if account.isdecimal() else f"`{name}`"


def _counted(texts: tuple[str, ...], word: str) -> str:
    shown = [f"`{text}`" for text in texts[:_MANY]]
    more = len(texts) - len(shown)
    return _joined([*shown, f"{more} more"] if more else shown, word)


def _codes(values: Iterable[str]) -> str:
    return either(f"`{value}`" for value in values)


def _joined(texts: list[str], word: str) -> str:
    if len(texts) < 2:
        return "".join(texts) or "nothing"
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
