"""Who can ask: one caller for every combination of what policies can see of one (E1–E3, P14–P21).

Accounts, names and paths are cut by the very patterns that the policies compare them with, so that each class is
represented by a caller that stands for all of it. The kinds, their ARNs and the keys derived from them are E1–E4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from iamkit.analysis.symbolic.globs import (
    Pattern,
    Started,
    Token,
    Universe,
    anything,
    confined,
    fixed_text,
    literal,
    partition,
)
from iamkit.analysis.symbolic.universes import NAMES, Digits, Path, Session
from iamkit.policy.callers import Caller, CallerKind

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
_FRESH_ACCOUNTS = (ACCOUNT, OTHER_ACCOUNT, "777788889999", "123456789012", "210987654321")
_NAMES = ("alice", "bob", "example")
_SERVICES = ("cloudtrail.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the policies compare callers with, as patterns."""

    accounts: tuple[Pattern, ...] = ()
    arns: tuple[Pattern, ...] = ()
    names: tuple[Pattern, ...] = ()
    user_ids: tuple[Pattern, ...] = ()
    principals: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    unique_ids: tuple[str, ...] = ()
    canonical_ids: tuple[str, ...] = ()
    partitions: tuple[str, ...] = ("aws",)
    suggested_names: tuple[str, ...] = ()
    service_linked: bool = False


def account_classes(patterns: Sequence[Pattern], arns: Sequence[Pattern], partitions: Sequence[str]) -> list[list[str]]:
    """Give accounts for all that patterns of accounts and of principals' ARNs see of them.

    Of a group with several accounts there are two, because accounts are also compared with each other (E15); as the
    patterns cannot tell them apart, it is enough that the first of them asks.
    """
    prefixes = [f"arn:{name}:{service}::" for name in partitions for service in ("iam", "sts")]
    late = [(pattern, prefix) for pattern in dict.fromkeys(arns) for prefix in prefixes]
    listed = [text for pattern in patterns if (text := fixed_text(pattern)) is not None]
    groups = Started(patterns, late).groups(Digits(), dict.fromkeys([*_FRESH_ACCOUNTS, *listed]))
    first = [texts[0] for texts in groups.values()]
    apart = [*patterns, *(literal(text) for text in first if text not in listed)]
    started = Started(patterns, late)
    for text in (text for texts in Started(apart, late).groups(Digits(), ()).values() for text in texts):
        known = groups[started.state(text)]
        if len(known) < 2 and text not in known:
            known.append(text)
    return sorted((texts[:2] for texts in groups.values()), key=lambda texts: texts[0] not in _FRESH_ACCOUNTS)


def caller_classes(seen: Seen, accounts: Sequence[str], kinds: Iterable[CallerKind]) -> tuple[Caller, ...]:
    """Give a caller for every combination of what the policies see."""
    allowed = set(kinds)
    found: list[Caller] = []
    for kind, make in _MAKERS.items():
        if kind not in allowed:
            continue
        if kind in _WITHOUT_ACCOUNT:
            found += make(seen, "aws", "")
        else:
            made = [caller for name in seen.partitions for account in accounts for caller in make(seen, name, account)]
            found += [other for caller in made for other in _known_otherwise(caller, seen)]
    return tuple(found)


def _known_otherwise(caller: Caller, seen: Seen) -> Iterator[Caller]:
    """Yield the caller, and as those with unique IDs that the policies list (P21, E3)."""
    yield caller
    prefix = {CallerKind.USER: "AIDA", CallerKind.ROLE_SESSION: "AROA"}.get(caller.kind, "none")
    yield from (caller.known_as(unique_id=text) for text in seen.unique_ids if text.startswith(prefix))
    yield from (caller.known_as(canonical_user_id=text) for text in seen.canonical_ids)


