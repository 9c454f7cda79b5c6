"""Cases as JSON: a request and its policies in, a decision out (the format of `iamkit evaluate`).

Context keys are taken as given and nothing is derived, unless a case says `"derive": true`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from iamkit.evaluation.decision import StatementRef
from iamkit.evaluation.evaluate import evaluate
from iamkit.evaluation.evaluation import Evaluation
from iamkit.evaluation.policies import Policies
from iamkit.policy.callers import Caller, UnknownPrincipal
from iamkit.policy.document import InvalidPolicy, Policy
from iamkit.policy.grammar import PolicyType
from iamkit.policy.source import read_json
from iamkit.request import InvalidRequest, Request, Resource

_POLICY_FIELDS = {
    "identityPolicies": PolicyType.IDENTITY_BASED,
    "resourcePolicy": PolicyType.RESOURCE_BASED,
    "permissionBoundaries": PolicyType.PERMISSIONS_BOUNDARY,
    "sessionPolicy": PolicyType.SESSION,
    "serviceControlPolicies": PolicyType.SERVICE_CONTROL,
    "resourceControlPolicies": PolicyType.RESOURCE_CONTROL,
    "endpointPolicies": PolicyType.VPC_ENDPOINT,
    "groups": PolicyType.IDENTITY_BASED,
}
_FIELDS = {"name", "request", "managementAccount", "derive", *_POLICY_FIELDS}
_REQUEST_FIELDS = {"principal", "action", "resource", "context"}
_CALLER_FACTS = {
    "roleArn": "role_arn",
    "userArn": "user_arn",
    "uniqueId": "unique_id",
    "canonicalUserId": "canonical_user_id",
    "tags": "tags",
}


class InvalidCase(ValueError):
    """The case does not say what to decide."""


def evaluate_line(line: str) -> dict[str, Any]:
    """Decide one line of JSON; a line that cannot be decided gives `{"name", "error"}`."""
    source = read_json(line.rstrip("\r\n"))
    if source.problems:
        name = source.value.get("name") if isinstance(source.value, dict) else None
        return {"name": name, "error": "\n".join(map(str, source.problems))}
    return evaluate_case(source.value)


def evaluate_case(case: Any) -> dict[str, Any]:
    """Decide one case and return the result as JSON values."""
    name = case.get("name") if isinstance(case, Mapping) else None
    try:
        request, policies = read_case(case)
    except (InvalidCase, InvalidRequest, UnknownPrincipal) as error:
        return {"name": name, "error": str(error)}
    except InvalidPolicy as error:
        return {"name": name, "error": f"{error.name}: {error}"}
    return {"name": name, **result_of(evaluate(request, policies))}


def result_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as the JSON values of a result line."""
    return {
        "decision": evaluation.decision.value,
        "gate": evaluation.gate.value,
        "matched_statements": [_statement(ref) for ref in evaluation.matched_statements],
        "missing_context_keys": list(evaluation.missing_context_keys),
        "message": evaluation.message,
    }


def read_case(case: Any) -> tuple[Request, Policies]:
    """Read a case; raise `InvalidCase`, `InvalidRequest`, `UnknownPrincipal` or `InvalidPolicy`."""
    if not isinstance(case, Mapping):
        raise InvalidCase("a case is an object with `request` and policies")
    _known(case, _FIELDS, "a case")
    request = _read_request(case)
    trust = request.folded_action.startswith("sts:") and ":role/" in request.resource.arn
    return request, _read_policies(case, PolicyType.TRUST if trust else PolicyType.RESOURCE_BASED)


def _known(value: Mapping[str, Any], fields: set[str], what: str) -> None:
    unknown = sorted(set(value) - fields)
    if unknown:
        raise InvalidCase(f"`{unknown[0]}` is no field of {what}\n  help: it has {', '.join(sorted(fields))}")


def _read_request(case: Mapping[str, Any]) -> Request:
    request = case.get("request")
    if not isinstance(request, Mapping):
        raise InvalidCase("the case has no `request` object")
    _known(request, _REQUEST_FIELDS, "a request")
    context = request.get("context") or {}
    if not isinstance(context, Mapping):
        raise InvalidCase("`request.context` is an object: condition key, then value")
    derive = case.get("derive", False)
    if not isinstance(derive, bool):
        raise InvalidCase("`derive` is true or false")
    caller = _read_caller(request.get("principal"), context)
    return Request(caller, request.get("action", ""), _read_resource(request.get("resource")), context, derive=derive)


