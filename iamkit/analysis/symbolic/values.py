"""The values of a condition key, cut into classes that no condition on the key can tell apart inside (P25–P33)."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from iamkit.analysis.symbolic.globs import (
    Automaton,
    Pattern,
    Universe,
    arn_pattern,
    fixed_text,
    glob_pattern,
    literal,
    partition,
)
from iamkit.analysis.symbolic.keys import KeyType, examples
from iamkit.analysis.symbolic.universes import Arns
from iamkit.policy.conditions import Condition, OperatorUse
from iamkit.policy.operators import (
    OPERATORS,
    read_address,
    read_binary,
    read_date,
    read_network,
    read_number,
)
from iamkit.policy.patterns import unescape
from iamkit.policy.variables import parse_template

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Test:
    """The fixed listed values of a condition: what one value of the request is compared with, never negated."""

    operator: str
    values: tuple[str, ...]
    escapes: bool

    @classmethod
    def of(cls, condition: Condition) -> Test:
        """Take the values of a condition that hold no variables, under the operator's positive twin."""
        operator = condition.use.operator
        name = _POSITIVE.get(operator.name, operator.name)
        takes = operator.variables and condition.escapes
        fixed = tuple(value for value in condition.values if not takes or isinstance(parse_template(value), str))
        return cls(name, fixed, condition.escapes)

    def holds(self, text: str) -> bool:
        """Decide for one value, by the engine's own matcher."""
        use = OperatorUse(OPERATORS[self.operator.lower()])
        return Condition(use, "key", self.values, self.escapes).holds({"key": text})

    def patterns(self) -> list[Pattern | None]:
        """Give the listed values as patterns; for operators on text only."""
        return [text_pattern(self.operator, value, self.escapes) for value in self.values]


_POSITIVE = {
    operator.name: operator.name.replace("Not", "", 1) for operator in OPERATORS.values() if operator.negated
} | {"ArnEquals": "ArnLike", "ArnNotEquals": "ArnLike"}  # P26
TEXT_OPERATORS = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"})


@lru_cache(maxsize=8192)
def text_pattern(operator: str, text: str, escapes: bool) -> Pattern | None:
    """Read a listed value of an operator on text as a pattern; None: it matches nothing."""
    match operator:
        case "StringEquals":
            return literal(unescape(text) if escapes else text)
        case "StringEqualsIgnoreCase":
            return literal(unescape(text) if escapes else text, ignore_case=True)
        case "StringLike":
            return glob_pattern(text, escapes=escapes)
    found = arn_pattern(text, escapes=escapes)
    return None if found is None else _begun_with_arn(found)


def _begun_with_arn(pattern: Pattern) -> Pattern | None:
    """Keep of an ARN pattern what begins with `arn:` (P26): its first segment has to be able to be `arn`."""
    colon = next(at for at, token in enumerate(pattern) if token.chars == frozenset(":"))
    if not Automaton([pattern[:colon]]).read("arn"):
        return None
    return (*literal("arn"), *pattern[colon:])


@dataclass(frozen=True, slots=True)
class Value:
    """A class of values: some of its texts, and which tests hold for all of them; `single`: it has only one text."""

    texts: tuple[str, ...]
    holds: frozenset[Test]
    patterns: int
    single: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """All classes of one key's values; `doubt`: why there may be more combinations than these."""

    classes: tuple[Value, ...]
    doubt: str = ""


def values_of(
    key: str, type: KeyType, tests: Sequence[Test], extra: Sequence[Pattern | None] = (), suggested: Iterable[str] = ()
) -> Values:
    """Cut a key's values by the tests and by further patterns, whose bits each class tells."""
    return _Cut(key, type, tests, extra, tuple(suggested)).values()


