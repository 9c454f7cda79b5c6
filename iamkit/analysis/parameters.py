"""What an event says of its request: parameters at any depth, and ARNs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from iamkit.analysis.activity import Record

_DEEPEST = 8
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The request of one event; names are compared without case and without signs, as services write them variously."""

    partition: str
    region: str
    account: str
    texts: Mapping[str, tuple[str, ...]]
    names: frozenset[str]
    arns: tuple[str, ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, record: Record) -> Parameters:
        """Gather what stands in `requestParameters`, and the ARNs of `resources` and `responseElements`."""
        texts: dict[str, list[str]] = {}
        names: set[str] = set()
        for name, value in _walk(record.get("requestParameters"), "", 0):
            if value and value != _HIDDEN:
                names.add(name)
                if isinstance(value, str):
                    texts.setdefault(name, []).append(value)
        _copied(texts, names)
        identity = record.get("userIdentity")
        account = record.get("recipientAccountId") or (identity.get("accountId") if isinstance(identity, dict) else "")
        region = str(record.get("awsRegion") or "")
        arns = (*_resources(record.get("resources")), *_arns(record.get("responseElements")))
        kept = {name: tuple(values) for name, values in texts.items()}
        request = record.get("requestParameters")
        return cls(
            _partition(region),
            region,
            str(account or ""),
            kept,
            frozenset(names),
            tuple(dict.fromkeys(arns)),
            request if isinstance(request, Mapping) else {},
        )

    def has(self, names: tuple[str, ...]) -> bool:
        """Tell whether one of the parameters is there and says something."""
        return any(folded(name) in self.names for name in names)

    def all(self, *names: str) -> tuple[str, ...]:
        """Give the texts of the first of the parameters that has any."""
        return next(filter(None, (self.texts.get(folded(name), ()) for name in names)), ())

    def first(self, *names: str) -> str:
        """Give the first text of the first of the parameters that has any; empty where none has."""
        return next(iter(self.all(*names)), "")

    def outermost(self, *names: str) -> str:
        """Give the text of the first of the parameters that is one of the request's own, not one inside another."""
        return next((each for name in names if isinstance(each := self.request.get(name), str)), "")

    def keys_of_objects(self) -> tuple[str, ...]:
        """List the keys of DeleteObjects."""
        delete = self.request.get("delete")
        objects = delete.get("objects") if isinstance(delete, Mapping) else None
        listed = objects if isinstance(objects, list) else []
        return tuple(str(each["key"]) for each in listed if isinstance(each, Mapping) and each.get("key"))

    def given_arns(self) -> Iterator[str]:
        """List the ARNs that the request itself names."""
        return (text for texts in self.texts.values() for text in texts if text.startswith("arn:"))


def folded(name: str) -> str:
    """Write a name in lower case, without what separates its words."""
    return "".join(sign for sign in name if sign.isalnum()).lower()


def _walk(value: object, name: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        if name:
            yield name, bool(value)
        for key, each in value.items():
            yield from _walk(each, folded(str(key)), depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, name, depth + 1)
    elif isinstance(value, bool):
        yield name, value
    elif value is not None:
        yield name, str(value)


def _copied(texts: dict[str, list[str]], names: set[str]) -> None:
    """Read the source of a copy, and whether an ACL gives anything away: names that S3's rows ask for."""
    for source in texts.get("copysource", texts.get("xamzcopysource", ())):
        path, _, version = source.partition("?versionId=")
        bucket, _, key = unquote(path).removeprefix("/").partition("/")
        texts["copysourcebucket"], texts["copysourcekey"] = [bucket], [key]
        if version:
            names.add("sourceversionid")
    if any(acl != "private" for acl in texts.get("acl", texts.get("xamzacl", ()))):
        names.add("aclnotprivate")


def _resources(given: object) -> Iterator[str]:
    for each in given if isinstance(given, list) else ():
        arn = each.get("ARN") if isinstance(each, Mapping) else None
        if isinstance(arn, str) and arn.startswith("arn:"):
            yield arn


def _arns(given: object) -> Iterator[str]:
    return (value for _, value in _walk(given, "", 0) if isinstance(value, str) and value.startswith("arn:"))


def _partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
