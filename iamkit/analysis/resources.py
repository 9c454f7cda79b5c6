"""From an event to the ARNs that its actions were needed on, by the reference's templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iamkit import reference
from iamkit.analysis.builders import BUILDERS, READ_ARNS, SECRET, kms_key
from iamkit.analysis.operations import PASSED_ROLE, Needed
from iamkit.analysis.parameters import Parameters
from iamkit.analysis.templates import EVERYTHING, NOT_RECORDED, Found, filled, type_of, widest
from iamkit.policy.patterns import arn_glob, escape
from iamkit.reference import Action


def found_for(needed: Needed, parameters: Parameters) -> tuple[Found, ...]:
    """Find what an action was needed on; never nothing: what is not recorded is as wide as its type."""
    action = reference.action(needed.action)
    if action is None or not action.resource_types:
        return (EVERYTHING,)
    special = SPECIAL.get(needed.on)
    if special is not None:
        return tuple(dict.fromkeys(special(action, parameters)))
    if needed.on:
        return named(action, parameters, parameters.all(needed.on))
    return tuple(dict.fromkeys(_by_type(action, parameters)))


def _by_type(action: Action, parameters: Parameters) -> Iterator[Found]:
    """Take each type of resource that the request names; of the others those without which no request comes."""
    named = {each.name: _of_type(action, each.name, parameters) for each in action.resource_types}
    sure = {name: found for name, found in named.items() if found and all(each.sure for each in found)}
    types = reference.service(action.name.partition(":")[0]).resource_types
    # What a longer ARN begins with is its container: an index is not asked for as its table. The other way round, a
    # type whose ARN goes on where that of a known resource ends may be meant, but need not be.
    whole = tuple(f"{types[name].arn}{sign}" for name in sure for sign in "/:")
    chosen = [name for name in sure if not any(types[each].arn.startswith(f"{types[name].arn}/") for each in sure)]
    missing = [name for name in action.required_types if name not in sure and not types[name].arn.startswith(whole)]
    wanted = chosen or [each.name for each in action.resource_types if each.required]
    for name in dict.fromkeys((*wanted, *missing)):
        yield from named[name] or (Found(widest(types[name].arn, parameters), False, NOT_RECORDED),)
    if not wanted and not missing:
        partly = [found for each in named.values() for found in each]
        yield from partly or (Found("*", False, NOT_RECORDED),)


def _of_type(action: Action, name: str, parameters: Parameters) -> tuple[Found, ...]:
    """Find the resources of one type: as the request names them, and in full where the event tells."""
    prefix = action.name.partition(":")[0]
    template = reference.service(prefix).resource_types[name].arn
    direct = [arn for arn in parameters.given_arns() if type_of(prefix, arn) == template]
    if direct and (prefix, name) not in READ_ARNS:
        return tuple(Found(escape(arn)) for arn in dict.fromkeys(direct))
    build = BUILDERS.get((prefix, name), filled)
    built = tuple(build(template, parameters))
    if built and all(each.sure for each in built):
        return built
    recorded = [arn for arn in parameters.arns if type_of(prefix, arn) == template]
    if not built:
        return tuple(Found(escape(arn)) for arn in recorded)
    # Of a log group there are two ARNs, and which of them was recorded says nothing of the other actions.
    recorded = [] if (prefix, name) == ("logs", "log-group") else recorded
    agreeing = [arn for arn in recorded if any(agrees(each.pattern, arn) for each in built)]
    return tuple(Found(escape(arn)) for arn in agreeing) or built


def agrees(pattern: str, arn: str) -> bool:
    """Tell whether an ARN is what a pattern stands for.

    The path of an IAM entity may come between; a secret that does not exist has no end of its ARN.
    """
    if ":iam:" in arn:
        return arn.rpartition("/")[2] == pattern.rpartition("/")[2]
    return bool(arn_glob(pattern, True)(arn)) or arn == pattern.removesuffix(f"-{SECRET}")


def named(action: Action, parameters: Parameters, texts: tuple[str, ...]) -> tuple[Found, ...]:
    """Take ARNs, or keys of KMS by their ID."""
    given = [Found(escape(text)) for text in texts if text.startswith("arn:")]
    if not given and action.name.startswith("kms:"):
        given = [*kms_key("", parameters, texts)]
    return tuple(given) or (Found(_widest_of(action, parameters), False, NOT_RECORDED),)


def _widest_of(action: Action, parameters: Parameters) -> str:
    prefix = action.name.partition(":")[0]
    name = next(iter((*action.required_types, action.resource_types[0].name)))
    return widest(reference.service(prefix).resource_types[name].arn, parameters)


def _s3_source(action: Action, parameters: Parameters) -> Iterator[Found]:
    bucket, key = parameters.first("copySourceBucket"), parameters.first("copySourceKey")
    given = parameters.request.get("copySource")
    if not bucket and isinstance(given, Mapping):  # as boto3 takes it
        bucket, key = str(given.get("bucket", "")), str(given.get("key", ""))
    sure = bool(bucket and key)
    pattern = f"arn:{parameters.partition}:s3:::{escape(bucket) or '*'}/{escape(key) or '*'}"
    yield Found(pattern, sure, "" if sure else NOT_RECORDED)


def _s3_each(action: Action, parameters: Parameters) -> Iterator[Found]:
    """DeleteObjects: CloudTrail tells the objects in `resources`, or in events of their own, or not at all."""
    bucket = f"arn:{parameters.partition}:s3:::{escape(parameters.outermost('bucketName', 'bucket')) or '*'}/"
    keys = parameters.keys_of_objects()
    if keys:
        yield from (Found(bucket + escape(key)) for key in keys)
        return
    listed = [arn for arn in parameters.arns if arn_glob(f"{bucket}*", True)(arn)]
    yield from (Found(escape(arn)) for arn in listed)
    if not listed:
        yield Found(f"{bucket}*", False, NOT_RECORDED)


def _s3_code(action: Action, parameters: Parameters) -> Iterator[Found]:
    bucket, key = parameters.first("s3Bucket"), parameters.first("s3Key")
    sure = bool(bucket and key)
    yield Found(
        f"arn:{parameters.partition}:s3:::{escape(bucket) or '*'}/{escape(key) or '*'}",
        sure,
        "" if sure else NOT_RECORDED,
    )


def _layers(action: Action, parameters: Parameters) -> Iterator[Found]:
    yield from named(action, parameters, parameters.all("layers", "arn"))


def _any(action: Action, parameters: Parameters) -> Iterator[Found]:
    prefix = action.name.partition(":")[0]
    stem = f"arn:{parameters.partition}:{prefix}:{parameters.region}:{parameters.account}:"
    yield Found(f"{stem}{'key/*' if prefix == 'kms' else '*/*'}", False, NEW)


def _passed_role(action: Action, parameters: Parameters) -> Iterator[Found]:
    """Find the role that is handed on; an instance profile has a role that is mostly called as it is."""
    stem = f"arn:{parameters.partition}:iam::{parameters.account}:role/"
    texts = [text for texts in parameters.texts.values() for text in texts]
    arns = [text for text in dict.fromkeys(texts) if ":iam:" in text and ":role/" in text]
    yield from (Found(escape(arn), True) for arn in arns)
    profiles = [text for text in dict.fromkeys(texts) if ":iam:" in text and ":instance-profile/" in text]
    names = [text.rpartition("/")[2] for text in profiles] or parameters.all("roleName", "name")
    if not arns:
        recorded = [arn for arn in parameters.arns if ":role/" in arn and arn.rpartition("/")[2] in names]
        if recorded:
            yield from (Found(escape(arn)) for arn in recorded)
            return
        why = "the role is assumed to be called as the instance profile is, or as the parameter says, without a path"
        yield from (Found(stem + escape(name), False, why) for name in names[:1])
        if not names:
            yield Found(f"{stem}*", False, NOT_RECORDED)


def _transacted(kind: str) -> Callable[[Action, Parameters], Iterator[Found]]:
    """Find the tables of one kind of item in TransactWriteItems."""

    def tables(action: Action, parameters: Parameters) -> Iterator[Found]:
        stem = f"arn:{parameters.partition}:dynamodb:{parameters.region}:{parameters.account}:table/"
        items = parameters.request.get("transactItems")
        for item in items if isinstance(items, list) else ():
            inside = item.get(kind) if isinstance(item, Mapping) else None
            name = inside.get("tableName") if isinstance(inside, Mapping) else None
            if isinstance(name, str):
                yield Found(escape(name) if name.startswith("arn:") else stem + escape(name))

    return tables


def _tagged(action: Action, parameters: Parameters) -> Iterator[Found]:
    """EC2 tags what it makes, by its type (User Guide, "Grant permission to tag resources during creation")."""
    types = reference.service("ec2").resource_types
    for name in parameters.all("resourceType"):
        if name in types:
            yield Found(widest(types[name].arn, parameters), False, NEW)
        else:
            yield from _any(action, parameters)


def _volumes(action: Action, parameters: Parameters) -> Iterator[Found]:
    yield Found(widest(reference.service("ec2").resource_types["volume"].arn, parameters), False, NEW)


NEW = "what is made has no ARN before"

SPECIAL: dict[str, Callable[[Action, Parameters], Iterator[Found]]] = {
    PASSED_ROLE: _passed_role,
    "source": _s3_source,
    "each": _s3_each,
    "code": _s3_code,
    "layers": _layers,
    "any-key": _any,
    "tagged": _tagged,
    "volumes": _volumes,
    **{kind: _transacted(kind) for kind in ("conditionCheck", "delete", "put", "update")},
}
