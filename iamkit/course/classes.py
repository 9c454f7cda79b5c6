"""Keep a few of those that the policies cannot tell apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

T = TypeVar("T")


def representatives(candidates: Iterable[T], signature: Callable[[T], Hashable], each: int = 2) -> list[T]:
    """Keep the first candidates of every signature.

    A statement sees only whether each of its elements covers a request: two requests that the same statements cover
    are decided alike. Trying one is enough; a second guards against what the signature does not know.
    """
    seen: Counter[Hashable] = Counter()
    kept = []
    for candidate in candidates:
        known = signature(candidate)
        seen[known] += 1
        if seen[known] <= each:
            kept.append(candidate)
    return kept
