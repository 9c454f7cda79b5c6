"""What becomes of a condition in one small step: a part dropped, an operator changed, a value moved."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from iamkit.course.mutant_patterns import more_values
from iamkit.course.mutant_patterns import values as texts
from iamkit.policy import OperatorUse, Qualifier
from iamkit.policy.operators import NULL, OPERATORS, read_date, read_network, read_number
from iamkit.policy.source import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Block = dict[str, dict[str, Any]]
    Step = tuple[str, str, Block]

_ADDED = ("Bool", "aws:SecureTransport", "true")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def conditions(block: Block) -> Iterator[Step]:
    """Change a `Condition` element, {} if the statement has none; an empty block means none."""
    operator, key, value = _ADDED
    yield "", f"`{operator}` joins for `{key}`", _with(block, operator, key, value)
    if block:
        yield "", "is dropped", {}
    for name, tests in block.items():
        if len(block) > 1:
            yield child("", name), "is dropped", _without(block, name)
        for tested, listed in tests.items():
            rest = _without(block, name, tested)
            pointer = child(child("", name), tested)
            if len(tests) > 1:
                yield pointer, "is dropped", rest
            for other in _operators(name):
                yield pointer, f"`{name}` becomes `{other}`", _with(rest, other, tested, listed)
            for other in (tested.swapcase(), "aws:PrincipalArn"):  # P23: the first is the same key
                yield pointer, f"the key becomes `{other}`", _with(rest, name, other, listed)
            for place, step, changed in _values(name, listed):
                yield pointer + place, step, _with(rest, name, tested, changed)


def _with(block: Block, operator: str, key: str, listed: Any) -> Block:
    return {**block, operator: {**block.get(operator, {}), key: listed}}


def _without(block: Block, operator: str, key: str | None = None) -> Block:
    """Leave out an operator, or one of its keys; an operator without keys goes as well."""
    tests = {other: listed for other, listed in block[operator].items() if other != key} if key else {}
    return {name: tests if name == operator else found for name, found in block.items() if name != operator or tests}


def _operators(name: str) -> Iterator[str]:
    """Give every other operator, then the same with another qualifier, and with or without `IfExists`."""
    use = OperatorUse.parse(name)
    if use is None:
        return
    for operator in OPERATORS.values():
        if operator is not use.operator:
            yield str(OperatorUse(operator, use.qualifier, use.if_exists and operator is not NULL))
    for qualifier in Qualifier:
        if qualifier is not use.qualifier:
            yield str(OperatorUse(use.operator, qualifier, use.if_exists))
    if use.operator is not NULL:
        yield str(OperatorUse(use.operator, use.qualifier, not use.if_exists))


def _values(name: str, written: Any) -> Iterator[tuple[str, str, Any]]:
    use = OperatorUse.parse(name)
    listed = written if isinstance(written, list) else [written]
    change = _change_of(use.operator.name if use else "")
    for index, value in enumerate(listed):
        place = child("", index) if isinstance(written, list) else ""
        if len(listed) > 1:
            yield place, f"`{value}` is dropped", [*listed[:index], *listed[index + 1 :]]
        for other in dict.fromkeys(change(_text(value))):
            yield place, f"`{value}` becomes `{other}`", [*listed[:index], other, *listed[index + 1 :]]
        for other in dict.fromkeys(more_values(_text(value)) if change is texts else change(_text(value))):
            yield place, f"`{other}` joins `{value}`", [*listed, other]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _change_of(operator: str) -> Callable[[str], Iterator[str]]:
    kinds = (kind for kind in _CHANGES if operator.removeprefix("Not").startswith(kind))
    return _CHANGES.get(next(kinds, ""), texts)


def _truth(value: str) -> Iterator[str]:
    yield "false" if value.lower() == "true" else "true"
    yield value.upper()  # P29: the same


def _number(value: str) -> Iterator[str]:
    number = read_number(value)
    if number is not None:
        exponent = number.as_tuple().exponent
        step = Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)
        yield from (f"{number + step:f}", f"{number - step:f}", f"{number:f}.0" if "." not in value else f"{number:f}0")


def _date(value: str) -> Iterator[str]:
    seconds = read_date(value)
    if seconds is not None:
        for shift in (-1, 1, -86400, 86400, 0):
            moment = _EPOCH + timedelta(seconds=int(seconds) + shift)
            yield moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _network(value: str) -> Iterator[str]:
    network = read_network(value)
    if network is not None:
        prefix, widest = network.prefixlen, network.max_prefixlen
        yield from (f"{network.network_address}/{other}" for other in (prefix - 1, prefix + 1) if 0 <= other <= widest)
        yield "0.0.0.0/0" if network.version == 4 else "::/0"
        if int(network.broadcast_address) + 1 < 2**widest:
            neighbor = type(network.network_address)(int(network.broadcast_address) + 1)
            yield f"{ipaddress.ip_network((neighbor, prefix))}"


_CHANGES: dict[str, Callable[[str], Iterator[str]]] = {
    "Bool": _truth,
    "Null": _truth,
    "Numeric": _number,
    "Date": _date,
    "IpAddress": _network,
}
