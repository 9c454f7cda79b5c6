"""Templates of ARNs, as the reference has them: which one an ARN is of, and filled with what an event says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from iamkit import reference
from iamkit.analysis.parameters import Parameters
from iamkit.policy.patterns import escape

PLACE = re.compile(r"\$\{(\w+)\}")
_OWN = {"Partition": "[^:]*", "Region": "[^:]*", "Account": "[^:]*", "BucketName": "[^/:]+"}


class Found(NamedTuple):
    """A resource as a pattern of ARNs; `sure` where the event names it, and `why` where it does not."""

    pattern: str
    sure: bool = True
    why: str = ""


EVERYTHING = Found("*")
NOT_RECORDED = "the event does not name the resource"


@lru_cache(maxsize=4096)
def type_of(prefix: str, arn: str) -> str | None:
    """Tell which of a service's types an ARN is of, by its template: the one that says most."""
    types = reference.service(prefix).resource_types.values()
    fitting = [each.arn for each in types if _template(each.arn).fullmatch(arn)]
    return max(fitting, key=lambda arn: (arn.count("${"), len(PLACE.sub("", arn))), default=None)


@lru_cache(maxsize=1024)
def _template(template: str) -> re.Pattern[str]:
    parts = PLACE.split(template)
    last = len(parts) - 2
    pattern = "".join(
        re.escape(part) if at % 2 == 0 else _OWN.get(part, ".+" if at == last else "[^:]+")
        for at, part in enumerate(parts)
    )
    return re.compile(pattern, re.DOTALL)


def filled(template: str, parameters: Parameters) -> Iterator[Found]:
    """Fill a template with the parameters that are called as its places are; nothing where none of them is there."""
    arns, named = [""], 0
    for at, part in enumerate(PLACE.split(template)):
        if at % 2 == 0:
            values: tuple[str, ...] = (part,)
        elif part in ("Partition", "Region", "Account"):
            values = (getattr(parameters, part.lower()),)
        else:
            texts = _values(part, parameters)
            named += bool(texts)
            values = tuple(map(escape, texts)) or ("*",)
        arns = [arn + value for arn in arns for value in values]
    if named:
        sure = "*" not in "".join(arns).replace("${*}", "")
        yield from (Found(arn, sure, "" if sure else NOT_RECORDED) for arn in arns)


def _values(place: str, parameters: Parameters) -> tuple[str, ...]:
    name = place.removesuffix("WithPath")
    if name in _OUTERMOST:
        # Tags have keys too, and destinations are buckets.
        return tuple(filter(None, (parameters.outermost(*_OUTERMOST[name]),)))
    return tuple(text for text in parameters.all(name, *_CALLED.get(name, ())) if not text.startswith("arn:"))


_OUTERMOST = {"BucketName": ("bucketName", "bucket"), "ObjectName": ("key",)}
# Places of templates that parameters have under other names.
_CALLED = {
    "KeyId": ("targetKeyId",),
    "TopicName": ("name",),
    "UUID": ("uuid",),
    "FederatedUserName": ("name",),
    "ClusterName": ("cluster",),
    "ServiceName": ("service",),
    "TaskId": ("task",),
    "Alias": ("aliasName",),
    "SecurityGroupId": ("groupId", "groups"),
}


def widest(template: str, parameters: Parameters) -> str:
    """Write the pattern of every resource of a type in the account and the region."""
    known = {"Partition": parameters.partition, "Region": parameters.region, "Account": parameters.account}
    return PLACE.sub(lambda place: known.get(place[1]) or "*", template)
