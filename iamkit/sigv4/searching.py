"""Look for the mistakes that lead from the right recipe to what a client made: one of them, or two together (A17)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from iamkit.sigv4.recipe import Derive, Recipe, Situation, UsualMistake, encode_text
from iamkit.sigv4.server import Scope

# Two mistakes at a time are some ten thousand signatures, a fraction of a second. These end it whatever is sent:
# so many signatures, and so many characters of canonical requests.
MOST_TRIED = 100_000
MOST_WRITTEN = 50_000_000


class Mistake(NamedTuple):
    """A mistake that was made: its name, what the client did, and what helps."""

    name: str
    sentence: str
    help: str


class Single(NamedTuple):
    """A mistake in one of its ways: the recipe, and where it differs from the right one."""

    usual: UsualMistake
    mistake: Mistake
    recipe: Recipe
    changes: tuple[tuple[int, Any], ...]


class Found(NamedTuple):
    """How a search ended: the recipe and its mistakes, if there are any, and how many were tried."""

    recipe: Recipe | None
    mistakes: tuple[Mistake, ...]
    tried: int


class Kitchen:
    """Follow recipes, and remember what the next one has in common with the last. `written` counts characters."""

    def __init__(self) -> None:
        self.written = 0
        self._parts: tuple[object, ...] = ()
        self._canonical = self._hashed = ""
        self._keys: dict[tuple[str, Scope, Derive], bytes] = {}

    def canonical(self, recipe: Recipe) -> str:
        """Write the canonical request."""
        self._write(recipe)
        return self._canonical

    def signature(self, recipe: Recipe) -> str:
        """Sign, in hex."""
        self._write(recipe)
        place = (recipe.secret, recipe.scope, recipe.derive)
        key = self._keys.get(place)
        if key is None:
            key = self._keys[place] = recipe.derive(recipe.secret, recipe.scope)
        text = recipe.string_to_sign(self._canonical, self._hashed)
        return recipe.finish(key, encode_text(text))

    def _write(self, recipe: Recipe) -> None:
        # Unchanged parts are the very same objects, so that comparing them costs nothing however long they are.
        parts = (*recipe[:6], recipe.layout, recipe.encode)
        if parts != self._parts:
            self._parts = parts
            self._canonical = recipe.canonical()
            self._hashed = recipe.hashed(self._canonical)
            self.written += len(self._canonical)


def search(
    right: Recipe, situation: Situation, usual: Sequence[UsualMistake], matches: Callable[[Kitchen, Recipe], bool]
) -> Found:
    """Make each usual mistake, then each two that go together, until one matches; or none, if that matches."""
    kitchen, tried = Kitchen(), 0
    if matches(kitchen, right):
        return Found(right, (), 0)
    for recipe, mistakes in _candidates(right, situation, usual):
        tried += 1
        if matches(kitchen, recipe):
            return Found(recipe, mistakes, tried)
        if tried >= MOST_TRIED or kitchen.written >= MOST_WRITTEN:
            break
    return Found(None, (), tried)


def _candidates(
    right: Recipe, situation: Situation, usual: Sequence[UsualMistake]
) -> Iterator[tuple[Recipe, tuple[Mistake, ...]]]:
    singles: list[Single] = []
    for each in usual:
        for single in _made(each, right, situation):
            if not each.alone:
                singles.append(single)
            yield single.recipe, (single.mistake,)
    for first, second in combinations(singles, 2):
        if first.usual is not second.usual:
            both = _merged(first, second, right)
            if both is not None:
                yield both, (first.mistake, second.mistake)


def _made(usual: UsualMistake, right: Recipe, situation: Situation) -> Iterator[Single]:
    """Make a mistake in every way that changes something, each once."""
    seen = {right}
    for changed, sentence in usual.variations(right, situation):
        if changed not in seen:
            seen.add(changed)
            changes = tuple([(n, new) for n, (new, old) in enumerate(zip(changed, right, strict=True)) if new != old])
            yield Single(usual, Mistake(usual.name, _printable(sentence), usual.help), changed, changes)


def _printable(sentence: str) -> str:
    """Escape what a request's text could break a sentence with."""
    if sentence.isprintable():
        return sentence
    return "".join([each if each.isprintable() else each.encode("unicode_escape").decode() for each in sentence])


def _merged(first: Single, second: Single, right: Recipe) -> Recipe | None:
    """Make two mistakes; None where they concern the same ingredient, of which a recipe has but one."""
    fields = list(first.recipe)
    for field, value in second.changes:
        if fields[field] is not right[field]:
            if field != _HEADERS:
                return None
            value = _merged_headers(right.headers, first.recipe.headers, second.recipe.headers)
            if value is None:
                return None
        fields[field] = value
    return Recipe._make(fields)


_HEADERS = Recipe._fields.index("headers")
Headers = tuple[tuple[str, str], ...]


def _merged_headers(right: Headers, first: Headers, second: Headers) -> Headers | None:
    """Change the values of different headers; None where both change the same, or the list of headers itself."""
    if not len(right) == len(first) == len(second):
        return None
    merged = []
    for own, one, two in zip(right, first, second, strict=True):
        if (one is not own and one != own and two != own) or not own[0] == one[0] == two[0]:
            return None
        merged.append(two if one == own else one)
    return tuple(merged)
