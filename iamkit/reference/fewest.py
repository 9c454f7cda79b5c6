"""The fewest patterns that match a set of actions and no other action: the inverse of `expand`.

A pattern here is whole words and stars, as people write them: `s3:Get*`, `s3:*ObjectAcl`. Half words and `?` could at
times do with fewer (`s3:???Object`), but nobody would see what such a pattern is about, nor what it will cover next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iamkit.reference.covering import cover, maximal
from iamkit.reference.expansion import expand
from iamkit.reference.word_patterns import Names, Patterns

_ByService = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class FewestPatterns:
    """Patterns of whole words that match exactly the actions asked for.

    `proved` tells that fewer cannot do; without it the search was cut short, and fewer might.
    """

    patterns: tuple[str, ...]
    proved: bool = True


def fewest_patterns(actions: Iterable[str], *, among: Iterable[str] | None = None) -> FewestPatterns:
    """Find the fewest patterns that match these actions and no other one of the reference.

    `among` names all actions that there are, instead of the reference's. Raise `LookupError` for an action that is not
    among them. A prefix is never a pattern, as policies have none; `*` alone is every action (P8).

    >>> fewest_patterns(["s3:PutBucketAcl", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"]).patterns
    ('s3:Put*Acl',)
    """
    from iamkit.reference import services

    asked = list(actions)
    there = _by_service(among) if among is not None else _reference({_prefix(name) for name in asked})
    wanted, others = _sorted(asked, there)
    if wanted and not others and (among is not None or len(wanted) == len(services())):
        return FewestPatterns(("*",))
    found = [_of_service(prefix, names, others.get(prefix, [])) for prefix, names in sorted(wanted.items())]
    return FewestPatterns(
        tuple(pattern for each in found for pattern in each.patterns), all(each.proved for each in found)
    )


def _prefix(name: str) -> str:
    return name.partition(":")[0].lower()


def _by_service(names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    """Sort actions by service, each under its name in lower case."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        found.setdefault(_prefix(name), {})[name.lower()] = name
    return found


def _reference(prefixes: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    from iamkit.reference import services

    return _by_service(name for prefix in prefixes if prefix in services() for name in expand(f"{prefix}:*"))


def _sorted(asked: Iterable[str], there: Mapping[str, Mapping[str, str]]) -> tuple[_ByService, _ByService]:
    """Part the actions that there are in wanted ones and others, without their prefixes."""
    folded = set()
    for name in asked:
        if name.lower() not in there.get(_prefix(name), ()):
            raise LookupError(f"no service has the action `{name}`")
        folded.add(name.lower())
    wanted: _ByService = {}
    others: _ByService = {}
    for prefix, names in there.items():
        for name in sorted(names):
            into = wanted if name in folded else others
            into.setdefault(prefix, []).append(names[name].partition(":")[2])
    return wanted, others


def _of_service(prefix: str, wanted: list[str], others: list[str]) -> FewestPatterns:
    if not others:
        return FewestPatterns((f"{prefix}:*",))
    names = Names(wanted, others)
    patterns = Patterns(names)
    chosen, proved = cover(names.wanted, maximal(patterns.best))
    texts = sorted((patterns.tightened(each) for each in chosen), key=str.lower)
    return FewestPatterns(tuple(f"{prefix}:{text}" for text in texts), proved and patterns.complete)
