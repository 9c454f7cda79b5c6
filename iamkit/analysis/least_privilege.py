"""Least privilege: from what was done to a policy that allows it, and no other action.

As IAM Access Analyzer's policy generation does from CloudTrail, and beyond it: resources and data events are used
where the events tell them, and iam:PassRole is inferred (IAM User Guide, "IAM Access Analyzer policy generation").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from iamkit import reference
from iamkit.analysis.activity import Activity, Source, Unread
from iamkit.analysis.calls import Call, level_of
from iamkit.analysis.gathering import Gathering, LeftOut, Window
from iamkit.analysis.generalising import DEFAULT, MOST_NAMES, Resources
from iamkit.analysis.kept_conditions import Condition, Conditions
from iamkit.policy import Policy, PolicyType

# P7
MANAGED_SIZE = 6144
MOST_ATTACHED = 10


class NoActivity(ValueError):
    """The activity shows no permission in use: there is nothing to write a policy from."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a statement rests on; `policy` counts the policies from 0, `actions` has each action's events."""

    sid: str
    policy: int
    actions: tuple[tuple[str, int], ...]
    resources: tuple[str, ...]
    events: int
    first: str
    last: str

    def __str__(self) -> str:
        window = Window(self.events, self.first, self.last)
        return f"{self.sid}: {window}: {', '.join(f'{name} ({count})' for name, count in self.actions)}"


