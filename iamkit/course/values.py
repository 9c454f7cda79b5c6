"""Values of a condition key worth trying: what its conditions ask for, what they refuse, and what lies just between."""

from __future__ import annotations

import base64
import ipaddress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from iamkit.course.globs import Tokens, tokens
from iamkit.course.literals import Text, around, cheapest
from iamkit.course.plausible import BOOLEANS, VALUES
from iamkit.policy.operators import read_address, read_date, read_network, read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamkit.policy import Condition


def single_values(key: str, conditions: Sequence[Condition], resolved: Iterable[str]) -> list[Text]:
    """Give single values of a key (in lower case), cheapest first.

    `resolved` are values that policy variables can stand for.
    """
    if key in BOOLEANS:
        return cheapest(_near_bool(""))
    found = [Text(2, value) for value in VALUES.get(key, ())]
    found += [Text(2, value) for value in resolved]
    patterns: list[Tokens] = []
    for condition in conditions:
        listed = [value for value in condition.values if "${" not in value or not condition.use.operator.variables]
        operator = condition.use.operator.name
        near = _near(operator)
        if near is not None:
            found += [text for value in listed for text in near(value)]
        elif operator != "Null":
            wild = operator.startswith("Arn") or "Like" in operator
            patterns += [tokens(value) if wild else tuple(value) for value in listed]
    found += around(patterns)
    if not found or all(condition.use.operator.name.startswith("String") for condition in conditions):
        found.append(Text(3, "example"))
    return cheapest(found)


def several_values(singles: Sequence[str], conditions: Sequence[Condition]) -> Iterator[tuple[str, ...]]:
    """Combine values for a key that has several: pairs, and all that a condition lists."""
    yield from combinations(singles, 2)
    for condition in conditions:
        if len(condition.values) > 2:
            yield condition.values


def _near_number(listed: str) -> Iterator[Text]:
    number = read_number(listed)
    if number is None:
        return
    exponent = number.as_tuple().exponent
    step = Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)
    yield Text(1, f"{number:f}")
    yield Text(2, f"{number + step:f}")
    yield Text(2, f"{number - step:f}")


def _near_date(listed: str) -> Iterator[Text]:
    seconds = read_date(listed)
    if seconds is None:
        return
    for cost, shift in ((1, 0), (2, -1), (2, 1), (3, -86400), (3, 86400)):
        moment = int(seconds) + shift
        try:
            when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
        except OverflowError:
            continue
        yield Text(
            cost, str(moment) if read_number(listed) and len(listed) > 4 else when.strftime("%Y-%m-%dT%H:%M:%SZ")
        )


def _near_address(listed: str) -> Iterator[Text]:
    network = read_network(listed)
    if network is None:
        return
    first, last = network.network_address, network.broadcast_address
    typical = first + 1 if network.num_addresses > 1 else first
    outside = [int(first) - 1, int(last) + 1]
    yield Text(1, str(typical))
    yield Text(2, str(first))
    yield Text(2, str(last))
    for number in outside:
        if 0 <= number < 2**network.max_prefixlen:
            yield Text(2, str(ipaddress.IPv4Address(number) if network.version == 4 else ipaddress.IPv6Address(number)))
    if read_address("198.51.100.7") not in network:
        yield Text(1, "198.51.100.7")
    yield Text(4, "2001:db8::7")


def _near_bool(_: str) -> Iterator[Text]:
    yield Text(1, "true")
    yield Text(1, "false")


def _near_binary(listed: str) -> Iterator[Text]:
    yield Text(1, listed)
    yield Text(2, base64.b64encode(b"example").decode())


def _near(operator: str) -> Callable[[str], Iterator[Text]] | None:
    return next((near for kind, near in _NEAR.items() if operator.removeprefix("Not").startswith(kind)), None)


_NEAR: dict[str, Callable[[str], Iterator[Text]]] = {
    "Numeric": _near_number,
    "Date": _near_date,
    "IpAddress": _near_address,
    "Bool": _near_bool,
    "Binary": _near_binary,
}
