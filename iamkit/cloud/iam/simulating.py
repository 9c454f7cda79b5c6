"""SimulateCustomPolicy and SimulatePrincipalPolicy, decided by the engine (IAM API Reference, botocore 1.44's model).

One result an action; where resources are named, it is the most restrictive of theirs, which stand below it. Condition
keys have the values that the call gives and those that follow from its caller (E4); what else a policy asks for is
named as missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam import scenario_inputs as inputs
from iamkit.cloud.iam.context_entries import read_context
from iamkit.cloud.iam.exclusions import Exclusions
from iamkit.cloud.iam.parts import Given, account_of, invalid_input, no_such_entity, paged
from iamkit.cloud.iam.scenario import Scenario
from iamkit.cloud.iam.scenario_inputs import Reading
from iamkit.cloud.iam.scenario_results import result
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store import Directory, Organization
from iamkit.cloud.store.entities import AttachedPolicy, Entity, entity
from iamkit.policy import Caller, CallerKind, Policy, PolicyType

# Without a caller policies stand on a user of whom nothing is known.
_SOMEBODY = "arn:aws:iam::{account}:user/simulated"


@dataclass(slots=True)
class Simulator:
    """The two operations."""

    directory: Directory
    organization: Organization | None

    def custom(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """SimulateCustomPolicy: only what the call brings along has a say."""
        given, reading = call.parameters, Reading()
        caller_arn = given.get("CallerArn")
        if given.get("ResourcePolicy") is not None and caller_arn is None:
            raise invalid_input("CallerArn is required if a ResourcePolicy is given.")
        caller = inputs.caller(str(caller_arn)) if caller_arn is not None else None
        account = str(caller_arn).split(":")[4] if caller_arn is not None else account_of(holder)
        identity = reading.every(given.get("PolicyInputList") or (), "PolicyInputList")
        boundary = reading.boundary(given.get("PermissionsBoundaryPolicyInputList") or ())
        levels = reading.levels(given.get("OrderedOrganizationPolicyInputList") or ())
        return _answer(given, reading, caller, account, identity, boundary, levels, None)

    def principal(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """SimulatePrincipalPolicy: the policies of a user with its groups, of a group or of a role, as they are now."""
        given, reading, arn = call.parameters, Reading(), str(call.parameters.get("PolicySourceArn", ""))
        source = entity(arn)
        if source is None:
            raise _missing(arn)
        caller_arn = str(given.get("CallerArn") or arn)
        if given.get("ResourcePolicy") is not None and ":group/" in caller_arn:
            raise invalid_input("CallerArn is required if a ResourcePolicy is given.")
        caller, account = self._known(inputs.caller(caller_arn)), caller_arn.split(":")[4]
        without = Exclusions(given.get("PolicyExclusionList") or ())
        identity = [_attached(reading, each) for each in source.policies if not without.leave_out(each)]
        identity += reading.every(given.get("PolicyInputList") or (), "PolicyInputList")
        boundary = _boundary(reading, source, without, given)
        levels = None
        if self.organization is not None and not without.service_control:
            levels = self.organization.levels(account, "service_control")
        management = self.organization.management_account if self.organization is not None else None
        return _answer(given, reading, caller, account, identity, boundary, levels, management)

    def _known(self, caller: Caller | None) -> Caller | None:
        """Add to a caller what IAM knows of it."""
        if caller is None:
            return None
        if caller.kind is CallerKind.ROLE_SESSION:
            role = self.directory.role(caller.arn)
            return caller.known_as(tags=role.tags) if role else caller
        user = self.directory.user(caller.arn)
        return caller.known_as(tags=user.tags, unique_id=user.unique_id) if user else caller


def _answer(
    given: Mapping[str, Any],
    reading: Reading,
    caller: Caller | None,
    account: str,
    identity: list[Policy],
    boundary: Policy | None,
    levels: Mapping[str, list[Policy]] | None,
    management_account: str | None,
) -> Given:
    """Decide every action on every resource."""
    actions, resources = inputs.actions(given), inputs.resources(given)
    resource_policy, text = None, given.get("ResourcePolicy")
    if text is not None:
        if caller is not None and caller.kind is CallerKind.ROLE_SESSION:
            raise invalid_input("Simulation of resource-based policies is not supported for IAM roles.")
        resource_policy = reading.resource_policy(str(text), resources)
    scenario = Scenario(
        caller=caller or Caller.parse(_SOMEBODY.format(account=account)),
        is_known=caller is not None,
        owner=inputs.owner(given.get("ResourceOwner")) or account,
        context=read_context(given.get("ContextEntries") or ()),
        identity_based=tuple(identity),
        boundary=boundary,
        resource_based=resource_policy,
        service_control=levels,
        management_account=management_account,
        sources=reading.sources,
    )
    page, marker = paged(actions, given)
    results = [result(scenario, action, resources) for action in page]
    answer = {"EvaluationResults": results, "IsTruncated": marker is not None}
    return answer if marker is None else {**answer, "Marker": marker}


def _missing(arn: str) -> ServiceError:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    return no_such_entity(f"The {kind} with name {name.rpartition('/')[2]} cannot be found.")


def _unreadable(message: str) -> ServiceError:
    return ServiceError("PolicyEvaluation", message, 500)


def _attached(reading: Reading, each: AttachedPolicy, type: PolicyType = PolicyType.IDENTITY_BASED) -> Policy:
    """Read an attached policy under the name that IAM's simulator gives it."""
    id = each.name if each.arn else f"{each.owner_kind}_{each.owner}_{each.name}"
    return reading.policy(each.text, id, each.kind, type, _unreadable)


def _boundary(reading: Reading, source: Entity, without: Exclusions, given: Mapping[str, Any]) -> Policy | None:
    """Take the simulated boundary in place of the attached one."""
    simulated = reading.boundary(given.get("PermissionsBoundaryPolicyInputList") or ())
    if simulated is not None or source.boundary is None or without.boundary(source.boundary):
        return simulated
    return _attached(reading, source.boundary, PolicyType.PERMISSIONS_BOUNDARY)
