"""AWS Lambda: functions by name, partial ARN or ARN, their versions and aliases, layers, execution roles.

Developer Guide: "Managing permissions in Lambda", "Resource types and conditions for Lambda actions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from iamkit.arn import is_account_id
from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of, tags_of, text_of
from iamkit.cloud.actions.rows import Row, Service, Where, on, table
from iamkit.cloud.calls import NotModelled
from iamkit.policy.variables import ContextValue

_SERVICE = "lambda.amazonaws.com"


class Function(NamedTuple):
    """A function as a call names it, with the version or the alias where it names one."""

    account: str
    name: str
    qualifier: str | None = None


def _read(ask: Ask, parameter: str = "FunctionName") -> Function:
    """Read `name`, `name:alias`, `ACCOUNT:function:name:alias` or an ARN; the qualifier may stand on its own, too."""
    text = ask.text(parameter, "/")
    account, rest = ask.account, text
    if text.startswith("arn:"):
        ask.given_arn(text, parameter, kind="function:")
        account, rest = text.split(":", 5)[4], text.split(":", 6)[6]
    elif is_account_id(text.partition(":")[0]) and text.count(":function:") == 1:
        account, _, rest = text.partition(":function:")
    name, colon, inner = rest.partition(":")
    given = ask.given("Qualifier")
    qualifier = None if given in (None, "") else ask.checked(given, "Qualifier", ":/")
    if not name or (colon and not inner) or ":" in inner or not is_account_id(account):
        raise ask.refuse(f"1 validation error detected: {parameter} {text} is no function.")
    if inner and qualifier and inner != qualifier:
        raise ask.refuse("The derived qualifier from the function name does not match the specified qualifier.")
    return Function(account, name, inner or qualifier)


def _arn(ask: Ask, function: Function, qualified: bool = True) -> str:
    end = f":{function.qualifier}" if qualified and function.qualifier else ""
    return ask.arn(f"function:{function.name}{end}", account=function.account)


def _function(ask: Ask) -> str:
    """Give the ARN of the function, with the version or the alias that the call names."""
    return _arn(ask, _read(ask))


def _qualified(ask: Ask) -> str:
    """Give the ARN of a version or an alias, which the call must name."""
    function = _read(ask)
    if function.qualifier is None:
        raise ask.refuse("1 validation error detected: the request must contain the parameter Qualifier.")
    return _arn(ask, function)


def _unqualified(ask: Ask) -> str:
    return _arn(ask, _read(ask), qualified=False)


def _function_arn(ask: Ask) -> ContextValue | None:
    return _function(ask) if ask.given("FunctionName") is not None else None


def _new_arn(ask: Ask) -> str:
    return ask.arn(f"function:{ask.text('FunctionName', ':/')}")


def _layers(ask: Ask) -> Iterator[Authorization]:
    """A layer's version must be readable for who puts it into a function ("Granting layer access")."""
    for each in ask.items("Layers"):
        arn = ask.given_arn(ask.checked(each, "Layers"), "Layers", kind="layer:")
        if arn.count(":") != 7:
            raise ask.refuse(f"1 validation error detected: {arn} is no version of a layer.")
        yield ask.need("lambda:GetLayerVersion", arn)


def _package(ask: Ask, code: Mapping[str, Any]) -> Iterator[Authorization]:
    """Lambda reads a deployment package with the caller's own permissions (API reference, CreateFunction: Code)."""
    if code.get("S3Bucket") is None:
        return
    if code.get("S3ObjectVersion"):
        raise NotModelled("the version of a deployment package (`S3ObjectVersion`)", "leave the parameter out")
    bucket, key = ask.checked(code["S3Bucket"], "S3Bucket", ":/*?"), ask.checked(code.get("S3Key"), "S3Key")
    yield ask.need("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")


def _update_code(ask: Ask) -> Iterator[Authorization]:
    """UpdateFunctionCode has the members of a package among its own."""
    yield ask.need("lambda:UpdateFunctionCode", _function(ask))
    yield from _package(ask, ask.call.parameters)


def _create(ask: Ask) -> Iterator[Authorization]:
    """CreateFunction hands the execution role to Lambda; tags need an action of their own.

    Its tags are the function's already when the policy is asked ("Secure your functions by tag").
    """
    arn = _new_arn(ask)
    tags: dict[str, ContextValue] = {f"aws:ResourceTag/{tag}": value for tag, value in tags_of(ask).items()}
    yield ask.need("lambda:CreateFunction", arn, tags)
    yield ask.pass_role(ask.text("Role"), _SERVICE)
    if tags:
        yield ask.need("lambda:TagResource", arn, tags)
    yield from _package(ask, ask.structure("Code"))
    yield from _layers(ask)


def _configure(ask: Ask) -> Iterator[Authorization]:
    """UpdateFunctionConfiguration may change the execution role."""
    yield ask.need("lambda:UpdateFunctionConfiguration", _function(ask))
    if ask.optional("Role"):
        yield ask.pass_role(ask.text("Role"), _SERVICE)
    yield from _layers(ask)


def _layer(ask: Ask) -> str:
    text = ask.text("LayerName", "/")
    if text.startswith("arn:"):
        arn = ask.given_arn(text, "LayerName", kind="layer:")
        if arn.count(":") != 6:
            raise ask.refuse(f"1 validation error detected: {arn} is no layer.")
        return arn
    return ask.arn(f"layer:{ask.text('LayerName', ':/')}")


