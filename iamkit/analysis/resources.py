"""From an event to the ARNs that its actions were needed on, by the reference's templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from iamkit import reference
from iamkit.analysis.operations import PASSED_ROLE, Needed
from iamkit.analysis.parameters import Parameters, folded
from iamkit.policy.patterns import arn_glob, escape
from iamkit.reference import Action

_PLACE = re.compile(r"\$\{(\w+)\}")
_OWN = {"Partition": "[^:]*", "Region": "[^:]*", "Account": "[^:]*", "BucketName": "[^/:]+"}
_SECRET = "??????"


class Found(NamedTuple):
    """A resource as a pattern of ARNs; `sure` where the event names it, and `why` where it does not."""

    pattern: str
    sure: bool = True
    why: str = ""


EVERYTHING = Found("*")
_NOT_RECORDED = "the event does not name the resource"


def found_for(needed: Needed, parameters: Parameters) -> tuple[Found, ...]:
    """Find what an action was needed on; never nothing: what is not recorded is as wide as its type."""
    action = reference.action(needed.action)
    if action is None or not action.resource_types:
        return (EVERYTHING,)
    special = _SPECIAL.get(needed.on)
    if special is not None:
        return tuple(dict.fromkeys(special(action, parameters)))
    if needed.on:
        return _named(action, parameters, parameters.all(needed.on))
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
        yield from named[name] or (Found(_widest(types[name].arn, parameters), False, _NOT_RECORDED),)
    if not wanted and not missing:
        partly = [found for each in named.values() for found in each]
        yield from partly or (Found("*", False, _NOT_RECORDED),)


def _of_type(action: Action, name: str, parameters: Parameters) -> tuple[Found, ...]:
    """Find the resources of one type: as the request names them, and in full where the event tells."""
    prefix = action.name.partition(":")[0]
    template = reference.service(prefix).resource_types[name].arn
    direct = [arn for arn in parameters.given_arns() if type_of(prefix, arn) == template]
    if direct and (prefix, name) not in _READ_ARNS:
        return tuple(Found(escape(arn)) for arn in dict.fromkeys(direct))
    build = _BUILDERS.get((prefix, name), _filled)
    built = tuple(build(template, parameters))
    if built and all(each.sure for each in built):
        return built
    recorded = [arn for arn in parameters.arns if type_of(prefix, arn) == template]
    if not built:
        return tuple(Found(escape(arn)) for arn in recorded)
    # Of a log group there are two ARNs, and which of them was recorded says nothing of the other actions.
    recorded = [] if (prefix, name) == ("logs", "log-group") else recorded
    agreeing = [arn for arn in recorded if any(_agrees(each.pattern, arn) for each in built)]
    return tuple(Found(escape(arn)) for arn in agreeing) or built


def _agrees(pattern: str, arn: str) -> bool:
    """Tell whether an ARN is what a pattern stands for.

    The path of an IAM entity may come between; a secret that does not exist has no end of its ARN.
    """
    if ":iam:" in arn:
        return arn.rpartition("/")[2] == pattern.rpartition("/")[2]
    return bool(arn_glob(pattern, True)(arn)) or arn == pattern.removesuffix(f"-{_SECRET}")


@lru_cache(maxsize=4096)
def type_of(prefix: str, arn: str) -> str | None:
    """Tell which of a service's types an ARN is of, by its template: the one that says most."""
    types = reference.service(prefix).resource_types.values()
    fitting = [each.arn for each in types if _template(each.arn).fullmatch(arn)]
    return max(fitting, key=lambda arn: (arn.count("${"), len(_PLACE.sub("", arn))), default=None)


@lru_cache(maxsize=1024)
def _template(template: str) -> re.Pattern[str]:
    parts = _PLACE.split(template)
    last = len(parts) - 2
    pattern = "".join(
        re.escape(part) if at % 2 == 0 else _OWN.get(part, ".+" if at == last else "[^:]+")
        for at, part in enumerate(parts)
    )
    return re.compile(pattern, re.DOTALL)


def _filled(template: str, parameters: Parameters) -> Iterator[Found]:
    """Fill a template with the parameters that are called as its places are; nothing where none of them is there."""
    arns, named = [""], 0
    for at, part in enumerate(_PLACE.split(template)):
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
        yield from (Found(arn, sure, "" if sure else _NOT_RECORDED) for arn in arns)


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


def _widest(template: str, parameters: Parameters) -> str:
    """Write the pattern of every resource of a type in the account and the region."""
    known = {"Partition": parameters.partition, "Region": parameters.region, "Account": parameters.account}
    return _PLACE.sub(lambda place: known.get(place[1]) or "*", template)


