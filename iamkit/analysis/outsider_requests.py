"""Requests of outsiders: what one could ask for about a resource, tried until a statement grants it.

What ends up in a request is what somebody somewhere can bring about: some network, some time, some claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from iamkit import reference
from iamkit.analysis.candidates import contexts, entries_of, fitting
from iamkit.analysis.outsiders import Outsider, OutsiderKind
from iamkit.analysis.sharing import Shared, in_force
from iamkit.analysis.world import EVERYTHING, World
from iamkit.evaluation import Evaluation, Policies, allows, evaluate
from iamkit.evaluation.decision import Entry
from iamkit.evaluation.index import CompiledPolicies
from iamkit.policy import CallerKind, PolicyType, Statement
from iamkit.reference import UnknownService
from iamkit.request import Request, Resource

_ASSUMING = {
    "saml": "sts:AssumeRoleWithSAML",
    "oidc": "sts:AssumeRoleWithWebIdentity",
    "": "sts:AssumeRole",
}
# Amazon SQS Developer Guide, "Limitations of Amazon SQS custom policies": not for other accounts.
_FOR_THE_OWNER = frozenset(
    f"sqs:{name}"
    for name in (
        "AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue", "ListMessageMoveTasks", "ListQueues",
        "ListQueueTags", "RemovePermission", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
    )
)  # fmt: skip
_SOURCES = frozenset({"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner"})
_OF_CALLER = frozenset(
    {
        "aws:username",
        "aws:userid",
        "aws:viaawsservice",
        "aws:requestedregion",
        "aws:federatedprovider",
        "kms:calleraccount",
    }
)


def actions_for(shared: Shared, statement: Statement, outsider: Outsider) -> list[str]:
    """List the real actions that a statement covers and that such a caller can ask for."""
    if shared.is_role:
        names = [_ASSUMING[_protocol(outsider)]]
    else:
        try:
            service = reference.service(shared.service)
        except UnknownService:
            return []
        types = {name for name, each in service.resource_types.items() if each.fits(shared.arn)}
        if shared.service == "s3":
            types = {"bucket", "object"}
        about = {action.name: {each.name for each in action.resource_types} for action in service.actions.values()}
        names = sorted(name for name, taken in about.items() if taken & types)
    return [name for name in names if statement.action_element.cover(name.lower()) and name not in _FOR_THE_OWNER]


def _protocol(outsider: Outsider) -> str:
    if outsider.kind is not OutsiderKind.FEDERATED:
        return ""
    return "saml" if ":saml-provider/" in outsider.name else "oidc"


def granted(
    world: World,
    shared: Shared,
    statement: Statement,
    outsider: Outsider,
    action: str,
    free: Callable[[str], bool] | None = None,
) -> Evaluation | None:
    """Look for a request of an outsider that this statement grants; `free` tells which keys it may choose."""
    policies = _policies(world, shared, outsider)
    for resource in _resources(shared, statement, action):
        base = world.request(outsider.caller, action, resource, _context(outsider)).context
        known = Request(outsider.caller, action, Resource(resource, shared.account), base).folded_context
        plan = CompiledPolicies.of(policies).plan(action.lower())
        entries = _with(statement, entries_of(plan))
        may = _but(free or _can_be_brought_about, outsider.context)
        asked = {condition.key.lower() for entry in entries for condition in entry.statement.conditions}
        fixed = {key: value for key, value in base.items() if key.lower() not in asked or not may(key)}
        for chosen in contexts(entries, fixed, known, may):
            request = Request(outsider.caller, action, Resource(resource, shared.account), chosen)
            if allows(request, policies) and _grants(statement, request):
                return evaluate(request, policies)
    return None


def _policies(world: World, shared: Shared, outsider: Outsider) -> Policies:
    """Let the outsider's own account allow everything, which is up to that account (E15)."""
    own = outsider.caller.kind not in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.IDENTITY_PROVIDER)
    return in_force(world, shared, [EVERYTHING] if own else (), shared.policy)


def _resources(shared: Shared, statement: Statement, action: str) -> Sequence[str]:
    """List the ARNs to ask about: the resource itself, and what is in a bucket."""
    found = reference.action(action) if shared.service == "s3" else None
    if found is None or "object" not in {each.name for each in found.resource_types}:
        return (shared.arn,)
    like = f"{shared.arn}/iamkit"
    made = [fitting(pattern, like, {}) for pattern in statement.resources]
    return [arn for arn in dict.fromkeys([like, *filter(None, made)]) if arn.startswith(f"{shared.arn}/")]


def _context(outsider: Outsider) -> Mapping[str, Any]:
    """Say what follows from who asks: nobody but a service says for whom it does."""
    keys = dict(outsider.context)
    account = outsider.caller.account
    if account is not None:
        keys |= {"kms:CallerAccount": account, "aws:SourceOwner": account}
    return keys


def _with(statement: Statement, entries: Iterator[Entry]) -> list[Entry]:
    """Look at the statement itself and at whatever could take its grant back."""
    return [
        each
        for each in entries
        if each.statement is statement or not each.statement.allows or each.type is PolicyType.RESOURCE_CONTROL
    ]


def _can_be_brought_about(key: str) -> bool:
    """Tell which keys somebody somewhere can bring about: from some network, at some time, with some claims."""
    folded = key.lower()
    return not (folded.startswith("aws:principal") or folded in _SOURCES or folded in _OF_CALLER)


def _but(free: Callable[[str], bool], given: Mapping[str, Any]) -> Callable[[str], bool]:
    """Leave what an outsider says of itself as it is."""
    taken = {key.lower() for key in given}
    return lambda key: key.lower() not in taken and free(key)


def _grants(statement: Statement, request: Request) -> bool:
    context = request.folded_context
    covers = statement.covers_resource(request.resource.arn, context)
    return covers and statement.names(request.principal) > 0 and statement.conditions_hold(context)
