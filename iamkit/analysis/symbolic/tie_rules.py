"""What is known of texts that policy variables tie together, and which values are worth trying."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import permutations

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.globs import Pattern, Token, TooManyStates, Universe, literal, partition
from iamkit.analysis.symbolic.keys import examples
from iamkit.analysis.symbolic.logic import Formula
from iamkit.analysis.symbolic.places import Places
from iamkit.analysis.symbolic.spaces import TextSpace
from iamkit.analysis.symbolic.tied import RESOURCE, Tie, letter
from iamkit.analysis.symbolic.values import likely
from iamkit.policy.variables import Template, Variable

_MOST_VALUES = 7
_WILD = re.compile(r"\$\{([*?$])\}|([*?])")


def tie_rules(encoding: Encoding) -> Iterator[Formula]:
    """Say what holds of templates whatever their variables stand for."""
    keys = encoding.places.keys
    yield from _inclusions(encoding)
    for atom, (tie, place, slot) in list(encoding.ties.open.items()):
        key = tie.only_key
        if key is not None and place != RESOURCE and key in keys:
            single = keys[key].single
            if place == key:  # every text is like itself
                yield encoding.logic.implies(single, atom)
                continue
            equal = encoding.logic.both(atom, single)
            yield from _agreement(encoding, equal, key, place, slot)
            yield from _congruence(encoding, equal, key, place, slot)


def _inclusions(encoding: Encoding) -> Iterator[Formula]:
    """Say which template matches whatever another one does, with the same values."""
    logic, resources = encoding.logic, encoding.places.resources
    for (one, first), (other, second) in permutations(encoding.ties.open.items(), 2):
        if first[1:] != second[1:] or not set(second[0].keys) <= set(first[0].keys):
            continue
        if includes(second[0], first[0]):
            yield logic.implies(one, other)
        elif first[1] == RESOURCE:
            here, there = (resources.matches(tie.hull()) for tie in (first[0], second[0]))
            missed = _missed(resources, second[0], first[0])
            yield logic.implies(logic.all([one, here, logic.no(logic.both(other, there))]), missed)


def includes(wide: Tie, narrow: Tie) -> bool:
    """Tell whether a template matches all that another does, whatever texts stand for their variables.

    Every variable is a letter of its own. What holds of these words holds of all texts put in their places, because a
    `*` may cover a letter's text and nothing else looks into it.
    """
    if "Arn" in wide.operator or "Arn" in narrow.operator:
        return wide == narrow
    letters = _letters(narrow, wide)
    of = frozenset(letters.values())
    patterns = [_apart(narrow.lettered(letters), of, runs=True), _apart(wide.lettered(letters), of)]
    try:
        return all(vector != 1 for vector in partition(patterns, Universe()))
    except TooManyStates:
        return False


def _missed(resources: TextSpace, wide: Tie, narrow: Tie) -> Formula:
    """Say of a resource what it must be when one template matches it and another does not, whatever the variables are.

    A word of the first template that the second misses stands for texts that match whatever pattern matches the word,
    its letters covered by a `*`: the texts that are missed match all patterns of one such word.
    """
    true = resources.logic.true
    begin = narrow.template.parts[0]
    if not isinstance(begin, str) or begin.count(":") < 5:  # the universe has no letters in an ARN's other parts
        return true
    letters = _letters(narrow, wide)
    of = frozenset(letters.values())
    patterns = [_apart(pattern, of) for pattern in (wide.lettered(letters), *resources.patterns)]
    within = _apart(narrow.lettered(letters), of, runs=True)
    try:
        missed = [vector >> 1 for vector in partition(patterns, resources.universe, within=within) if not vector & 1]
    except TooManyStates:
        return true
    known = list(resources.patterns)
    return resources.logic.any(
        resources.logic.all(resources.matches(pattern) for at, pattern in enumerate(known) if vector >> at & 1)
        for vector in missed
    )


def _letters(*ties: Tie) -> dict[str, str]:
    keys = dict.fromkeys(key for tie in ties for key in tie.keys)
    return {key: letter(at) for at, key in enumerate(keys)}


def _apart(pattern: Pattern, letters: frozenset[str], *, runs: bool = False) -> Pattern:
    """Keep wildcards off the letters: with `runs` all, otherwise those that do not cover every text."""
    return tuple(
        Token(None, token.run, token.without | letters)
        if token.chars is None and (runs or not token.run or token.without)
        else token
        for token in pattern
    )


def _agreement(encoding: Encoding, equal: Formula, key: str, place: str, slot: int) -> Iterator[Formula]:
    """Say that two keys with the same text pass the same tests."""
    logic, places = encoding.logic, encoding.places
    here, there = places.keys[key], places.keys[place]
    for test in {**here.tests, **there.tests}:
        yield logic.implies(equal, logic.same(here.passes(0, test), there.passes(slot, test)))
    listed = map(literal, [*places.listed_texts(key), *places.listed_texts(place)])
    for pattern in {**here.patterns, **there.patterns, **dict.fromkeys(listed)}:
        yield logic.implies(equal, logic.same(here.matches(0, pattern), there.matches(slot, pattern)))


def _congruence(encoding: Encoding, equal: Formula, key: str, place: str, slot: int) -> Iterator[Formula]:
    """Say that it makes no difference which of two keys with the same text stands in a template or is compared."""
    logic = encoding.logic
    groups: dict[object, list[Formula]] = {}
    for atom, (tie, where, at) in encoding.ties.open.items():
        parts = tuple(
            Variable(place) if isinstance(part, Variable) and part.key == key else part for part in tie.template.parts
        )
        renamed = (place, slot) if (where, at) == (key, 0) else (where, at)
        name: object = (tie.operator, parts, renamed)
        if tie.only_key is not None and where != RESOURCE and at == 0:
            name = ("equal", frozenset({str(parts[0]), str(Variable(renamed[0]))}))
        groups.setdefault(name, []).append(atom)
    if slot == 0:
        equal = logic.both(equal, encoding.places.keys[place].single)
        for atoms in groups.values():
            for other in atoms[1:]:
                yield logic.implies(equal, logic.same(atoms[0], other))


def trial_values(encoding: Encoding) -> dict[str, tuple[str, ...]]:
    """Choose values to try for each key that a variable takes."""
    places = encoding.places
    found: dict[str, dict[str, None]] = {}
    for tie, place, _ in encoding.ties.open.values():
        others = () if place == RESOURCE else places.listed_texts(place)
        suggested = dict(_suggested(tie, _texts(places, place)))
        for key in tie.keys:
            values = found.setdefault(key, {})
            if tie.only_key is not None and place != RESOURCE:
                values |= dict.fromkeys(others)
            values |= dict.fromkeys(places.listed_texts(key))
            values |= dict.fromkeys(suggested.get(key, ()))
    return {key: tuple([*values, *examples(key), ""][:_MOST_VALUES]) for key, values in found.items()}


def _texts(places: Places, place: str) -> list[str]:
    """List texts that a place could well hold."""
    if place == RESOURCE:
        return likely(places.resources.patterns)
    space = places.keys.get(place)
    if space is None:
        return []
    fixed = [pattern for test in space.tests for pattern in test.patterns()]
    return [*places.listed_texts(place), *likely([*fixed, *space.patterns])]


def _suggested(tie: Tie, texts: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read texts as the template matches them: what stands where its variables are."""
    regex, keys = _regex(tie.template)
    values: dict[str, dict[str, None]] = {}
    for text in texts:
        match = regex.fullmatch(text)
        for key, value in zip(keys, match.groups() if match else (), strict=False):
            values.setdefault(key, {})[value] = None
    yield from ((key, tuple(found)) for key, found in values.items())


def _regex(template: Template) -> tuple[re.Pattern[str], list[str]]:
    pieces, keys = [], []
    for part in template.parts:
        if isinstance(part, Variable):
            keys.append(part.key.lower())
            pieces.append("(.+?)")
            continue
        end = 0
        for match in _WILD.finditer(part):
            wild = {"*": ".*?", "?": "."}.get(match.group(2) or "", re.escape(match.group(1) or ""))
            pieces += [re.escape(part[end : match.start()]), wild]
            end = match.end()
        pieces.append(re.escape(part[end:]))
    return re.compile("".join(pieces), re.DOTALL), keys