def _named(action: Action, parameters: Parameters, texts: tuple[str, ...]) -> tuple[Found, ...]:
    """Take ARNs, or keys of KMS by their ID."""
    given = [Found(escape(text)) for text in texts if text.startswith("arn:")]
    if not given and action.name.startswith("kms:"):
        given = [*_key("", parameters, texts)]
    return tuple(given) or (Found(_widest_of(action, parameters), False, _NOT_RECORDED),)


def _widest_of(action: Action, parameters: Parameters) -> str:
    prefix = action.name.partition(":")[0]
    name = next(iter((*action.required_types, action.resource_types[0].name)))
    return _widest(reference.service(prefix).resource_types[name].arn, parameters)


def _s3_source(action: Action, parameters: Parameters) -> Iterator[Found]:
    bucket, key = parameters.first("copySourceBucket"), parameters.first("copySourceKey")
    given = parameters.request.get("copySource")
    if not bucket and isinstance(given, Mapping):  # as boto3 takes it
        bucket, key = str(given.get("bucket", "")), str(given.get("key", ""))
    sure = bool(bucket and key)
    pattern = f"arn:{parameters.partition}:s3:::{escape(bucket) or '*'}/{escape(key) or '*'}"
    yield Found(pattern, sure, "" if sure else _NOT_RECORDED)


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
        yield Found(f"{bucket}*", False, _NOT_RECORDED)


def _s3_code(action: Action, parameters: Parameters) -> Iterator[Found]:
    bucket, key = parameters.first("s3Bucket"), parameters.first("s3Key")
    sure = bool(bucket and key)
    yield Found(
        f"arn:{parameters.partition}:s3:::{escape(bucket) or '*'}/{escape(key) or '*'}",
        sure,
        "" if sure else _NOT_RECORDED,
    )


def _layers(action: Action, parameters: Parameters) -> Iterator[Found]:
    yield from _named(action, parameters, parameters.all("layers", "arn"))


def _any(action: Action, parameters: Parameters) -> Iterator[Found]:
    prefix = action.name.partition(":")[0]
    stem = f"arn:{parameters.partition}:{prefix}:{parameters.region}:{parameters.account}:"
    yield Found(f"{stem}{'key/*' if prefix == 'kms' else '*/*'}", False, _NEW)


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
            yield Found(f"{stem}*", False, _NOT_RECORDED)


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
            yield Found(_widest(types[name].arn, parameters), False, _NEW)
        else:
            yield from _any(action, parameters)


def _volumes(action: Action, parameters: Parameters) -> Iterator[Found]:
    yield Found(_widest(reference.service("ec2").resource_types["volume"].arn, parameters), False, _NEW)


_NEW = "what is made has no ARN before"