@dataclass(frozen=True, slots=True, repr=False)
class Generated:
    """A policy from activity, or several where one would be too long; each statement with its evidence.

    `notes` says where the policy is wider than what was seen, or rests on something that the events do not tell.
    """

    policies: tuple[Policy, ...]
    evidence: tuple[Evidence, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    unread: tuple[Unread, ...]
    principals: tuple[tuple[str, int], ...]
    window: Window = field(hash=False)

    @property
    def policy(self) -> Policy:
        """Give the policy where it is one; raises ValueError where there are several."""
        if len(self.policies) > 1:
            raise ValueError(f"there are {len(self.policies)} policies\nhelp: take them from `policies`")
        return self.policies[0]

    def rows(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """List all that is said beside the policies, part by part."""
        yield "from", (f"{self.window}", *(f"{arn} ({count})" for arn, count in self.principals))
        yield "evidence", tuple(map(str, self.evidence))
        yield "notes", self.notes
        yield "left out", tuple(map(str, self.left_out))
        yield "not read", tuple(map(str, self.unread))

    def as_json(self) -> dict[str, Any]:
        """Write everything as JSON."""
        return {
            "policies": [each.to_dict() for each in self.policies],
            "principals": dict(self.principals),
            "window": {"events": self.window.events, "first": self.window.first, "last": self.window.last},
            "evidence": [
                {
                    "sid": each.sid,
                    "policy": each.policy,
                    "actions": dict(each.actions),
                    "resources": list(each.resources),
                    "events": each.events,
                    "first": each.first,
                    "last": each.last,
                }
                for each in self.evidence
            ],
            "notes": list(self.notes),
            "leftOut": [each._asdict() for each in self.left_out],
            "notRead": [each._asdict() for each in self.unread],
        }

    def __repr__(self) -> str:
        parts = [each.to_json() for each in self.policies]
        parts += ["\n".join([f"{name}:", *(f"  {line}" for line in lines)]) for name, lines in self.rows() if lines]
        return "\n".join(parts)


@dataclass(slots=True)
class _Action:
    """What was seen of one action."""

    resources: Resources
    window: Window = field(default_factory=Window)


class _Seen:
    """All uses, added up."""

    def __init__(self, generalise: int | None, keep_conditions: Sequence[str]) -> None:
        self._generalise = generalise
        self.conditions = Conditions(tuple(dict.fromkeys(keep_conditions)))
        self.actions: dict[str, _Action] = {}
        self.unsure: dict[str, dict[str, int]] = {}

    def add(self, call: Call) -> None:
        """Add the uses of a call."""
        for use in call.uses:
            known = reference.action(use.action)
            name = known.name if known else use.action
            action = self.actions.get(name)
            if action is None:
                action = self.actions[name] = _Action(Resources(self._generalise))
            action.resources.add(use.resource, use.sure)
            action.window.add(call.time)
            self.conditions.add(use, call.context)
            if use.why:
                counts = self.unsure.setdefault(use.why, {})
                counts[name] = counts.get(name, 0) + 1

    def notes(self) -> Iterator[str]:
        """Say where the policy may be wider or narrower than what was needed."""
        for why, actions in sorted(self.unsure.items()):
            yield f"{', '.join(f'{name} ({count})' for name, count in sorted(actions.items()))}: {why}"
        for name, action in sorted(self.actions.items()):
            if action.resources.too_many:
                yield f"{name}: more than {MOST_NAMES} resources, written as all of their kind in the account"
            known = reference.action(name)
            if known is not None and not known.resource_types:
                yield f"{name}: it has no resource types, so that `*` is the only resource it can have"
        yield from self.conditions.notes(sorted(self.actions))


def generate(
    activity: Activity | Source,
    *,
    principal: str | None = None,
    generalise: int | None = DEFAULT,
    keep_conditions: Sequence[str] = (),
) -> Generated:
    """Write the policy that allows what a principal did: each action exactly, resources as few patterns.

    `activity` is what `Activity` takes. `principal` is the ARN of a user, a role or one of its sessions; without one
    the policy is for all of the activity. More than `generalise` names below a prefix become `*`; None keeps each
    resource. Raises NoActivity, UnknownPrincipal, and UnknownKey for a condition that cannot be kept.
    """
    gathering = Gathering(Activity.of(activity), principal)
    seen = _Seen(generalise, keep_conditions)
    for call in gathering.calls():
        seen.add(call)
    if not seen.actions:
        raise NoActivity(_nothing(gathering))
    policies, evidence = _written(seen)
    return Generated(
        policies,
        evidence,
        gathering.left_out(),
        (*_told(gathering, policies), *seen.notes()),
        gathering.unread(),
        tuple(sorted(gathering.principals.items())),
        gathering.window,
    )


def _nothing(gathering: Gathering) -> str:
    left = gathering.left_out()
    read = f"{sum(each.events for each in left)} events were read" if left else "no event was read"
    whose = f" of `{gathering.principal}`" if gathering.principal else ""
    reasons = ", ".join(sorted({each.reason for each in left} | {each.why for each in gathering.unread()}))
    return f"the activity{whose} shows no permission in use: {read}" + (f"\nhelp: {reasons}" if reasons else "")


def _told(gathering: Gathering, policies: tuple[Policy, ...]) -> Iterator[str]:
    if len(gathering.principals) > 1:
        yield (
            f"the activity is of {len(gathering.principals)} principals: one policy for all gives each what the others "
            "need; name one as `principal`"
        )
    if len(policies) > 1:
        yield f"{len(policies)} policies: one would be longer than {MANAGED_SIZE:,} characters (P7)"
    if len(policies) > MOST_ATTACHED:
        yield f"a user or a role has at most {MOST_ATTACHED} managed policies by default (P7): generalise more"


@dataclass(slots=True)
class _Statement:
    """A statement to be written."""

    actions: list[str]
    resources: tuple[str, ...]
    condition: Condition
    sid: str = ""

    def as_json(self) -> dict[str, Any]:
        written = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": _one(self.actions),
            "Resource": _one(list(self.resources)),
        }
        if self.condition:
            condition = {
                operator: {key: _one(v) for key, v in keys.items()} for operator, keys in self.condition.items()
            }
            return {**written, "Condition": condition}
        return written


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _written(seen: _Seen) -> tuple[tuple[Policy, ...], tuple[Evidence, ...]]:
    """Write the statements into as few policies as their size allows, in order."""
    statements = _named(list(_small_enough(_grouped(seen))))
    documents: list[list[_Statement]] = [[]]
    for each in statements:
        if documents[-1] and _size([*documents[-1], each]) > MANAGED_SIZE:
            documents.append([])
        documents[-1].append(each)
    policies, evidence = [], []
    for number, inside in enumerate(documents):
        name = "generated" if len(documents) == 1 else f"generated {number + 1}"
        policies.append(Policy.parse(_document(inside), name=name, type=PolicyType.IDENTITY_BASED))
        evidence += [_evidence(each, number, seen) for each in inside]
    return tuple(policies), tuple(evidence)


def _evidence(statement: _Statement, number: int, seen: _Seen) -> Evidence:
    windows = {name: seen.actions[name].window for name in statement.actions}
    firsts = [each.first for each in windows.values() if each.first]
    counts = tuple((name, window.events) for name, window in windows.items())
    last = max((each.last for each in windows.values()), default="")
    first = min(firsts, default="")
    return Evidence(statement.sid, number, counts, statement.resources, sum(count for _, count in counts), first, last)


def _grouped(seen: _Seen) -> Iterator[_Statement]:
    """Put actions of a service on the same resources under the same conditions into one statement."""
    groups: dict[tuple[str, tuple[str, ...], str], _Statement] = {}
    for name, action in sorted(seen.actions.items()):
        patterns, condition = action.resources.patterns(), seen.conditions.of(name)
        key = (name.partition(":")[0], patterns, json.dumps(condition, sort_keys=True))
        groups.setdefault(key, _Statement([], patterns, condition)).actions.append(name)
    yield from groups.values()


def _small_enough(statements: Iterator[_Statement]) -> Iterator[_Statement]:
    """Halve a statement that no policy has room for."""
    for each in statements:
        if _size([_Statement(each.actions, each.resources, each.condition, "X" * 64)]) <= MANAGED_SIZE:
            yield each
        elif len(each.resources) > 1:
            half = len(each.resources) // 2
            parts = [
                _Statement(each.actions, part, each.condition)
                for part in (each.resources[:half], each.resources[half:])
            ]
            yield from _small_enough(iter(parts))
        elif len(each.actions) > 1:
            half = len(each.actions) // 2
            parts = [
                _Statement(part, each.resources, each.condition) for part in (each.actions[:half], each.actions[half:])
            ]
            yield from _small_enough(iter(parts))
        else:
            yield each


def _document(statements: list[_Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [each.as_json() for each in statements]}


def _size(statements: list[_Statement]) -> int:
    """Count the characters of a policy, white space not counted (P7)."""
    return len("".join(json.dumps(_document(statements), ensure_ascii=False).split()))


_LEVELS = {"Permissions management": "Permissions"}  # Sids are short


def _named(statements: list[_Statement]) -> list[_Statement]:
    """Name each statement after its service and the access levels of its actions; a number tells equals apart (P6)."""
    taken: dict[str, int] = {}
    for each in statements:
        prefix = each.actions[0].partition(":")[0]
        found = [reference.action(name) for name in each.actions]
        levels = dict.fromkeys(_LEVELS.get(level_of(known), level_of(known)) for known in found if known)
        stem = "".join(sign for sign in prefix if sign.isalnum()).capitalize() + "".join(sorted(levels))
        taken[stem] = taken.get(stem, 0) + 1
        each.sid = stem if taken[stem] == 1 else f"{stem}{taken[stem]}"
    return statements
