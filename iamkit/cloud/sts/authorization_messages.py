"""Encoded authorization messages: what a denial does not tell the caller, sealed for those who may decode it."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from random import Random
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.evaluation import Decision, Evaluation, Policies, StatementRef
from iamkit.policy import Policy, Statement
from iamkit.policy.variables import ContextValue
from iamkit.request import Request

_KEY_BYTES = 64
# The engine derives these under names in lower case; a person reads them as AWS writes them.
_WRITTEN = {
    key.lower(): key
    for key in (
        "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:PrincipalIsAWSService",
        "aws:PrincipalServiceName", "aws:ResourceAccount",
    )
}  # fmt: skip


class AuthorizationMessages:
    """Encodes and decodes with the key of one cloud: nobody else's messages are read here."""

    def __init__(self, random: Random) -> None:
        self._key = random.randbytes(_KEY_BYTES)

    def encode(self, evaluation: Evaluation, policies: Policies | None = None) -> str:
        """Seal the details of a decision; with the policies, matched statements are written out in full.

        Only callers of the account of the one who was denied can have it decoded.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        # AES-SIV needs no nonce, so that a seeded cloud says the same again and still never weakens its key.
        packed = zlib.compress(json.dumps(_details(evaluation, policies), separators=(",", ":")).encode(), 9)
        account = (evaluation.request.principal.account or "").encode()
        return base64.urlsafe_b64encode(AESSIV(self._key).encrypt(packed, [account])).decode().rstrip("=")

    def decode(self, message: str, account: str) -> str:
        """Open a message; InvalidAuthorizationMessageException where it is none, or another account's."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        try:
            sealed = base64.b64decode(message + "=" * (-len(message) % 4), altchars=b"-_", validate=True)
            return zlib.decompress(AESSIV(self._key).decrypt(sealed, [account.encode()])).decode()
        except (InvalidTag, ValueError, binascii.Error, zlib.error):
            raise ServiceError("InvalidAuthorizationMessageException", "Message is not valid") from None


def _details(evaluation: Evaluation, policies: Policies | None) -> dict[str, Any]:
    """Write a decision in the documented shape: every list is an object with `items`."""
    explicit = evaluation.decision is Decision.EXPLICIT_DENY
    effect = "Deny" if explicit else "Allow"
    matched = [ref for ref in evaluation.matched_statements if ref.effect == effect]
    request = evaluation.request
    return {
        "allowed": evaluation.allowed,
        "explicitDeny": explicit,
        "matchedStatements": _items(
            _statement(ref, request, policies) for ref in matched if explicit or evaluation.allowed
        ),
        "failures": _items(()),
        "context": {
            "principal": _principal(request),
            "action": request.action,
            "resource": request.resource.arn,
            "conditions": _items(_condition(key, value) for key, value in sorted(_keys(request).items())),
        },
    }


def _principal(request: Request) -> dict[str, str]:
    caller = request.principal
    who = request.value("aws:userid")
    return {"id": who if isinstance(who, str) else "", "name": caller.name, "arn": str(caller)}


def _keys(request: Request) -> dict[str, ContextValue]:
    """Collect the request's keys as they were written, with those that the engine derived."""
    written = {key.lower(): key for key in request.context}
    return {
        written.get(key, _WRITTEN.get(key, key)): value for key, value in request.folded_context.items() if value != ()
    }


def _statement(ref: StatementRef, request: Request, policies: Policies | None) -> dict[str, Any]:
    caller, found = request.principal, _find(ref, policies)
    return {
        "statementId": ref.sid or "",
        "effect": ref.effect.upper(),
        "principals": _values((caller.unique_id or str(caller),)),
        "principalGroups": _values((ref.group,) if ref.group else ()),
        "actions": _values(found.actions if found else ()),
        "resources": _values(found.resources if found else ()),
        "conditions": _items(_condition(each.key, each.values) for each in (found.conditions if found else ())),
    }


def _find(ref: StatementRef, policies: Policies | None) -> Statement | None:
    for policy in _all(policies):
        if policy.name == ref.policy and policy.type is ref.type and ref.index < len(policy.statements):
            return policy.statements[ref.index]
    return None


def _all(policies: Policies | None) -> Iterator[Policy]:
    if policies is None:
        return
    yield from policies.identity_based
    for group in policies.groups.values():
        yield from group
    yield from (policies.resource_based,) if policies.resource_based else ()
    yield from (*(policies.permissions_boundary or ()), *(policies.session or ()), *(policies.vpc_endpoint or ()))
    for level in (*(policies.service_control or ()), *(policies.resource_control or ())):
        yield from level.policies


def _condition(key: str, value: ContextValue) -> dict[str, Any]:
    return {"key": key, "values": _values((value,) if isinstance(value, str) else value)}


def _values(values: tuple[str, ...]) -> dict[str, Any]:
    return _items({"value": value} for value in values)


def _items(items: Any) -> dict[str, Any]:
    return {"items": list(items)}
