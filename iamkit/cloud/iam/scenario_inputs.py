"""What a simulation is given: its parameters, read and checked before anything is decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from iamkit.arn import is_account_id
from iamkit.cloud.iam.documents import sentence
from iamkit.cloud.iam.parts import invalid_input
from iamkit.cloud.iam.scenario import Source
from iamkit.policy import Caller, InvalidPolicy, Policy, PolicyType, UnknownPrincipal

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9-]+", re.ASCII)
_CALLER = re.compile(r"arn:[a-z-]+:iam::\d{12}:(user|group|role)/.+", re.DOTALL)
_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_MOST_LEVELS = 7
# The resources that a simulation of RunInstances must name, by scenario (API reference, ResourceHandlingOption).
_VPC = ("instance", "image", "security-group", "network-interface")
_SCENARIOS = {
    "EC2-VPC-InstanceStore": _VPC,
    "EC2-VPC-InstanceStore-Subnet": (*_VPC, "subnet"),
    "EC2-VPC-EBS": (*_VPC, "volume"),
    "EC2-VPC-EBS-Subnet": (*_VPC, "subnet", "volume"),
}


class Reading:
    """Reads policies under names that are unique in a simulation, and keeps where each came from."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}

    def policy(
        self,
        text: str,
        id: str,
        kind: str,
        type: PolicyType = PolicyType.IDENTITY_BASED,
        refuse: Callable[[str], Exception] = invalid_input,
    ) -> Policy:
        """Read one policy; raises what `refuse` makes of a problem."""
        name = f"{id} ({len(self.sources)})"
        try:
            policy = Policy.parse(text, name=name, type=type)
        except InvalidPolicy as error:
            raise refuse(f"{id}: {sentence(error)}") from None
        self.sources[name] = Source(id, kind, text)
        return policy

    def every(self, texts: Sequence[str], parameter: str, type: PolicyType = PolicyType.IDENTITY_BASED) -> list[Policy]:
        """Read the policies of a parameter; they are numbered from 1."""
        return [self.policy(text, f"{parameter}.{number}", "none", type) for number, text in enumerate(texts, 1)]

    def boundary(self, texts: Sequence[str]) -> Policy | None:
        """Read a simulated permissions boundary, of which there is at most one."""
        if len(texts) > 1:
            raise invalid_input("PermissionsBoundaryPolicyInputList can have only one policy.")
        read = self.every(texts, "PermissionsBoundaryPolicyInputList", PolicyType.PERMISSIONS_BOUNDARY)
        return read[0] if read else None

    def levels(self, given: Sequence[Mapping[str, Any]]) -> dict[str, list[Policy]] | None:
        """Read simulated service control policies, from the organization's root to the account."""
        if not given:
            return None
        if len(given) > _MOST_LEVELS:
            raise invalid_input(f"OrderedOrganizationPolicyInputList can have at most {_MOST_LEVELS} levels.")
        return {
            f"level {number}": self.every(
                level.get("ServiceControlPolicyInputList") or (),
                f"OrderedOrganizationPolicyInputList.{number}",
                PolicyType.SERVICE_CONTROL,
            )
            for number, level in enumerate(given, 1)
        }

    def resource_policy(self, text: str, resources: Sequence[str]) -> Policy:
        """Read a simulated resource-based policy, or a trust policy; it must speak of every resource."""
        read = self.policy(text, "ResourcePolicy", "resource", _kind_of(text))
        for arn in resources:
            if not any(statement.covers_resource(arn, {}) for statement in read.statements):
                raise invalid_input(f"The resource policy is not applicable to the resource {arn}.")
        return read


def _kind_of(text: str) -> PolicyType:
    """A trust policy has no resource element (P4)."""
    try:
        statements = Policy.parse(text).statements
    except InvalidPolicy:
        return PolicyType.RESOURCE_BASED
    without = bool(statements) and all(statement.resource_element is None for statement in statements)
    return PolicyType.TRUST if without else PolicyType.RESOURCE_BASED


def actions(parameters: Mapping[str, Any]) -> list[str]:
    """Read ActionNames."""
    names = [str(name) for name in parameters.get("ActionNames") or ()]
    if not names:
        raise invalid_input("ActionNames must name at least one action.")
    for name in names:
        if not 3 <= len(name) <= 128 or not _ACTION.fullmatch(name):
            raise invalid_input(f"Invalid action: {name}. An action is named in full, without wildcards.")
    return names


def resources(parameters: Mapping[str, Any]) -> list[str]:
    """Read ResourceArns, which are `*` if none are given, and ResourceHandlingOption."""
    arns = [str(arn) for arn in parameters.get("ResourceArns") or ("*",)]
    for arn in arns:
        if arn != "*" and not (len(arn) <= 2048 and _ARN.fullmatch(arn)):
            raise invalid_input(f"Invalid resource ARN: {arn}")
    option = parameters.get("ResourceHandlingOption")
    if option is not None:
        missing = [*_missing(str(option), arns)]
        if missing:
            raise invalid_input(f"The simulation {option} needs resources of these types, too: {', '.join(missing)}")
    return arns


def _missing(option: str, arns: list[str]) -> Iterator[str]:
    if option not in _SCENARIOS:
        raise invalid_input(f"Invalid resource handling option: {option}")
    for kind in _SCENARIOS[option]:
        if not any(arn.split(":", 5)[2:3] == ["ec2"] and arn.split(":", 5)[5].startswith(f"{kind}/") for arn in arns):
            yield kind


def caller(arn: str) -> Caller | None:
    """Read CallerArn; None for a group, which makes no requests of its own."""
    found = _CALLER.fullmatch(arn)
    if found is None:
        raise invalid_input(f"Invalid caller: {arn}. It is the ARN of an IAM user, group or role.")
    try:
        return Caller.parse(arn) if found[1] != "group" else None
    except UnknownPrincipal as error:
        raise invalid_input(str(error).partition("\n")[0]) from None


def owner(given: object) -> str | None:
    """Read ResourceOwner: an account, or the ARN of one."""
    if given is None:
        return None
    text = str(given)
    found = _ROOT.fullmatch(text)
    if found is None and not is_account_id(text):
        raise invalid_input(f"Invalid resource owner: {text}. It is an account, as in arn:aws:iam::111122223333:root.")
    return found[1] if found else text