class _Cut:
    def __init__(
        self,
        key: str,
        type: KeyType,
        tests: Sequence[Test],
        extra: Sequence[Pattern | None],
        suggested: tuple[str, ...],
    ) -> None:
        self.key, self.type, self.tests, self.extra = key, type.type or "", tests, extra
        self.on_text = [test for test in tests if test.operator in TEXT_OPERATORS]
        self.typed = {test.operator for test in tests} - TEXT_OPERATORS
        self.families = {_family(operator) for operator in self.typed}
        self.candidates = [*suggested, *examples(key)]

    def values(self) -> Values:
        has_text = bool(self.on_text) or any(pattern is not None for pattern in self.extra)
        if self.type == "Bool":
            return self._grouped(["true", "false"])
        if not self.families and (self.type not in READERS or has_text):
            return self._readable(self._by_text())
        typed = [*self.candidates, *self._typed_texts()]
        if self.type in READERS:
            typed = [text for text in typed if READERS[self.type](text) is not None]
        if not has_text:
            mixed = len(self.families) > 1 and not self._one_line()
            unread = [] if self.type in READERS else ["example", "other"]
            return self._grouped([*typed, *unread], "operators of several kinds compare the key" if mixed else "")
        by_text = self._by_text()
        words = [text for value in by_text.classes for text in value.texts]
        if self.type in READERS:
            words = [text for text in words if READERS[self.type](text) is not None]
        return self._grouped([*words, *typed], f"`{self.key}` is compared both as text and as something else")

    def _readable(self, values: Values) -> Values:
        """Keep what the key's type can be; where no text of it was found, there may still be one."""
        read = READERS.get(self.type)
        if read is None:
            return values
        kept, doubt = [], ""
        for value in values.classes:
            texts = tuple(text for text in value.texts if read(text) is not None)
            if texts:
                kept.append(replace(value, texts=texts))
            elif not value.single:
                doubt = f"`{self.key}` is compared as text, though it is none"
        return Values(tuple(kept), doubt)

    def _one_line(self) -> bool:
        """Tell whether numbers and dates are the same line here: seconds since 1970, always more than four digits."""
        return self.families == {"number", "date"} and self.key == "aws:epochtime"

    def _by_text(self) -> Values:
        patterns: list[Pattern | None] = list(self.extra)
        for test in self.on_text:
            patterns += test.patterns()
        universe = Arns(None) if self.type == "ARN" else Universe()
        listed = [text for pattern in patterns if pattern and (text := fixed_text(pattern)) is not None]
        found = partition(patterns, universe, [*self.candidates, *likely(patterns, _FILLS.get(self.type, ())), *listed])
        ones = sum(1 << at for at, pattern in enumerate(patterns) if pattern and fixed_text(pattern) is not None)
        groups: dict[tuple[frozenset[Test], int], Value] = {}
        for vector, texts in found.items():
            bits = vector & ((1 << len(self.extra)) - 1)
            key = (frozenset(test for test in self.on_text if test.holds(texts[0])), bits)
            single = bool(vector & ones)
            known = groups.get(key)
            if known is None:
                groups[key] = Value(tuple(texts), *key, single)
            else:
                groups[key] = Value((*known.texts, *texts)[:4], *key, False)
        return Values(tuple(groups.values()))

    def _grouped(self, texts: Iterable[str], doubt: str = "") -> Values:
        automaton = Automaton(self.extra)
        groups: dict[tuple[frozenset[Test], int], list[str]] = {}
        for text in dict.fromkeys(texts):
            key = (frozenset(test for test in self.tests if test.holds(text)), automaton.read(text))
            groups.setdefault(key, []).append(text)
        finite = self.type == "Bool"
        classes = (Value(tuple(found[:3]), *key, finite and len(found) == 1) for key, found in groups.items())
        return Values(tuple(classes), doubt)

    def _typed_texts(self) -> list[str]:
        texts: list[str] = []
        listed = [(_family(test.operator), value) for test in self.tests for value in test.values]
        numbers = {
            number for family, value in listed if family == "number" and (number := read_number(value)) is not None
        }
        dates = {date for family, value in listed if family == "date" and (date := read_date(value)) is not None}
        if self._one_line():
            numbers = dates = numbers | dates
        families = self.families | {_BY_TYPE.get(self.type, "")}
        if "number" in families:
            texts += [_number_text(number) for number in _around(numbers, Decimal(10))]
        if "date" in families:
            write = _number_text if self.type == "Numeric" else _date_text
            texts += [
                write(date) for date in _around(dates, Decimal(1768478400)) if write is _number_text or _is_date(date)
            ]
        if "address" in families:
            texts += _addresses(
                [net for family, value in listed if family == "address" and (net := read_network(value))]
            )
        if "bool" in families:
            texts += ["true", "false"]
        if "binary" in families:
            texts += [value for family, value in listed if family == "binary" and read_binary(value) is not None]
            texts += [base64.b64encode(text).decode() for text in (b"example", b"other")]
        return texts