def _users(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    prefix = f"arn:{partition_name}:iam::{account}:user/"
    patterns = [*seen.arns, *map(literal, seen.principals), *_after_last_slash(seen.names, ":user/")]
    return [Caller.parse(arn) for arn in _texts(patterns, Path(), prefix, [*seen.suggested_names, *_NAMES], "user/")]


def _sessions(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    prefix = f"arn:{partition_name}:iam::{account}:role/"
    patterns = [(*confined(pattern, "#"), *literal("#"), *anything()) for pattern in seen.arns]
    for text in seen.principals:
        patterns += _of_session(text)
    names = ["App#session", "Other#session"]
    if seen.service_linked:
        patterns.append((*literal(prefix + "aws-service-role/"), *anything()))
        names.append("aws-service-role/example.amazonaws.com/AWSServiceRoleForExample#session")
    return [_session(text) for text in _texts(patterns, Session(), prefix, names, "role/", "#session")]


def _of_session(text: str) -> list[Pattern]:
    """Read a principal's ARN as patterns over `ROLE-ARN#SESSION`."""
    parts = text.split(":", 5)
    if len(parts) < 6:
        return []
    if parts[2] == "iam" and parts[5].startswith("role/"):
        return [(*literal(text + "#"), *anything())]
    kind, _, rest = parts[5].partition("/")
    role, slash, session = rest.partition("/")
    if parts[2] != "sts" or kind != "assumed-role" or not slash:
        return []
    start, end = literal(f"arn:{parts[1]}:iam::{parts[4]}:role/"), literal(f"{role}#{session}")
    return [(*start, *end), (*start, *anything(without="#"), *literal("/"), *end)]


def _session(text: str) -> Caller:
    role_arn, _, session = text.partition("#")
    parts = role_arn.split(":", 5)
    name = parts[5].rpartition("/")[2]
    caller = Caller.parse(f"arn:{parts[1]}:sts::{parts[4]}:assumed-role/{name}/{session}")
    return caller if parts[5] == f"role/{name}" else caller.known_as(role_arn=role_arn)


def _federated(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    prefix = f"arn:{partition_name}:sts::{account}:federated-user/"
    ids = [(*literal(prefix), *pattern[13:]) for pattern in seen.user_ids if _begins(pattern, account)]
    patterns = [*seen.arns, *map(literal, seen.principals), *ids]
    callers = [Caller.parse(arn) for arn in _texts(patterns, NAMES, prefix, _NAMES, "federated-user/")]
    users = [arn for arn in seen.principals if arn.startswith(f"arn:{partition_name}:iam::{account}:user/")]
    return [*callers, *(caller.known_as(user_arn=user) for caller in callers for user in users)]


def _begins(pattern: Pattern, account: str) -> bool:
    return fixed_text(pattern[:13]) == account + ":"


def _roots(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    return [Caller.parse(f"arn:{partition_name}:iam::{account}:root")]


def _services(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    listed = [name for name in seen.services if name != "*"]
    fresh = next(name for name in _SERVICES if name not in listed)
    return [Caller(CallerKind.SERVICE, name) for name in dict.fromkeys([fresh, *listed])]


def _providers(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    listed = [name for name in seen.federated if name != "*"]
    fresh = next(name for name in ("idp.example.com", "login.example.com", "id.example.org") if name not in listed)
    return [Caller.parse(fresh), *(Caller(CallerKind.IDENTITY_PROVIDER, name) for name in dict.fromkeys(listed))]


def _anonymous(seen: Seen, partition_name: str, account: str) -> list[Caller]:
    return [Caller.parse("anonymous")]


_WITHOUT_ACCOUNT = (CallerKind.SERVICE, CallerKind.IDENTITY_PROVIDER, CallerKind.ANONYMOUS)
_MAKERS = {
    CallerKind.USER: _users,
    CallerKind.ROLE_SESSION: _sessions,
    CallerKind.ROOT: _roots,
    CallerKind.FEDERATED_USER: _federated,
    CallerKind.SERVICE: _services,
    CallerKind.IDENTITY_PROVIDER: _providers,
    CallerKind.ANONYMOUS: _anonymous,
}


def _after_last_slash(patterns: Iterable[Pattern], marker: str) -> list[Pattern]:
    """Read patterns over a name as patterns over an ARN that ends in it, with and without a path."""
    found: list[Pattern] = []
    start = (Token(run=True, without=frozenset("/")), *literal(marker))
    for pattern in patterns:
        name = confined(pattern, "/")
        found += [(*start, *name), (*start, *anything(), *literal("/"), *name)]
    return found


def _texts(
    patterns: Sequence[Pattern], universe: Universe, prefix: str, names: Iterable[str], marker: str, end: str = ""
) -> list[str]:
    listed = (text for pattern in patterns if (text := fixed_text(pattern)) is not None)
    candidates = [*(prefix + name for name in names), *listed]
    found = partition(patterns, universe, candidates, prefix=prefix, keep=1)
    return [texts[0] for texts in found.values()]
