"""Checks of condition operators and the values they compare with, which need no reference (P24–P33)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator

from iamkit.analysis.findings.facts import KMS_KEY_KEYS, REGIONS
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.edits import Edit, removal, remove, rename, replace
from iamkit.policy.lint import Finder, Found
from iamkit.policy.operators import read_binary, read_bool, read_date, read_network, read_number
from iamkit.policy.outline import Key, Outline, Part, Text
from iamkit.policy.patterns import unescape

_WILD = re.compile(r"(?<!\$\{)[*?]")
_EPOCH = re.compile(r"\d{5,}(\.\d+)?", re.ASCII)
_KMS_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", re.ASCII)
# RFC 1918 and RFC 4193: the addresses that a network uses by itself.
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def family(key: Key) -> str:
    """Tell which kind of operator it is: `String`, `Numeric`, `Date`, `Bool`, `Binary`, `IpAddress`, `Arn`, `Null`."""
    name = key.use.operator.name.removeprefix("Not")
    return next(
        kind for kind in ("String", "Numeric", "Date", "Bool", "Binary", "Ip", "Arn", "Null") if name.startswith(kind)
    )


def is_like(key: Key) -> bool:
    """Tell whether `*` and `?` are wildcards under the operator (P26)."""
    return "Like" in key.use.operator.name or family(key) == "Arn"


def has_variable(outline: Outline, text: str) -> bool:
    """Tell whether a value is known only when a request comes (P34)."""
    return outline.knows_variables and "${" in unescape(text)


def is_wild(text: str) -> bool:
    """Tell whether the text holds a wildcard that is not escaped (P37)."""
    return _WILD.search(text) is not None


def _each_value(*families: str) -> Callable[[Outline], Iterator[tuple[Key, Text]]]:
    def values(outline: Outline) -> Iterator[tuple[Key, Text]]:
        for _, key in outline.each_key():
            if family(key) in families:
                for text in key.texts:
                    if not has_variable(outline, text.value):
                        yield key, text

    return values


def _unreadable(families: tuple[str, ...], read: Callable[[str], object], wanted: str) -> Finder:
    values = _each_value(*families)

    def find(outline: Outline) -> Iterator[Found]:
        for key, text in values(outline):
            if read(text.value) is None:
                yield Found(text.pointer, f"`{text.value}` is {wanted}: `{key.use}` can compare it with nothing")

    return find


def _epoch_date(outline: Outline) -> Iterator[Found]:
    for _, text in _each_value("Date")(outline):
        if _EPOCH.fullmatch(text.value):
            yield Found(
                text.pointer, f"`{text.value}` is read as seconds since 1970", "write it like `2026-12-31T23:59:59Z`"
            )


def _mixed_types(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        kinds = {"number" if type(value) in (int, float) else type(value).__name__ for value in key.listed}
        if len(kinds) > 1:
            yield Found(key.pointer, f"the values of `{key.name}` are of different JSON types", "write all as strings")


def _many_booleans(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if family(key) == "Bool" and len(key.listed) > 1:
            yield Found(
                key.pointer, f"`{key.use}` has {len(key.listed)} values for `{key.name}`", "one Boolean says it"
            )


def _null_with_qualifier(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if family(key) == "Null" and key.use.qualifier is not Qualifier.NONE:
            help = "`Null` asks about the key and not about its values: write it without"
            yield Found(key.block, f"`{key.use}` has a set operator", help, at_key=True)


def _empty_list(wanted: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for _, key in outline.each_key():
            if not key.listed and _emptiness(key) == wanted:
                yield Found(key.pointer, f"`{key.name}` has no values: {_EMPTY[wanted]}")

    return find


def _emptiness(key: Key) -> str:
    if key.use.qualifier is Qualifier.FOR_ALL_VALUES:
        return "ForAllValues"
    if key.use.qualifier is Qualifier.FOR_ANY_VALUE:
        return "ForAnyValue"
    return "IfExists" if key.use.if_exists else ""


_EMPTY = {
    "": "nothing can match it",
    "ForAllValues": 'this holds only where the key is missing, which `"Null": {…: "true"}` says better',
    "ForAnyValue": "this never holds",
    "IfExists": 'this holds only where the key is missing, which `"Null": {…: "true"}` says better',
}


def _empty_object(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        value, pointer = part.elements.get("Condition", (None, ""))
        if value == {}:
            yield Found(pointer, "`Condition` is empty: it asks nothing", edit=(remove(pointer),))
        elif isinstance(value, dict):
            for operator, keys in value.items():
                if keys == {}:
                    place = f"{pointer}/{operator}"
                    gone = removal(outline.source.value, place, part.pointer)
                    yield Found(place, f"`{operator}` has no keys: it asks nothing", edit=(remove(gone),), at_key=True)


def _wild_without_like(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if family(key) == "String" and not is_like(key):
            for text in key.texts:
                if is_wild(text.value):
                    help = f"if you mean a wildcard, use `{_LIKE[key.use.operator.negated]}`"
                    yield Found(
                        text.pointer, f"`{text.value}` holds `*` or `?`, which `{key.use}` takes as they are", help
                    )


_LIKE = {False: "StringLike", True: "StringNotLike"}


def _host_bits(outline: Outline) -> Iterator[Found]:
    for _, text in _each_value("Ip")(outline):
        network = read_network(text.value)
        if network is not None and "/" in text.value and str(network.network_address) != _address(text.value, network):
            message = f"`{text.value}` has bits behind its prefix, which do not count: it is `{network}`"
            yield Found(text.pointer, message, edit=(replace(text.pointer, str(network)),))


def _address(text: str, network: Network) -> str:
    return str(type(network.network_address)(text.partition("/")[0]))


def _private(*, negated: bool, all_of_them: bool) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for _, key in outline.each_key():
            if key.folded != "aws:sourceip" or family(key) != "Ip" or key.use.operator.negated is not negated:
                continue
            found = [(text, read_network(text.value)) for text in key.texts]
            private = [text for text, network in found if network is not None and _is_private(network)]
            if private and (len(private) == len(found)) is all_of_them:
                shown = ", ".join(f"`{text.value}`" for text in private)
                help = "`aws:VpcSourceIp` has the private address of a request that came through a VPC endpoint"
                yield Found(key.pointer, f"`aws:SourceIp` is a public address and never in {shown}", help)

    return find


def _is_private(network: Network) -> bool:
    return any(
        network.version == block.version and network.subnet_of(block)  # type: ignore[arg-type]
        for block in _PRIVATE
    )


_EXTREMES = {
    "NumericLessThan": max,
    "NumericLessThanEquals": max,
    "NumericGreaterThan": min,
    "NumericGreaterThanEquals": min,
}


def _redundant_number(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        choose = _EXTREMES.get(key.use.operator.name)
        numbers = [read_number(text.value) for text in key.texts]
        known = [number for number in numbers if number is not None]
        if choose is not None and len(known) == len(numbers) > 1:
            kept = key.listed[known.index(choose(known))]
            message = f"of the values of `{key.name}` only `{kept}` counts under `{key.use}`"
            yield Found(key.pointer, message, edit=(replace(key.pointer, kept),))


def _format(keys: frozenset[str], pattern: re.Pattern[str], wanted: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for _, key in outline.each_key():
            if key.folded in keys and family(key) in ("String", "Arn"):
                for text in key.texts:
                    free = has_variable(outline, text.value) or is_wild(text.value)
                    if not free and not pattern.fullmatch(text.value):
                        yield Found(text.pointer, f"`{text.value}` is no value of `{key.name}`: it is {wanted}")

    return find


def _unknown_region(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if key.folded in ("aws:requestedregion", "ec2:region") and family(key) == "String":
            for text in key.texts:
                free = has_variable(outline, text.value) or is_wild(text.value)
                if not free and text.value.lower() not in REGIONS:
                    yield Found(text.pointer, f"`{text.value}` is no Region")


# -- a condition that matches any value asks only whether the key is there

_OUTCOMES = {
    # holds without the key, holds with it: name of the finding
    (True, True): "Redundant key due to wildcard in condition",
    (False, True): "Equivalent to null false",
    (True, False): "Equivalent to null true",
    (False, False): "Redundant statement due to wildcard in condition",
}
_SAYS = {
    (True, True): "always holds",
    (False, True): 'asks only that the key is there: `"Null": {…: "false"}` says so',
    (True, False): 'asks only that the key is missing: `"Null": {…: "true"}` says so',
    (False, False): "never holds: the statement has no effect",
}


def _outcome(outline: Outline, key: Key) -> tuple[bool, bool] | None:
    if not key.use.operator.name.endswith("Like") or family(key) != "String":
        return None
    values = [text.value for text in key.texts]
    if not any(value and not value.strip("*") for value in values):
        return None
    condition = Condition(key.use, key.name, tuple(values), outline.knows_variables)
    return condition.holds({}), condition.holds({key.folded: "any"})


def _any_value(outcome: tuple[bool, bool]) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part, key in outline.each_key():
            if _outcome(outline, key) == outcome:
                message = f"`{key.use}` with `*` on `{key.name}` {_SAYS[outcome]}"
                yield Found(key.pointer, message, edit=_simpler(outline, part, key, outcome), at_key=True)

    return find


def _simpler(outline: Outline, part: Part, key: Key, outcome: tuple[bool, bool]) -> Edit:
    match outcome:
        case (True, True):
            return (remove(removal(outline.source.value, key.pointer, part.pointer)),)
        case (False, False):
            return (remove(part.pointer),) if len(outline.statements) > 1 else ()
    alone = sum(other.block == key.block for other in part.keys) == 1
    others = any(other.use.operator.name == "Null" for other in part.keys)
    if not alone or others:
        return ()
    return rename(key.block, "Null"), replace(key.pointer, "true" if outcome[0] else "false")


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Invalid condition data type", _mixed_types),
    ("Invalid condition multiple Boolean", _many_booleans),
    ("Invalid Region", _unknown_region),
    (
        "Invalid vpc format",
        _format(
            frozenset({"aws:sourcevpc"}),
            re.compile("vpc-([a-z0-9]{8}|[a-z0-9]{17})"),
            "`vpc-` and 8 or 17 letters or digits",
        ),
    ),
    (
        "Invalid vpce format",
        _format(
            frozenset({"aws:sourcevpce"}),
            re.compile("vpce-([a-z0-9]{8}|[a-z0-9]{17})"),
            "`vpce-` and 8 or 17 letters or digits",
        ),
    ),
    ("Invalid kms key value", _format(KMS_KEY_KEYS, _KMS_KEY, "the ARN of a KMS key")),
    ("Private IP address", _private(negated=False, all_of_them=True)),
    ("Private NotIpAddress", _private(negated=True, all_of_them=True)),
    ("Type mismatch IP range", _unreadable(("Ip",), read_network, "no address and no CIDR block")),
    ("Invalid date value", _epoch_date),
    ("Type mismatch Boolean", _unreadable(("Bool", "Null"), read_bool, "neither `true` nor `false`")),
    ("Type mismatch date", _unreadable(("Date",), read_date, "no date")),
    ("Type mismatch number", _unreadable(("Numeric",), read_number, "no number")),
    ("Type mismatch string", _unreadable(("Binary",), read_binary, "no base64")),
    ("Wildcard without like operator", _wild_without_like),
    ("Empty array condition", _empty_list("")),
    ("Empty array condition ForAllValues", _empty_list("ForAllValues")),
    ("Empty array condition ForAnyValue", _empty_list("ForAnyValue")),
    ("Empty array condition IfExists", _empty_list("IfExists")),
    ("Empty object condition", _empty_object),
    ("Null with qualifier", _null_with_qualifier),
    ("Improve IP range", _host_bits),
    ("Private IP address subset", _private(negated=False, all_of_them=False)),
    ("Private NotIpAddress subset", _private(negated=True, all_of_them=False)),
    ("Redundant condition value num", _redundant_number),
    *((name, _any_value(outcome)) for outcome, name in _OUTCOMES.items()),
)
