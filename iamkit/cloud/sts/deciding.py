"""Ask the engine whether a session may be made: one request for each action that it needs (E13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.cloud.sts.parts import Asked, Parts
from iamkit.evaluation import Evaluation, evaluate
from iamkit.policy import Caller
from iamkit.policy.variables import ContextValue
from iamkit.request import Request, Resource

Denial = Callable[[Evaluation], ServiceError]


def denied(evaluation: Evaluation) -> ServiceError:
    """Say a denial in AWS's words (E19, E20)."""
    return ServiceError("AccessDenied", evaluation.message, 403)


def require(
    parts: Parts,
    asked: Asked,
    caller: Caller,
    action: str,
    resource: Resource,
    keys: Mapping[str, ContextValue] | None = None,
    denial: Denial = denied,
) -> None:
    """Decide one action under all policies in force; raise what `denial` makes of it unless it is allowed.

    A caller who is not the signer of the request, an identity provider or a service, has no policies of its own.
    """
    holder: Holder | None = asked.holder if asked.holder and asked.holder.caller is caller else None
    organization = parts.organization_keys(caller, resource.account)
    request = Request(caller, action, resource, _merged(asked.context, organization, keys or {}))
    evaluation = evaluate(request, parts.policies_in_force(holder, action, resource.arn, resource.account))
    asked.record(evaluation)
    if not evaluation.allowed:
        raise denial(evaluation)


def _merged(*contexts: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """Put keys together, whatever their case; the last one to name a key is right."""
    merged: dict[str, tuple[str, ContextValue]] = {}
    for context in contexts:
        merged.update({key.lower(): (key, value) for key, value in context.items()})
    return dict(merged.values())
