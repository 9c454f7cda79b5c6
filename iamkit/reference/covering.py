"""The fewest of given sets that together cover everything; sets are the bits of integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LIMIT = 3_000


def maximal(sets: Iterable[int]) -> list[int]:
    """Leave out each set that another contains; the largest come first."""
    kept: list[int] = []
    for each in sorted(set(sets), key=lambda bits: (-bits.bit_count(), bits)):
        if not any(each & ~other == 0 for other in kept):
            kept.append(each)
    return kept


def cover(everything: int, sets: Sequence[int]) -> tuple[list[int], bool]:
    """Choose the fewest sets that together cover everything, and tell whether it is proved that fewer cannot.

    The search takes at most three thousand steps; what it has found by then is a cover, perhaps not the smallest.
    """
    search = _Cover(everything, sets)
    search.go(everything, [])
    return search.best, search.steps <= _LIMIT


class _Cover:
    def __init__(self, everything: int, sets: Sequence[int]) -> None:
        self.sets = {member: [each for each in sets if each & member] for member in _members(everything)}
        # All members that a member shares a set with.
        self.friends = {member: _union(found) for member, found in self.sets.items()}
        self.order = sorted(self.sets, key=lambda member: (self.friends[member].bit_count(), member))
        self.steps = 0
        self.best = _greedy(everything, sets)

    def go(self, left: int, chosen: list[int]) -> None:
        """Cover the member with the fewest sets in every way, as long as fewer than the best can come out."""
        if not left:
            self.best = min(self.best, chosen, key=len)
        elif len(chosen) + self.bound(left) < len(self.best):
            self.steps += 1
            member = min((each for each in self.order if each & left), key=lambda each: len(self.sets[each]))
            for each in sorted(self.sets[member], key=lambda bits: -(bits & left).bit_count()):
                if self.steps > _LIMIT:
                    return
                self.go(left & ~each, [*chosen, each])

    def bound(self, left: int) -> int:
        """Count members of which no two are in one set: each of them needs its own."""
        count = 0
        for member in self.order:
            if left & member:
                count += 1
                left &= ~self.friends[member]
        return count


def _greedy(left: int, sets: Sequence[int]) -> list[int]:
    chosen = []
    while left:
        chosen.append(max(sets, key=lambda each: (each & left).bit_count()))
        left &= ~chosen[-1]
    return chosen


def _members(bits: int) -> list[int]:
    found = []
    while bits:
        found.append(bits & -bits)
        bits &= bits - 1
    return found


def _union(sets: Iterable[int]) -> int:
    union = 0
    for each in sets:
        union |= each
    return union
