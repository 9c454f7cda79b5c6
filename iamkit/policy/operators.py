"""The condition operators as one table (P25–P32).

An operator turns a value listed in the policy into a predicate over a value of the request. A negated operator is its
positive twin, turned around by the condition (P22, P24), so only the positive comparison stands here.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import TypeVar

from iamkit.policy.patterns import Matcher, arn_glob, glob, nothing, unescape

Compile = Callable[[str, bool], Matcher | None]
"""From a listed value, and whether it holds escapes, to a predicate; None: the value cannot be read (P27)."""


_T = TypeVar("_T")


def _any_text(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Operator:
    """A row of the table.

    `variables` tells whether listed values may hold policy variables (P35), `reads` whether a request's value can be
    compared at all (P27).
    """

    name: str
    compile: Compile
    negated: bool = False
    variables: bool = False
    reads: Callable[[str], bool] = _any_text


_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def read_number(text: str) -> Decimal | None:
    """Read an integer or a decimal (P27)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=1024)
def read_date(text: str) -> Decimal | None:
    """Read an ISO 8601 date (W3C profile) or epoch seconds as seconds since 1970 (P27); four digits are a year."""
    match = _DATE.fullmatch(text)
    if match is None:
        return read_number(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        day_part = (int(year), int(month or 1), int(day or 1))
        moment = datetime(*day_part, int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC)
        seconds = (moment - _EPOCH) // timedelta(seconds=1) - _offset(zone)
    except ValueError:
        return None
    return Decimal(seconds) + Decimal(f"0.{fraction or 0}")


def _offset(zone: str | None) -> int:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def read_bool(text: str) -> bool | None:
    """Read `true` or `false`, ignoring case (P29)."""
    return {"true": True, "false": False}.get(text.lower())


@lru_cache(maxsize=1024)
def read_binary(text: str) -> bytes | None:
    """Read base64 (P29)."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=1024)
def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read one IPv4 or IPv6 address."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def read_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Read a CIDR block; without a prefix it is one address, and host bits may be set (P28)."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _compared(read: Callable[[str], _T | None], holds: Callable[[_T, _T], bool]) -> Compile:
    """Build the comparison of two values that both have to be readable (P27)."""

    def compile(listed: str, escapes: bool) -> Matcher | None:
        bound = read(listed)
        if bound is None:
            return None

        def matches(text: str) -> bool:
            value = read(text)
            return value is not None and holds(value, bound)

        return matches

    return compile


def _equals(listed: str, escapes: bool) -> Matcher:
    return (unescape(listed) if escapes else listed).__eq__


def _equals_ignore_case(listed: str, escapes: bool) -> Matcher:
    wanted = (unescape(listed) if escapes else listed).lower()
    return lambda text: text.lower() == wanted


def _arn_like(listed: str, escapes: bool) -> Matcher:
    matches = arn_glob(listed, escapes)
    return nothing if matches is nothing else lambda text: text.startswith("arn:") and matches(text)


def _in_network(listed: str, escapes: bool) -> Matcher | None:
    network = read_network(listed)
    if network is None:
        return None
    version, mask, prefix = network.version, int(network.netmask), int(network.network_address)

    def matches(text: str) -> bool:
        address = read_address(text)
        return address is not None and address.version == version and int(address) & mask == prefix

    return matches


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5


def _readable(read: Callable[[str], object | None]) -> Callable[[str], bool]:
    return lambda text: read(text) is not None


def _both(
    name: str, negation: str, compile: Compile, reads: Callable[[str], bool] = _any_text, *, variables: bool = False
) -> tuple[Operator, Operator]:
    return Operator(name, compile, False, variables, reads), Operator(negation, compile, True, variables, reads)


def _ordered(kind: str, read: Callable[[str], Decimal | None]) -> tuple[Operator, ...]:
    """Build the six operators of a kind that has an order."""
    reads = _readable(read)
    equals = _both(f"{kind}Equals", f"{kind}NotEquals", _compared(read, eq), reads)
    relations = (("LessThan", lt), ("LessThanEquals", le), ("GreaterThan", gt), ("GreaterThanEquals", ge))
    return (*equals, *(Operator(kind + name, _compared(read, holds), reads=reads) for name, holds in relations))


NULL = Operator("Null", _compared(read_bool, eq))

OPERATORS: dict[str, Operator] = {
    operator.name.lower(): operator
    for operator in (
        *_both("StringEquals", "StringNotEquals", _equals, variables=True),
        *_both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _equals_ignore_case, variables=True),
        *_both("StringLike", "StringNotLike", glob, variables=True),
        *_ordered("Numeric", read_number),
        *_ordered("Date", read_date),
        Operator("Bool", _compared(read_bool, eq), variables=True, reads=_readable(read_bool)),
        Operator("BinaryEquals", _compared(read_binary, eq), reads=_readable(read_binary)),
        *_both("IpAddress", "NotIpAddress", _in_network, _readable(read_address)),
        # P26: ArnEquals behaves as ArnLike.
        *_both("ArnEquals", "ArnNotEquals", _arn_like, _is_arn, variables=True),
        *_both("ArnLike", "ArnNotLike", _arn_like, _is_arn, variables=True),
        NULL,
    )
}
"""Every operator of P25 by its name in lower case."""