READERS = {"Numeric": read_number, "Date": read_date, "IPAddress": read_address, "Binary": read_binary}
_BY_TYPE = {"Numeric": "number", "Date": "date", "IPAddress": "address", "Binary": "binary", "Bool": "bool"}


def _family(operator: str) -> str:
    for start, family in (
        ("Numeric", "number"),
        ("Date", "date"),
        ("Ip", "address"),
        ("Bool", "bool"),
        ("Bin", "binary"),
    ):
        if operator.startswith(start):
            return family
    return ""


_FILLS = {
    "IPAddress": ("7", "0.7", "0.0.7", "203.0.113.7", "::7"),
    "Date": ("2026-01-15T12:00:00Z", "01-15T12:00:00Z", "15T12:00:00Z", "T12:00:00Z", "12:00:00Z", "Z"),
    "Numeric": ("5", "50"),
}


def likely(patterns: Iterable[Pattern | None], fills: Sequence[str] = ()) -> list[str]:
    """Write texts that a person could have meant by each pattern."""
    texts = []
    for fill in (*fills, "example", "", "a"):
        for pattern in patterns:
            if pattern is not None:
                texts.append("".join(_filled(pattern, fill)))
    return texts


def _filled(pattern: Pattern, fill: str) -> Iterable[str]:
    for token in pattern:
        if token.chars is not None:
            yield min(token.chars, key=lambda char: (not char.islower(), char))
        else:
            yield fill if token.run else "x"


def _around(points: Iterable[Decimal], usual: Decimal) -> list[Decimal]:
    """Give every point, one number in every gap between neighbors, and one beyond either end; whole ones where any."""
    ordered = sorted(points)
    if not ordered:
        return [usual]
    found = [usual, *ordered, ordered[0] - 1, ordered[-1] + 1]
    for low, high in pairwise(ordered):
        whole = (low + 1).to_integral_value(rounding="ROUND_FLOOR")
        found.append(whole if low < whole < high else (low + high) / 2)
    return found


def _number_text(number: Decimal) -> str:
    return format(number, "f")


def _is_date(seconds: Decimal) -> bool:
    return -62135596800 <= seconds < 253402300800


def _date_text(seconds: Decimal) -> str:
    whole = seconds.to_integral_value(rounding="ROUND_FLOOR")
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(whole))
    fraction = format(seconds - whole, "f").partition(".")[2].rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}Z".rjust(20, "0")


def _addresses(networks: list[Network]) -> list[str]:
    """Give an address in every network outside the networks inside it, and one outside all, of either version."""
    texts = ["203.0.113.7", "192.0.2.7", "198.51.100.7", "2001:db8::7"]
    for network in dict.fromkeys(networks):
        texts += _outside(network, [net for net in networks if net != network and _within(net, network)])
    for whole in (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")):
        texts += _outside(whole, [net for net in networks if net.version == whole.version])
    return texts


def _within(inner: Network, outer: Network) -> bool:
    return (
        inner.version == outer.version
        and int(inner.network_address) & int(outer.netmask) == int(outer.network_address)
        and inner.prefixlen >= outer.prefixlen
    )


def _outside(network: Network, inner: list[Network]) -> list[str]:
    """Find an address of a network that none of some networks inside it holds: try where each of them ends."""
    make = ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address
    low, high = int(network.network_address), int(network.broadcast_address)
    spans = [(int(net.network_address), int(net.broadcast_address)) for net in inner]
    starts = [min(low + 7, high), low, high, *(end + 1 for _, end in spans), *(begin - 1 for begin, _ in spans)]
    for start in starts:
        if low <= start <= high and not any(begin <= start <= end for begin, end in spans):
            return [str(make(start))]
    return []
