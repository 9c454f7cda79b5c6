"""What a policy gives and nobody used: statements, actions by access level, resources; and a tighter policy.

Not seen is not the same as not needed: the report says of which time it is and what activity cannot show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from iamkit import reference
from iamkit.analysis.activity import Activity, Source, Unread
from iamkit.analysis.calls import Use, level_of
from iamkit.analysis.gathering import Gathering, LeftOut, Window
from iamkit.evaluation import StatementRef
from iamkit.policy import Policy, PolicyType, Statement
from iamkit.policy.patterns import arn_glob, glob, unescape

CAUTION = (
    "not seen is not the same as not needed: a job that runs once a year, a recovery or another Region may need what "
    "this time did not show",
    "CloudTrail records calls on data (objects of S3, items of DynamoDB, invocations of functions, messages) only "
    "where a trail was told to",
)
_NO_DATA = "none of these events is marked as a data event: what only data events show counts as unused here"


@dataclass(frozen=True, slots=True)
class Level:
    """Of one access level: how many of the actions that a pattern gives were used, and which."""

    name: str
    used: tuple[str, ...]
    given: int

    def __str__(self) -> str:
        names = f" ({', '.join(self.used)})" if self.used else ""
        return f"{self.name} {len(self.used)} of {self.given}{names}"


@dataclass(frozen=True, slots=True)
class PatternUse:
    """A pattern of `Action` with what it gives; no `levels` where the reference has no action for it."""

    pattern: str
    events: int
    levels: tuple[Level, ...] = ()

    def __str__(self) -> str:
        return f"{self.pattern}: {'; '.join(map(str, self.levels)) or 'no action of the reference'}"


@dataclass(frozen=True, slots=True)
class StatementUse:
    """What was used of one Allow statement; `why` says what cannot be told of it."""

    statement: StatementRef
    window: Window = field(hash=False)
    actions: tuple[PatternUse, ...] = ()
    unused_resources: tuple[str, ...] = ()
    why: str = ""

    @property
    def used(self) -> bool:
        """Tell whether any event needed the statement."""
        return self.window.events > 0

    @property
    def unused_actions(self) -> tuple[str, ...]:
        """List the patterns of `Action` that no event needed."""
        return tuple(each.pattern for each in self.actions if not each.events)

    @property
    def whole(self) -> bool:
        """Tell whether every action and every resource pattern that the statement gives was used."""
        every = all(len(level.used) == level.given for each in self.actions for level in each.levels)
        return self.used and every and not self.unused_resources and not self.unused_actions

    def lines(self) -> Iterator[str]:
        """Say it in lines, the first about the statement."""
        yield f"{self.statement}: {f'used: {self.window}' if self.used else 'never used'}"
        yield from (f"  {each}" for each in self.actions)
        yield from (f"  resource never used: {each}" for each in self.unused_resources)
        if self.why:
            yield f"  {self.why}"


@dataclass(frozen=True, slots=True, repr=False)
class Unused:
    """What was never used of a policy; `tightened` gives the same to everything that was seen, None if to nothing."""

    policy: Policy
    statements: tuple[StatementUse, ...]
    tightened: Policy | None
    cautions: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    unread: tuple[Unread, ...]
    window: Window = field(hash=False)
    not_given: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Tell whether something was never used."""
        return not all(each.whole for each in self.statements)

    def rows(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """List all that is said beside the policy, part by part."""
        yield "activity", (str(self.window),)
        yield "statements", tuple(line for each in self.statements for line in each.lines())
        yield "used, but not given by this policy", self.not_given
        yield "caution", self.cautions
        yield "left out", tuple(map(str, self.left_out))
        yield "not read", tuple(map(str, self.unread))

    def as_json(self) -> dict[str, Any]:
        """Write everything as JSON."""
        return {
            "window": {"events": self.window.events, "first": self.window.first, "last": self.window.last},
            "statements": [
                {
                    "statement": str(each.statement),
                    "used": each.used,
                    "events": each.window.events,
                    "first": each.window.first,
                    "last": each.window.last,
                    "unusedActions": list(each.unused_actions),
                    "unusedResources": list(each.unused_resources),
                    "actions": [
                        {
                            "pattern": one.pattern,
                            "events": one.events,
                            "levels": {
                                level.name: {"used": list(level.used), "given": level.given} for level in one.levels
                            },
                        }
                        for one in each.actions
                    ],
                    "note": each.why,
                }
                for each in self.statements
            ],
            "notGiven": list(self.not_given),
            "tightened": None if self.tightened is None else self.tightened.to_dict(),
            "caution": list(self.cautions),
            "leftOut": [each._asdict() for each in self.left_out],
            "notRead": [each._asdict() for each in self.unread],
        }

    def __repr__(self) -> str:
        parts = ["\n".join([f"{name}:", *(f"  {line}" for line in lines)]) for name, lines in self.rows() if lines]
        suggestion = "nothing of it was used" if self.tightened is None else self.tightened.to_json()
        return "\n".join([*parts, "suggestion:", suggestion])


def unused(
    policy: Policy | str | Mapping[str, Any], activity: Activity | Source, *, principal: str | None = None
) -> Unused:
    """Tell what of an identity-based policy no event needed, and suggest a policy without it.

    Conditions are not judged: a statement counts as used where its actions and resources cover an event. Deny
    statements stay as they are. Raises InvalidPolicy, UnknownPrincipal.
    """
    read = policy if isinstance(policy, Policy) else Policy.parse(policy)
    gathering = Gathering(Activity.of(activity), principal)
    marks = [_Mark(statement) for statement in read.statements if statement.allows]
    not_given: dict[str, None] = {}
    for call in gathering.calls():
        for use in call.uses:
            covering = [mark.add(use, call.time) for mark in marks]
            if not any(covering) and len(not_given) < _MOST_NOT_GIVEN:
                not_given[use.action] = None
    cautions = (*CAUTION, *(() if gathering.data_events else (_NO_DATA,)))
    return Unused(
        read,
        tuple(mark.report(read) for mark in marks),
        _tightened(read, marks),
        cautions,
        gathering.left_out(),
        gathering.unread(),
        gathering.window,
        tuple(sorted(not_given)),
    )


_MOST_NOT_GIVEN = 200


@dataclass(slots=True)
class _Mark:
    """What was used of one statement: real actions, and resource patterns."""

    statement: Statement
    window: Window = field(default_factory=Window)
    actions: dict[str, int] = field(default_factory=dict)
    resources: set[str] = field(default_factory=set)

    def add(self, use: Use, time: str) -> bool:
        """Note a use, if the statement covers it."""
        if not self.statement.action_element.cover(use.action.lower()) or not self._covers(use):
            return False
        self.window.add(time)
        self.actions[use.action] = self.actions.get(use.action, 0) + 1
        for pattern in self.statement.resources:
            if pattern not in self.resources and _may_meet(pattern, use.resource):
                self.resources.add(pattern)
        return True

    def _covers(self, use: Use) -> bool:
        """Decide the resource; where it is not known in full, or a variable stands in the way, it may be covered."""
        statement = self.statement
        if statement.resources:
            return any(_may_meet(pattern, use.resource) for pattern in statement.resources)
        if "${" in "".join(statement.not_resources) or _is_wide(use.resource):
            return True
        return statement.covers_resource(unescape(use.resource), {})

    def report(self, policy: Policy) -> StatementUse:
        """Write down what was used."""
        statement = self.statement
        why = ""
        if statement.not_actions or statement.not_resources:
            why = "it gives all but what it names: its parts are not told apart"
        elif statement.conditions:
            why = "its conditions were not judged"
        return StatementUse(
            StatementRef(
                policy.name,
                policy.type or PolicyType.IDENTITY_BASED,
                statement.index,
                statement.sid,
                statement.effect,
            ),
            self.window,
            tuple(self._pattern(pattern) for pattern in statement.actions),
            tuple(each for each in statement.resources if each not in self.resources),
            why,
        )

    def _pattern(self, pattern: str) -> PatternUse:
        matches = glob(pattern.lower())
        used = {name: count for name, count in self.actions.items() if matches(name.lower())}
        levels: dict[str, list[str]] = {}
        for name, level in _given(pattern.lower(), frozenset(name.partition(":")[0] for name in self.actions)):
            levels.setdefault(level, []).append(name)
        told = tuple(
            Level(level, tuple(sorted(name for name in names if name in used)), len(names))
            for level, names in sorted(levels.items())
        )
        return PatternUse(pattern, sum(used.values()), told)


@lru_cache(maxsize=256)
def _given(pattern: str, services: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """List the real actions that a pattern gives, with their access level; of `*` those of the services in use."""
    prefix = pattern.partition(":")[0]
    matches = glob(pattern)
    found = []
    for each in sorted(services) if prefix == "*" else [prefix]:
        try:
            actions = reference.service(each).actions
        except reference.UnknownService:
            continue
        found += [(a.name, level_of(a)) for a in actions.values() if matches(a.name.lower())]
    return tuple(found)


def _is_wide(pattern: str) -> bool:
    plain = pattern.replace("${*}", "").replace("${?}", "")
    return "*" in plain or "?" in plain


@lru_cache(maxsize=8192)
def _may_meet(pattern: str, resource: str) -> bool:
    """Tell whether a pattern of a policy and what an event acted on have an ARN in common, as far as is known."""
    if "${" in pattern.replace("${*}", "").replace("${?}", "").replace("${$}", ""):
        pattern = pattern[: pattern.index("${")] + "*"  # a variable: anything from there on
    if pattern.strip("*") == "" or resource == "*":
        return True
    if not _is_wide(resource):
        return bool(arn_glob(pattern, True, True)(unescape(resource)))
    return _overlap(pattern, resource)


def _overlap(first: str, second: str) -> bool:
    """Decide whether two patterns match a common text."""
    reach = {0}
    for sign in first:
        after: set[int] = set()
        for at in _skipped(reach, second):
            if sign == "*":
                after.update(range(at, len(second) + 1))
            elif at < len(second) and (second[at] == "*" or sign == "?" or second[at] in ("?", sign)):
                after.add(at if second[at] == "*" else at + 1)
        reach = after
    return len(second) in _skipped(reach, second)


def _skipped(reach: set[int], pattern: str) -> set[int]:
    """Add the places behind stars, which may stand for nothing."""
    found = set(reach)
    for at in sorted(reach):
        while at < len(pattern) and pattern[at] == "*":
            at += 1
            found.add(at)
    return found


def _tightened(policy: Policy, marks: list[_Mark]) -> Policy | None:
    """Keep Deny statements, and of the others what was used: real actions for patterns, no resource that was not."""
    kept = {mark.statement.index: mark for mark in marks}
    written = policy.to_dict()
    key = next(name for name in written if name.lower() == "statement")
    given = written[key] if isinstance(written[key], list) else [written[key]]
    statements = []
    for index, statement in enumerate(given):
        mark = kept.get(index)
        if mark is None:
            statements.append(statement)
        elif mark.window.events:
            statements.append(_narrowed(statement, mark))
    if not any(statement.get("Effect") == "Allow" for statement in statements):
        return None
    written[key] = statements
    return Policy.parse(written, name=f"{policy.name}, tightened", type=policy.type or PolicyType.IDENTITY_BASED)


def _narrowed(statement: Mapping[str, Any], mark: _Mark) -> dict[str, Any]:
    narrowed: dict[str, Any] = {}
    for name, value in statement.items():
        if name.lower() in ("action", "notaction"):
            narrowed["Action"] = _one(sorted(mark.actions))
        elif name.lower() == "resource":
            narrowed[name] = _one([each for each in mark.statement.resources if each in mark.resources])
        else:
            narrowed[name] = value
    return narrowed


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
