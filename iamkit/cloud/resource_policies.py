"""Resource-based policies as they are put: one that nobody could mean is refused at once, in the service's words.

The engine reads the document; what the service says comes first, then where the problem is and what helps.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit import reference
from iamkit.cloud.actions import Authorization
from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.entities import nameable
from iamkit.policy import InvalidPolicy, Policy, PolicyType
from iamkit.policy.patterns import glob
from iamkit.policy.statement import Statement
from iamkit.policy.variables import ContextValue

if TYPE_CHECKING:
    from iamkit.cloud.authorizing import Authorizer

Keys = Mapping[str, ContextValue]


@dataclass(frozen=True, slots=True)
class _Words:
    """What a service says of a document that is no policy, and of a principal that does not exist."""

    code: str
    unreadable: str
    no_principal: str


def _attribute(parameters: Mapping[str, Any]) -> Any:
    return (parameters.get("Attributes") or {}).get("Policy")


def _topic_attribute(parameters: Mapping[str, Any]) -> Any:
    return parameters.get("AttributeValue") if parameters.get("AttributeName") == "Policy" else None


def _named(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda parameters: parameters.get(name)


# Where an operation carries a policy. Lambda makes its statements itself: see `_function`.
_POLICY_IN: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Any]] = {
    ("s3", "PutBucketPolicy"): _named("Policy"),
    ("sqs", "CreateQueue"): _attribute,
    ("sqs", "SetQueueAttributes"): _attribute,
    ("sns", "CreateTopic"): _attribute,
    ("sns", "SetTopicAttributes"): _topic_attribute,
    ("kms", "CreateKey"): _named("Policy"),
    ("kms", "PutKeyPolicy"): _named("Policy"),
    ("secretsmanager", "PutResourcePolicy"): _named("ResourcePolicy"),
    ("dynamodb", "CreateTable"): _named("ResourcePolicy"),
    ("dynamodb", "PutResourcePolicy"): _named("Policy"),
}
_INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
_WORDS: Mapping[str, _Words] = {
    "s3": _Words(
        "MalformedPolicy", "Policies must be valid JSON and follow its grammar", "Invalid principal in policy"
    ),
    "sqs": _Words(
        "InvalidAttributeValue",
        "Invalid value for the parameter Policy.",
        "Invalid value for the parameter Policy.",
    ),
    "sns": _Words(
        "InvalidParameter",
        "Invalid parameter: Policy Error: null",
        "Invalid parameter: Policy Error: PrincipalNotFound",
    ),
    "kms": _Words(
        "MalformedPolicyDocumentException", "The specified policy document is malformed.", _INVALID_PRINCIPALS
    ),
    "secretsmanager": _Words(
        "MalformedPolicyDocumentException",
        "The JSON policy document is malformed.",
        "This resource policy contains an unsupported principal.",
    ),
    "dynamodb": _Words(
        "ValidationException",
        "One or more parameter values were invalid: Invalid policy document",
        "One or more parameter values were invalid: Invalid policy document: Policy contains invalid principals",
    ),
}
_LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
_NO_SUCH_PRINCIPAL = "The provided principal was invalid. Please check the principal and try again."


def check_resource_policy(call: Call, holder: Holder | None, context: Keys, authorizer: Authorizer) -> None:
    """Refuse a call that would put a policy which its service does not take; raises ServiceError."""
    if call.service == "lambda":
        _function(call)
    place = _POLICY_IN.get((call.service, call.operation))
    text = place(call.parameters) if place else None
    # SQS and SNS take an empty text for no policy.
    if not text:
        return
    policy = _read(call.service, text)
    _principals(call.service, policy)
    if call.service == "s3":
        _bucket(call.parameters["Bucket"], policy)
    if call.service == "kms" and not call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        _lockout(call, text, holder, context, authorizer)


def _read(service: str, text: Any) -> Policy:
    try:
        return Policy.parse(text if isinstance(text, str) else json.dumps(text), type=PolicyType.RESOURCE_BASED)
    except InvalidPolicy as error:
        words, problem = _WORDS[service], error.problems[0]
        where = "; ".join(line.strip() for line in str(problem).splitlines())
        raise ServiceError(words.code, f"{words.unreadable.rstrip('.')}: {where}") from None


def _principals(service: str, policy: Policy) -> None:
    """Users and roles that are named must be there (IAM User Guide, "Principal": AWS keeps their unique IDs, P21)."""
    for statement in policy.statements:
        for principal in statement.principal_element.aws if statement.principal_element else ():
            if not nameable(principal):
                words = _WORDS[service]
                raise ServiceError(words.code, f'{words.no_principal.rstrip(".")}: "AWS":"{principal}"')


def _function(call: Call) -> None:
    principal = call.parameters.get("Principal", "") if call.operation == "AddPermission" else ""
    if principal.startswith("arn:") and not nameable(principal):
        raise ServiceError("InvalidParameterValueException", _NO_SUCH_PRINCIPAL)


def _bucket(bucket: str, policy: Policy) -> None:
    """S3 wants every resource in the bucket, and every action to have one that it applies to."""
    for statement in policy.statements:
        for resource in statement.resources or statement.not_resources:
            if not _in_bucket(resource, bucket):
                raise ServiceError("MalformedPolicy", f"Policy has invalid resource: {resource}")
        targets = {*_targets(statement, bucket)}
        for pattern in statement.actions:
            named = glob(pattern.lower())
            actions = [each for each in reference.service("s3").actions.values() if named(each.name.lower())]
            if not actions:
                raise ServiceError("MalformedPolicy", f"Policy has invalid action: {pattern}")
            if not any(kind.name in targets for each in actions for kind in each.resource_types):
                said = "Action does not apply to any resource(s) in statement"
                raise ServiceError("MalformedPolicy", f"{said}: {pattern}")


def _in_bucket(resource: str, bucket: str) -> bool:
    """Tell whether a pattern can stand for the bucket or for something in it."""
    own = f"arn:aws:s3:::{bucket}"
    return resource.startswith(f"{own}/") or bool(glob(resource)(own) or glob(resource)(f"{own}/key"))


def _targets(statement: Statement, bucket: str) -> Iterator[str]:
    own = f"arn:aws:s3:::{bucket}"
    for resource in statement.resources:
        if glob(resource)(own):
            yield "bucket"
        if "/" in resource or resource.endswith("*"):
            yield "object"
    if statement.not_resources:
        yield from ("bucket", "object")


def _lockout(call: Call, text: str, holder: Holder | None, context: Keys, authorizer: Authorizer) -> None:
    """Keep a key from becoming one that nobody can manage (KMS, PutKeyPolicy: BypassPolicyLockoutSafetyCheck)."""
    account = holder.caller.account if holder and holder.caller.account else ""
    named = call.parameters.get("KeyId")
    key = (
        authorizer.resources.resolve("kms", "key", named, account, call.region)
        if named
        else f"arn:aws:kms:{call.region}:{account}:key/new"
    )
    need = Authorization("kms:PutKeyPolicy", key)
    if not authorizer.decide(need, holder, context, resource_policy=text).allowed:
        raise ServiceError("MalformedPolicyDocumentException", _LOCKED_OUT)
