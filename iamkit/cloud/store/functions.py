"""Functions of AWS Lambda as moto keeps them: configuration, code, versions, aliases and reserved concurrency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iamkit.arn import Arn
from iamkit.cloud.calls import NotModelled
from iamkit.cloud.store.backends import accounts, backend
from iamkit.cloud.store.reading import read_arn

LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A version of a function, ready to run; `arn` has no qualifier, `code` is the deployment package.

    `timeout` is in seconds, `memory_size` in MB; `reserved` is None where no concurrency is reserved.
    """

    arn: str
    name: str
    version: str
    runtime: str
    handler: str
    role: str
    timeout: int
    memory_size: int
    variables: Mapping[str, str] = field(repr=False)
    code: bytes = field(repr=False)
    package_type: str = "Zip"
    has_layers: bool = False
    has_destinations: bool = False
    reserved: int | None = None


def deployed(arn: str) -> Deployed | None:
    """Find what a function's ARN means now, with a version or an alias at its end or without; None for nothing."""
    read = read_arn(arn)
    parts = read.resource.split(":") if read else []
    if read is None or len(parts) not in (2, 3) or parts[0] != "function" or read.account not in accounts():
        return None
    found = _found(read, parts[1], parts[2] if len(parts) == 3 else None)
    if found is None:
        return None
    latest = _found(read, parts[1], None) or found
    return Deployed(
        arn=f"arn:aws:lambda:{read.region}:{read.account}:function:{parts[1]}",
        name=str(found.function_name),
        version=str(found.version),
        runtime=found.run_time or "",
        handler=found.handler or "",
        role=found.role,
        timeout=int(found.timeout),
        memory_size=int(found.memory_size),
        variables=dict(found.environment_vars),
        code=getattr(found, "code_bytes", b""),
        package_type=found.package_type,
        has_layers=bool(found.layers),
        has_destinations=_has_destinations(latest),
        reserved=None if latest.reserved_concurrency is None else int(latest.reserved_concurrency),
    )


def stored_package(account: str, bucket: str, key: str) -> bytes | None:
    """Give an object of a bucket of an account, as CreateFunction would take it for code."""
    held = backend("s3", account).buckets.get(bucket)
    found = held.keys.get(key) if held is not None else None
    # A delete marker has no value.
    value = getattr(found, "value", None)
    return None if value is None else bytes(value)


class FunctionPolicy(NamedTuple):
    """The resource-based policy of a function, of all its versions and aliases; the revision changes with it."""

    statements: tuple[Mapping[str, Any], ...]
    revision: str


def function_policy(arn: str) -> FunctionPolicy:
    """Give the policy of a function, which must exist."""
    held = _policy(arn)
    return FunctionPolicy(tuple(held.statements), held.revision)


def add_statement(arn: str, statement: Mapping[str, Any]) -> None:
    """Add a statement to the policy of a function, which must exist."""
    from moto.moto_api._internal import mock_random

    held = _policy(arn)
    held.statements.append(dict(statement))
    held.revision = str(mock_random.uuid4())


def _policy(arn: str) -> Any:
    read = read_arn(arn)
    found = _found(read, read.resource.split(":")[1], None) if read else None
    if found is None:
        raise LookupError(f"there is no function {arn}")
    return found.policy


def _found(arn: Arn, name: str, qualifier: str | None) -> Any:
    from moto.awslambda.exceptions import UnknownAliasException, UnknownFunctionException

    functions = backend("lambda", arn.account, arn.region)
    try:
        found = functions.get_function(name, qualifier)
    except UnknownFunctionException:
        return None
    if qualifier is not None and qualifier != LATEST and not qualifier.isdecimal():
        try:
            weights = functions.get_alias(qualifier, name).routing_config
        except UnknownAliasException:
            return None
        if weights:
            raise NotModelled("an alias that shifts traffic between versions", "point the alias at one version")
    return found


def _has_destinations(function: Any) -> bool:
    """Tell whether something is to be told how asynchronous invocations end."""
    return any(
        config.config.get("DestinationConfig", {}).get(end, {}).get("Destination")
        for config in function.event_invoke_config
        for end in ("OnSuccess", "OnFailure")
    )
