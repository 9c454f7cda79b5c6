"""The texts that can stand in each place of a request: actions, ARNs, accounts, names."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

from iamkit.analysis.symbolic.globs import PLAIN, Group, Universe
from iamkit.arn import PARTITIONS

_LOWER = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"


@lru_cache(maxsize=1024)
def _among(chars: str, next: Hashable) -> Group:
    return Group(chars, frozenset(chars).__contains__, next)


class Actions(Universe):
    """`service:name` in lower case, letters, digits and hyphens (P8)."""

    def groups(self, state: Hashable) -> Sequence[Group]:
        assert isinstance(state, int)
        after = state if state % 2 else state + 1
        named = _among("x" + _LOWER + _DIGITS + "-", after)
        return (named, _among(":", 2)) if state == 1 else (named,)

    def accepts(self, state: Hashable) -> bool:
        return state == 3


class Digits(Universe):
    """Texts of so many digits: accounts."""

    def __init__(self, count: int = 12) -> None:
        self.count = count

    def groups(self, state: Hashable) -> Sequence[Group]:
        assert isinstance(state, int)
        return (_among("4" + _DIGITS, state + 1),) if state < self.count else ()

    def accepts(self, state: Hashable) -> bool:
        return state == self.count


class Spelled(Universe):
    """Nonempty texts of some characters."""

    def __init__(self, chars: str, *, empty: bool = False) -> None:
        self._group = (_among(chars, 1),)
        self.empty = empty

    def groups(self, state: Hashable) -> Sequence[Group]:
        return self._group

    def accepts(self, state: Hashable) -> bool:
        return self.empty or state == 1


NAMES = Spelled("exampl" + _LOWER + _DIGITS + _LOWER.upper() + "+=,.@-_")
"""Names of users and sessions: letters, digits and `+=,.@-_` (IAM and STS quotas)."""


class Path(Universe):
    """A user's or role's name with its path: `team/dev/alice`."""

    _NAME = "exampl" + _LOWER + _DIGITS + _LOWER.upper() + "+=,.@-_"

    def groups(self, state: Hashable) -> Sequence[Group]:
        named = _among(self._NAME, 1)
        return (named, _among("/", 0)) if state == 1 else (named,)

    def accepts(self, state: Hashable) -> bool:
        return state == 1


class Session(Universe):
    """A role with its path, `#`, and the name of one of its sessions."""

    def groups(self, state: Hashable) -> Sequence[Group]:
        assert isinstance(state, int)
        if state >= 2:
            return (_among(Path._NAME, 3),)
        named = _among(Path._NAME, 1)
        return (named, _among("/", 0), _among("#", 2)) if state == 1 else (named,)

    def accepts(self, state: Hashable) -> bool:
        return state == 3


class Arns(Universe):
    """ARNs of some accounts (P10); with `star` also `*`, the resource of an action that has none (P13)."""

    start: Hashable = "start"

    def __init__(self, accounts: Sequence[str] | None, *, star: bool = False) -> None:
        begun = tuple((f"arn:{name}:", "service") for name in PARTITIONS)
        self._words: dict[Hashable, tuple[tuple[str, Hashable], ...]] = {
            "start": (*begun, ("*", "star")) if star else begun
        }
        if accounts is not None:
            self._words["account"] = tuple((f"{account}:", "resource") for account in ("", *accounts, "aws"))

    def words(self, state: Hashable) -> Sequence[tuple[str, Hashable]]:
        return self._words.get(state, ())

    def groups(self, state: Hashable) -> Sequence[Group]:
        return _OF_ARN.get(state, ()) if state not in self._words else ()

    def accepts(self, state: Hashable) -> bool:
        return state in ("star", "more")


def _of_arn() -> dict[Hashable, tuple[Group, ...]]:
    named = "x" + _LOWER + _DIGITS + "-"
    free = (Group(PLAIN + "".join(map(chr, range(0x100, 0x500))), lambda _: True, "more"),)
    digit = "4" + _DIGITS
    digits: dict[Hashable, tuple[Group, ...]] = {
        f"account {count}": (_among(digit, f"account {count + 1}"),) for count in range(1, 12)
    }
    return {
        "service": (_among(named, "named service"),),
        "named service": (_among(named, "named service"), _among(":", "region")),
        "region": (_among(named, "region"), _among(":", "account")),
        "account": (_among(":", "resource"), _among("4" + _DIGITS, "account 1"), _among("a", "account a")),
        "account a": (_among("w", "account aw"),),
        "account aw": (_among("s", "account 12"),),
        **digits,
        "account 12": (_among(":", "resource"),),
        "resource": free,
        "more": free,
    }


_OF_ARN = _of_arn()
