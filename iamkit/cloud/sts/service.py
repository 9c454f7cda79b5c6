"""The security token service: every operation decides for itself, with the engine, and then acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from iamkit.cloud.calls import Call, NotModelled
from iamkit.cloud.sessions import Holder, Session
from iamkit.cloud.sts.asking import decode_authorization_message, get_access_key_info, get_caller_identity
from iamkit.cloud.sts.assertions import assume_role_with_saml
from iamkit.cloud.sts.assuming import assume_as_service, assume_role
from iamkit.cloud.sts.authorization_messages import AuthorizationMessages
from iamkit.cloud.sts.limits import refused_for
from iamkit.cloud.sts.mfa import OneTimeCodes
from iamkit.cloud.sts.own_tokens import get_federation_token, get_session_token
from iamkit.cloud.sts.parts import Answer, Asked, Parts
from iamkit.cloud.sts.providers import Directory, Federation, OrganizationKeys, PoliciesInForce
from iamkit.cloud.sts.sessions import Sessions
from iamkit.cloud.sts.validating import check_parameters
from iamkit.cloud.sts.web_identities import assume_role_with_web_identity
from iamkit.evaluation import Evaluation, Policies
from iamkit.policy.variables import ContextValue

_OPERATIONS: dict[str, Callable[[Parts, Asked], Answer]] = {
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "AssumeRoleWithSAML": assume_role_with_saml,
    "GetSessionToken": get_session_token,
    "GetFederationToken": get_federation_token,
    "GetCallerIdentity": get_caller_identity,
    "GetAccessKeyInfo": get_access_key_info,
    "DecodeAuthorizationMessage": decode_authorization_message,
}
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


class Sts:
    """Answer the operations of STS (E21–E26).

    `policies_in_force` gives every policy with a say on an action and a resource, a role's trust policy as the
    resource-based one; `organization_keys` the condition keys of the caller's and the resource's organization.
    """

    def __init__(
        self,
        directory: Directory,
        sessions: Sessions,
        federation: Federation,
        clock: Callable[[], datetime],
        random: Random,
        *,
        policies_in_force: PoliciesInForce,
        organization_keys: OrganizationKeys | None = None,
    ) -> None:
        self._clock = clock
        self._parts = Parts(
            directory,
            sessions,
            federation,
            policies_in_force,
            organization_keys or _no_organization,
            OneTimeCodes(directory),
            AuthorizationMessages(random),
        )

    def handle(
        self,
        call: Call,
        caller: Holder | None,
        context: Mapping[str, ContextValue],
        record: Callable[[Evaluation], None] | None = None,
    ) -> Answer:
        """Decide and answer a call as boto3 would give it; raises ServiceError.

        `record` gets every evaluation on the way, the last one denied if one was.
        """
        operation = _OPERATIONS.get(call.operation)
        if operation is None:
            raise NotModelled(f"the operation `{call.operation}` of sts", "the README lists what is modelled")
        if call.operation in _UNSIGNED:
            caller, context = None, _of_nobody(caller, context)
        refusal = refused_for(caller.session if caller else None, "sts", call.operation)
        if refusal is not None:
            raise refusal
        check_parameters(call.operation, call.parameters)
        asked = Asked(call.operation, call.parameters, caller, context, self._clock(), record or _unrecorded)
        return operation(self._parts, asked)

    def assume_as_service(
        self,
        service: str,
        role_arn: str,
        session_name: str,
        context: Mapping[str, ContextValue] | None = None,
        record: Callable[[Evaluation], None] | None = None,
        *,
        session_keys: Mapping[str, ContextValue] | None = None,
        tags: Mapping[str, str] | None = None,
        seconds: int | None = None,
    ) -> Session:
        """Make the role session of an AWS service, `lambda.amazonaws.com`, which the trust policy must allow (E26).

        The context has aws:SourceArn and aws:SourceAccount, where the service acts for a resource; `session_keys` are
        those that every request of the session has, as ec2:RoleDelivery. The tags are transitive. `seconds` may exceed
        the role's maximum, as with services of AWS.
        """
        parameters: dict[str, Any] = {"RoleArn": role_arn, "RoleSessionName": session_name}
        if tags:
            parameters["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
            parameters["TransitiveTagKeys"] = list(tags)
        check_parameters("AssumeRole", parameters)
        asked = Asked("AssumeRole", parameters, None, context or {}, self._clock(), record or _unrecorded)
        return assume_as_service(self._parts, asked, service, session_keys or {}, seconds)

    def assume_for(self, caller: Holder, role_arn: str, session_name: str) -> Session:
        """Make a role session for somebody in AWS, as AssumeRole would; raises ServiceError."""
        asked = Asked(
            "AssumeRole",
            {"RoleArn": role_arn, "RoleSessionName": session_name},
            caller,
            {},
            self._clock(),
            _unrecorded,
        )
        given = assume_role(self._parts, asked)["Credentials"]["AccessKeyId"]
        held = self._parts.sessions.holder(given)
        assert held is not None
        assert held.session is not None
        return held.session

    def encode_authorization_message(self, evaluation: Evaluation, policies: Policies | None = None) -> str:
        """Seal the details of a denial for DecodeAuthorizationMessage."""
        return self._parts.messages.encode(evaluation, policies)


def _of_nobody(signer: Holder | None, context: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """Drop the keys of whoever signed a request that needs no signature."""
    own = {key.lower() for key in signer.session.context} if signer and signer.session else set()
    own.add("aws:multifactorauthage")
    return {
        key: value
        for key, value in context.items()
        if key.lower() not in own and not key.lower().startswith("aws:principal")
    }


def _no_organization(*_: object) -> dict[str, ContextValue]:
    return {}


def _unrecorded(_: Evaluation) -> None:
    pass