_SPECIAL: dict[str, Callable[[Action, Parameters], Iterator[Found]]] = {
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


def _entity(template: str, parameters: Parameters) -> Iterator[Found]:
    """Name an IAM entity; events that do not make it do not tell its path."""
    for each in _filled(template, parameters):
        path = parameters.first("path").strip("/")
        stem, slash, name = each.pattern.partition("/")
        arn = f"{stem}{slash}{escape(path)}/{name}" if path else each.pattern
        yield Found(arn, bool(path), "" if path else "the event does not tell the path of the IAM entity")


def _queue(template: str, parameters: Parameters) -> Iterator[Found]:
    """A queue's URL holds its account and its name (SQS Developer Guide, "Queue and message identifiers")."""
    stem = f"arn:{parameters.partition}:sqs:{parameters.region}:"
    for url in parameters.all("queueUrl"):
        *_, account, name = ("", *url.split("/"))
        yield Found(f"{stem}{account if account.isdecimal() else parameters.account}:{escape(name)}")
    if not parameters.has(("queueUrl",)):
        owner = parameters.first("queueOwnerAWSAccountId") or parameters.account
        yield from (Found(f"{stem}{owner}:{escape(name)}") for name in parameters.all("queueName"))


def _function(template: str, parameters: Parameters) -> Iterator[Found]:
    """A function is called by name, `name:alias`, `ACCOUNT:function:name` or ARN; the qualifier may stand alone."""
    qualifier = parameters.first("qualifier")
    for text in parameters.all("functionName"):
        stem = f"arn:{parameters.partition}:lambda:{parameters.region}:{parameters.account}:function:"
        if ":function:" in text:
            head, _, text = text.partition(":function:")
            account = head.rpartition(":")[2]
            stem = f"{head}:function:" if head.startswith("arn:") else stem.replace(parameters.account, account)
        end = f":{qualifier}" if qualifier and ":" not in text else ""
        yield Found(stem + escape(text + end))


def _layer_version(template: str, parameters: Parameters) -> Iterator[Found]:
    name, number = parameters.first("layerName"), parameters.first("versionNumber")
    if name:
        stem = f"arn:{parameters.partition}:lambda:{parameters.region}:{parameters.account}:layer:"
        yield Found(f"{name if name.startswith('arn:') else stem + escape(name)}:{number or '*'}", bool(number))


def _secret(template: str, parameters: Parameters) -> Iterator[Found]:
    """A secret's ARN ends with six signs that its name does not tell (Secrets Manager User Guide, "Secret ARN")."""
    stem = f"arn:{parameters.partition}:secretsmanager:{parameters.region}:{parameters.account}:secret:"
    names = parameters.all("secretId", "secretIdList", "name")
    for name in names:
        if name.startswith("arn:"):
            yield Found(escape(name))
        else:
            yield Found(
                f"{stem}{escape(name)}-{_SECRET}", False, "the name of a secret does not tell the end of its ARN"
            )


def _key(template: str, parameters: Parameters, texts: tuple[str, ...] = ()) -> Iterator[Found]:
    """A key is called by ID or ARN; what key is behind an alias is only known from the event's resources."""
    stem = f"arn:{parameters.partition}:kms:{parameters.region}:{parameters.account}:"
    for text in texts or parameters.all("keyId", "targetKeyId"):
        if "alias/" in text:
            yield Found(f"{stem}key/*", False, "the event does not tell the key behind the alias")
        else:
            yield Found(escape(text) if text.startswith("arn:") else f"{stem}key/{escape(text)}")


def _kms_alias(template: str, parameters: Parameters) -> Iterator[Found]:
    stem = f"arn:{parameters.partition}:kms:{parameters.region}:{parameters.account}:"
    yield from (Found(stem + escape(name)) for name in parameters.all("aliasName"))


def _parameter(template: str, parameters: Parameters) -> Iterator[Found]:
    stem = f"arn:{parameters.partition}:ssm:{parameters.region}:{parameters.account}:parameter/"
    for name in parameters.all("name", "names", "path"):
        yield Found(stem + escape(name.removeprefix("/")))


def _log_group(template: str, parameters: Parameters) -> Iterator[Found]:
    """A log group is asked for with `:*` behind it by most actions (CloudWatch Logs User Guide, "Resources")."""
    given = [arn.removesuffix(":*") for arn in parameters.given_arns() if type_of("logs", arn) == template]
    for pattern in [*map(escape, given), *(each.pattern for each in _filled(template, parameters))]:
        yield Found(pattern, False)
        yield Found(f"{pattern}:*", False)


def _topic(template: str, parameters: Parameters) -> Iterator[Found]:
    """A subscription's ARN is its topic's, with an ID behind it; a phone has none."""
    if parameters.has(("phoneNumber",)):
        yield EVERYTHING
    for arn in parameters.all("subscriptionArn"):
        yield Found(escape(arn.rpartition(":")[0]))
    for arn in parameters.all("topicArn", "targetArn", "resourceArn"):
        yield Found(escape(arn))
    if not any(text.startswith("arn:") for text in parameters.given_arns()):
        yield from _filled(template, parameters)


def _not_meant(template: str, parameters: Parameters) -> Iterator[Found]:
    """Name nothing: a type that shares its parameters with another one, and is never meant by them alone."""
    yield from ()


_BUILDERS: dict[tuple[str, str], Callable[[str, Parameters], Iterator[Found]]] = {
    **{("iam", name): _entity for name in ("user", "role", "group", "policy", "instance-profile")},
    ("sqs", "queue"): _queue,
    ("logs", "log-group"): _log_group,
    ("sns", "topic"): _topic,
    ("lambda", "function"): _function,
    ("lambda", "layerVersion"): _layer_version,
    **{("lambda", name): _not_meant for name in ("webFunction", "webFunctionEndpoint", "webFunctionRevision")},
    ("secretsmanager", "Secret"): _secret,
    ("kms", "key"): _key,
    ("kms", "alias"): _kms_alias,
    ("ssm", "parameter"): _parameter,
}

# Types whose ARNs in a request are not always what it is about: their builders read them.
_READ_ARNS = frozenset(
    {("s3", "bucket"), ("s3", "object"), ("logs", "log-group"), ("sns", "topic"), ("secretsmanager", "Secret")}
)

__all__ = ["EVERYTHING", "Found", "folded", "found_for", "type_of"]
