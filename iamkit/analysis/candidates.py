"""Requests that a statement speaks of: names that fit its patterns, and context values that fit its conditions.

Whoever makes a request chooses some of it freely: the name of what it creates, the tags it gives, a session's name.
These are tried, and each try is decided by the engine; nothing here decides anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice, product

from iamkit.evaluation.decision import Entry
from iamkit.evaluation.index import Plan
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.operators import read_date, read_network, read_number
from iamkit.policy.patterns import glob
from iamkit.policy.variables import ContextValue, Template, parse_template, resource_part

ELSEWHERE = "203.0.113.10"
"""An address on the internet (RFC 5737) from which requests come unless a condition asks for another."""

_MOST_TRIES = 1024
_MOST_VALUES = 8
_WILD = re.compile(r"\$\{([*?$])\}|[*?]")
_DAY = timedelta(days=1).total_seconds()

# What the caller, the network, the clock and the resource say about a request; nobody chooses it with the request.
_GIVEN = re.compile(
    r"aws:(principal.*|username|userid|multifactorauth.*|sourceip|vpcsourceip|source.*|vpce?.*|currenttime|epochtime"
    r"|tokenissuetime|securetransport|via.*|calledvia.*|resource(account|org.*|tag/.*)|federatedprovider|requestedregion"
    r"|ec2instance.*|assumedroot|signin.*|chatbot.*)"
    r"|iam:(passedtoservice|policyarn|permissionsboundary|resourcetag/.*|associatedresourcearn|awsservicename)"
    r"|[a-z0-9-]+:resourcetag/.*|(kms:(viaservice|calleraccount|grantisforawsresource))|saml:.*|cognito-.*:.*"
    r"|s3:existingobjecttag/.*|ec2:(instanceprofile|sourceinstancearn|roledelivery)|lambda:(functionarn|sourcefunctionarn)"
    r"|s3:resourceaccount|secretsmanager:resource/.*"
)


def is_free(key: str) -> bool:
    """Tell whether whoever makes a request chooses what it says under a condition key.

    >>> is_free("aws:RequestTag/team"), is_free("aws:PrincipalTag/team")
    (True, False)
    """
    folded = key.lower()
    return _GIVEN.fullmatch(folded) is None and not _is_claim(folded)


def _is_claim(key: str) -> bool:
    """Identity providers tell the claims of their tokens under keys that begin with their host (E4)."""
    return "." in key.partition(":")[0]


def entries_of(plan: Plan) -> Iterator[Entry]:
    """Yield every statement in force that covers a plan's action, of whatever type."""
    for found in (plan.identity_based, plan.permissions_boundary, plan.session, plan.vpc_endpoint, plan.resource_based):
        yield from found or ()
    for levels in (plan.service_control, plan.resource_control):
        yield from (entry for _, level in levels or () for entry in level)
    yield from plan.denies


def contexts(
    entries: Iterable[Entry],
    fixed: Mapping[str, ContextValue],
    known: Mapping[str, ContextValue],
    free: Callable[[str], bool] = is_free,
) -> Iterator[dict[str, ContextValue]]:
    """Yield contexts to try: `fixed`, and under each free key that a statement asks for one value after the other.

    `known` resolves variables; its keys are in lower case. The first one has no free key at all.
    """
    asked: dict[str, list[Condition]] = {}
    taken = {key.lower() for key in fixed}
    for entry in entries:
        for condition in entry.statement.conditions:
            if condition.key.lower() not in taken and free(condition.key):
                asked.setdefault(condition.key.lower(), []).append(condition)
    if not asked:
        yield dict(fixed)
        return
    names = {key: conditions[0].key for key, conditions in sorted(asked.items())}
    choices = [values(asked[key], known) for key in names]
    for chosen in islice(product(*choices), _MOST_TRIES):
        told = {name: value for name, value in zip(names.values(), chosen, strict=True) if value is not None}
        yield {**fixed, **told}


def values(conditions: Sequence[Condition], known: Mapping[str, ContextValue]) -> list[ContextValue | None]:
    """List values for one key, of which some fit its conditions and some do not; None is no value at all."""
    found: dict[ContextValue | None, None] = {None: None}
    many = any(each.use.qualifier is not Qualifier.NONE for each in conditions)
    for condition in conditions:
        singles = [text for listed in condition.values for text in _near(condition, listed, known)]
        if many and len(singles) > 1:
            found[tuple(dict.fromkeys(singles))] = None
        found.update(dict.fromkeys((text,) if many else text for text in singles))
    found[("iamkit",) if many else "iamkit"] = None
    # What keeps every condition comes first: one key is rarely asked for in two ways.
    ordered = sorted(found, key=lambda value: (value is not None, -sum(_keeps(each, value) for each in conditions)))
    return ordered[: _MOST_VALUES + 1]


def _keeps(condition: Condition, value: ContextValue | None) -> bool:
    return condition.holds({} if value is None else {condition.key.lower(): value})


def _near(condition: Condition, listed: str, known: Mapping[str, ContextValue]) -> Iterator[str]:
    """Yield values at and beside a listed one."""
    name = condition.use.operator.name
    if name.startswith("Numeric"):
        if (number := read_number(listed)) is not None:
            yield from (str(number), str(number - 1), str(number + 1))
    elif name.startswith("Date"):
        if (moment := read_date(listed)) is not None:
            yield from (str(int(moment) + int(days * _DAY)) for days in (0, -1, 1))
    elif name == "Bool":
        yield from ("true", "false")
    elif "Ip" in name:
        if (network := read_network(listed)) is not None:
            yield str(network[1] if network.num_addresses > 1 else network[0])
        yield ELSEWHERE
    elif name == "Null":
        yield "iamkit"
    else:
        text = parse_template(listed) if condition.escapes else listed
        resolved = text.resolve(known) if isinstance(text, Template) else text
        if resolved is not None:
            yield filled(resolved)


def filled(pattern: str) -> str:
    """Put something in the place of each wildcard.

    >>> filled("dev-*")
    'dev-x'
    """
    return _WILD.sub(lambda match: match.group(1) or "x", pattern)


def fitting(pattern: str, like: str, known: Mapping[str, ContextValue]) -> str | None:
    """Make an ARN that a `Resource` pattern covers and that is as much as possible like another; None where it cannot.

    >>> fitting("arn:aws:s3:::logs-*/*.gz", "arn:aws:s3:::logs-eu/x", {})
    'arn:aws:s3:::logs-eu/x.gz'
    """
    template = parse_template(pattern, resource_part(pattern))
    text = template.resolve(known) if isinstance(template, Template) else template
    if text is None:
        return None
    parts, wanted = text.split(":", 5), like.split(":", 5)
    if len(parts) < 6:
        return like if text.endswith("*") else None
    head = [own if glob(part)(own) else filled(part) for part, own in zip(parts[:5], wanted[:5], strict=True)]
    last = wanted[5] if glob(parts[5], True)(wanted[5]) else _joined(parts[5], wanted[5])
    return ":".join([*head, last])


def _joined(pattern: str, like: str) -> str:
    """Fill the last part of an ARN: piece by piece where both have as many, so that a bucket keeps its name."""
    pieces, wanted = pattern.split("/"), like.split("/")
    if len(pieces) != len(wanted):
        return filled(pattern)
    return "/".join(own if glob(piece, True)(own) else filled(piece) for piece, own in zip(pieces, wanted, strict=True))