def _layer_version(ask: Ask) -> str:
    number = ask.given("VersionNumber")
    if not isinstance(number, int) or isinstance(number, bool):
        raise ask.refuse("1 validation error detected: VersionNumber must be a number.")
    return f"{_layer(ask)}:{number}"


def _given(parameter: str, kind: str) -> Where:
    """Take an ARN of one kind as it is."""
    return lambda ask: ask.given_arn(ask.text(parameter), parameter, kind=kind)


def _tagged_resource(ask: Ask) -> str:
    arn = ask.given_arn(ask.text("Resource"), "Resource")
    kind = arn.split(":", 6)[5]
    if kind not in ("function", "event-source-mapping", "code-signing-config") or arn.count(":") != 6 or "/" in arn:
        raise ask.refuse(f"1 validation error detected: {arn} is no resource with tags.")
    return arn


def _mapping(ask: Ask) -> str:
    return ask.arn(f"event-source-mapping:{ask.text('UUID', ':/')}")


def _update_mapping(ask: Ask) -> Iterator[Authorization]:
    """UpdateEventSourceMapping may give the events to another function: both must be allowed."""
    arn, new = _mapping(ask), _function_arn(ask)
    held = ask.resources.keys(arn).get("lambda:FunctionArn")
    for each in dict.fromkeys((held or new, new or held)):
        yield ask.need("lambda:UpdateEventSourceMapping", arn, {} if each is None else {"lambda:FunctionArn": each})


def _vpcs(ask: Ask) -> ContextValue | None:
    """Tell the VPCs of the subnets that a call names ("Using IAM condition keys for VPC settings")."""
    subnets = text_of(ask.structure("VpcConfig").get("SubnetIds")) or ()
    arns = (ask.arn(f"subnet/{each}", service="ec2") for each in subnets)
    return tuple(dict.fromkeys(filter(None, map(ask.vpc, arns)))) or None


def _on_each(names: str, *where: Where) -> dict[str, Row]:
    return {name: on(f"lambda:{name}", *where) for name in names.split()}


ROWS = table(
    Invoke=on("lambda:InvokeFunction", _function),
    InvokeWithResponseStream=on("lambda:InvokeFunction", _function),
    CreateFunction=_create,
    UpdateFunctionCode=_update_code,
    UpdateFunctionConfiguration=_configure,
    UpdateEventSourceMapping=_update_mapping,
    GetLayerVersionByArn=on("lambda:GetLayerVersion", _given("Arn", "layer:")),
    # An alias belongs to its function; nothing here is asked of the alias itself.
    **_on_each("CreateAlias DeleteAlias GetAlias UpdateAlias PublishVersion ListVersionsByFunction", _unqualified),
    **_on_each(
        "DeleteProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig", _qualified
    ),
    **_on_each("ListTags TagResource UntagResource", _tagged_resource),
    PutFunctionCodeSigningConfig=lambda ask: [
        ask.need("lambda:PutFunctionCodeSigningConfig", arn)
        for arn in (_function(ask), _given("CodeSigningConfigArn", "code-signing-config:")(ask))
    ],
)

# Capacity providers, durable executions, scaling; resource policies as documents.
NOT_MODELLED = frozenset(
    {
        "CheckpointDurableExecution", "CreateCapacityProvider", "DeleteCapacityProvider", "DeleteDurableExecution",
        "DeleteResourcePolicy", "GetCapacityProvider", "GetDurableExecution", "GetDurableExecutionHistory",
        "GetDurableExecutionState", "GetResourcePolicy", "ListDurableExecutionsByFunction",
        "ListFunctionVersionsByCapacityProvider", "PauseDurableExecution", "PutResourcePolicy",
        "ResumeDurableExecution", "SendDurableExecutionCallbackFailure", "SendDurableExecutionCallbackHeartbeat",
        "SendDurableExecutionCallbackSuccess", "StopDurableExecution", "UpdateCapacityProvider",
    }
)  # fmt: skip


LAMBDA = Service(
    "lambda",
    "lambda",
    {
        "function": _function,
        "layer": _layer,
        "layerVersion": _layer_version,
        "eventSourceMapping": _mapping,
        "code signing config": _given("CodeSigningConfigArn", "code-signing-config:"),
    },
    ROWS,
    keys_of(
        {
            "lambda:CodeSigningConfigArn": "CodeSigningConfigArn",
            "lambda:FunctionArn": _function_arn,
            "lambda:FunctionUrlAuthType": lambda ask: text_of(
                ask.given("AuthType") or ask.given("FunctionUrlAuthType")
            ),
            "lambda:Layer": lambda ask: text_of(ask.given("Layers")) or None,
            "lambda:Principal": "Principal",
            "lambda:SecurityGroupIds": lambda ask: text_of(ask.structure("VpcConfig").get("SecurityGroupIds")) or None,
            "lambda:SubnetIds": lambda ask: text_of(ask.structure("VpcConfig").get("SubnetIds")) or None,
            "lambda:VpcIds": _vpcs,
        }
    ),
    NOT_MODELLED,
    "InvalidParameterValueException",
)