def _read_caller(principal: Any, context: Mapping[str, Any]) -> Caller:
    facts: dict[str, Any] = {}
    if isinstance(principal, Mapping):
        if principal.get("type") == "Anonymous":
            return Caller.parse("anonymous")
        _known(principal, {"arn", *_CALLER_FACTS}, "a principal")
        facts = {_CALLER_FACTS[key]: value for key, value in principal.items() if key != "arn"}
        if not isinstance(facts.get("tags", {}), Mapping):
            raise InvalidCase("`request.principal.tags` is an object")
        principal = principal.get("arn")
    if not isinstance(principal, str):
        raise InvalidCase('`request.principal` is a string, or {"type": "Anonymous"}')
    caller = Caller.parse(principal)
    named = next((value for key, value in context.items() if key.lower() == "aws:principalarn"), None)
    if caller.role_name and caller.role_arn is None and isinstance(named, str) and _is_role_of(named, caller):
        facts.setdefault("role_arn", named)  # the one place of this format that tells a role's path
    return caller.known_as(**facts) if facts else caller


def _is_role_of(arn: str, caller: Caller) -> bool:
    parts = arn.split(":", 5)
    role = parts[5].split("/") if len(parts) == 6 else [""]
    return role[0] == "role" and parts[4] == caller.account and role[-1] == caller.role_name


def _read_resource(resource: Any) -> Resource:
    if resource is None:
        return Resource("*")
    if isinstance(resource, str):
        return Resource(resource)
    if not isinstance(resource, Mapping):
        raise InvalidCase("`request.resource` is an object with `resource` and `accountId`")
    _known(resource, {"resource", "accountId"}, "a resource")
    arn, account = resource.get("resource", "*"), resource.get("accountId")
    if not isinstance(arn, str) or not isinstance(account, str | None):
        raise InvalidCase("`request.resource.resource` and `.accountId` are strings")
    return Resource(arn, account)


def _read_policies(case: Mapping[str, Any], resource_type: PolicyType) -> Policies:
    resource = case.get("resourcePolicy")
    session = case.get("sessionPolicy")
    groups = case.get("groups") or {}
    if not isinstance(groups, Mapping):
        raise InvalidCase("`groups` is an object: group, then policies")
    return Policies(
        _policies(case.get("identityPolicies"), "identityPolicies") or (),
        None if resource is None else _policy(resource, "resourcePolicy", resource_type),
        _policies(case.get("permissionBoundaries"), "permissionBoundaries") or None,
        None if session is None else _policy(session, "sessionPolicy", PolicyType.SESSION),
        _levels(case, "serviceControlPolicies"),
        _levels(case, "resourceControlPolicies"),
        _policies(case.get("endpointPolicies"), "endpointPolicies") or None,
        groups={name: _policies(value, "groups", f"groups.{name}") or () for name, value in groups.items()},
        management_account=case.get("managementAccount"),
    )


def _policies(value: Any, field: str, where: str = "") -> list[Policy] | None:
    if value is None:
        return None
    where = where or field
    if not isinstance(value, list):
        raise InvalidCase(f"`{where}` is an array of policies")
    return [_policy(item, f"{where}[{index}]", _POLICY_FIELDS[field]) for index, item in enumerate(value)]


def _policy(value: Any, where: str, type: PolicyType) -> Policy:
    if isinstance(value, Mapping) and "policy" in value:
        _known(value, {"name", "policy"}, f"`{where}`")
        return Policy.parse(value["policy"], name=str(value.get("name", where)), type=type)
    return Policy.parse(value, name=where, type=type)


def _levels(case: Mapping[str, Any], field: str) -> dict[str, list[Policy]] | None:
    levels = case.get(field)
    if levels is None:
        return None
    if not isinstance(levels, list):
        raise InvalidCase(f"`{field}` is an array of organization levels")
    found: dict[str, list[Policy]] = {}
    for index, level in enumerate(levels):
        where = f"{field}[{index}]"
        if not isinstance(level, Mapping):
            raise InvalidCase(f"`{where}` is an object with `orgIdentifier` and `policies`")
        _known(level, {"orgIdentifier", "policies"}, f"`{where}`")
        name = str(level.get("orgIdentifier", where))
        policies = _policies(level.get("policies"), field, f"{where}.policies")
        if policies is None:
            raise InvalidCase(f"`{where}` has no `policies`")
        found[name if name not in found else where] = policies
    return found


def _statement(ref: StatementRef) -> dict[str, Any]:
    place = {"policy": ref.policy, "type": ref.type.value, "index": ref.index, "sid": ref.sid, "effect": ref.effect}
    return {**place, "group": ref.group} if ref.group else place


def as_line(result: Mapping[str, Any]) -> str:
    """Write a result as one line of JSON."""
    return json.dumps(result, ensure_ascii=False)
