"""What the statements see of callers: all patterns and names that they compare one with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from iamkit.analysis.symbolic.callers import Seen
from iamkit.analysis.symbolic.globs import Pattern, glob_pattern, literal
from iamkit.analysis.symbolic.scope import Scope
from iamkit.analysis.symbolic.values import TEXT_OPERATORS, Test
from iamkit.arn import PARTITIONS, is_account_id
from iamkit.policy.conditions import Condition
from iamkit.policy.operators import NULL
from iamkit.policy.statement import Statement


class Unsupported(ValueError):
    """The question has a part that is not modelled."""


ACCOUNT_KEYS = ("aws:principalaccount", "aws:resourceaccount")
"""The keys whose values are accounts of a request."""


def look(
    statements: Sequence[Statement],
    accounts: Iterable[str | None],
    scope: Scope,
    trial: Mapping[str, Sequence[str]] | None,
    *,
    service_linked: bool,
) -> Seen:
    """Gather what the statements, a scope and trial values see of callers; perhaps who is a service-linked role."""
    principals = [each.principal_element for each in statements if each.principal_element is not None]
    aws = [text for element in principals for text in element.aws]
    by_key = {
        key: tuple(dict.fromkeys(_patterns(statements, key)))
        for key in ("aws:principalarn", "aws:username", "aws:userid", *ACCOUNT_KEYS)
    }
    named = [text.split(":")[4] if text.count(":") >= 5 else text for text in aws]
    listed = [*named, *(caller.account for caller in scope.callers), scope.resource_account, *accounts]
    literals = [literal(text) for text in listed if text is not None and is_account_id(text)]
    segments = (_account_part(text) for text in _arn_texts(statements))
    trials = trial or {}
    seen_accounts = [
        *literals,
        *by_key["aws:principalaccount"],
        *by_key["aws:resourceaccount"],
        *(pattern for pattern in segments if pattern is not None),
        *(literal(text) for key in ACCOUNT_KEYS for text in trials.get(key, ())),
        *(pattern[:12] for pattern in by_key["aws:userid"]),
    ]
    return Seen(
        accounts=tuple(dict.fromkeys(seen_accounts)),
        arns=by_key["aws:principalarn"],
        names=(*by_key["aws:username"], *(literal(text) for text in trials.get("aws:username", ()))),
        user_ids=by_key["aws:userid"],
        principals=tuple(dict.fromkeys(text for text in aws if text.startswith("arn:"))),
        services=tuple(
            dict.fromkeys([*(text for each in principals for text in each.service), *_services(statements)])
        ),
        federated=tuple(dict.fromkeys(text for each in principals for text in each.federated)),
        unique_ids=tuple(dict.fromkeys(text for text in aws if text[:4] in ("AIDA", "AROA"))),
        canonical_ids=tuple(dict.fromkeys(text for each in principals for text in each.canonical_user)),
        partitions=_partitions(statements, aws),
        suggested_names=tuple(trials.get("aws:username", ())),
        service_linked=service_linked,
    )


def _conditions(statements: Iterable[Statement], key: str) -> Iterator[Condition]:
    for statement in statements:
        for condition in statement.conditions:
            if condition.key.lower() == key and condition.use.operator is not NULL:
                yield condition


def _patterns(statements: Iterable[Statement], key: str) -> Iterator[Pattern]:
    for condition in _conditions(statements, key):
        test = Test.of(condition)
        if not test.values:
            continue
        if test.operator not in TEXT_OPERATORS:
            if key == "aws:principalarn":
                continue  # an ARN is no number, date, address or truth value: no caller passes
            raise Unsupported(f"`{condition.key}` is compared by `{condition.use}`")
        yield from (pattern for pattern in test.patterns() if pattern is not None)


def _services(statements: Iterable[Statement]) -> Iterator[str]:
    for condition in _conditions(statements, "aws:principalservicename"):
        test = Test.of(condition)
        if test.operator not in ("StringEquals", "StringEqualsIgnoreCase"):
            raise Unsupported(f"`{condition.key}` is compared by `{condition.use}`")
        yield from test.values


def _arn_texts(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        if statement.resource_element is not None:
            yield from statement.resource_element.patterns
        for condition in statement.conditions:
            if condition.use.operator.name.startswith("Arn"):
                yield from condition.values


def _account_part(text: str) -> Pattern | None:
    parts = text.split(":", 5)
    part = parts[4] if len(parts) > 4 else ""
    return glob_pattern(part) if part.strip("*") and "$" not in part else None


def _partitions(statements: Iterable[Statement], principals: Iterable[str]) -> tuple[str, ...]:
    """Give the partitions that the statements can tell apart; `aws` first."""
    written = {text.split(":")[1] for text in [*_arn_texts(statements), *principals] if text.count(":") >= 2}
    named = [name for name in PARTITIONS if name in written]
    others = [name for name in PARTITIONS if name not in named and name != "aws"]
    asked = bool(written) and (written != {"aws"} or bool(list(_conditions(statements, "aws:principalarn"))))
    return tuple(dict.fromkeys(["aws", *named, *(others[:1] if asked else ())]))
