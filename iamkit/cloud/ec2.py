"""What moto's Amazon EC2 leaves out: dry runs, default security groups, the instance that a volume is detached from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.backends import backend
from iamkit.cloud.store.knowing import keys_known
from iamkit.cloud.store.resolving import RESOLVERS

_GROUPED = ("NetworkInterfaces", "SecurityGroupIds", "SecurityGroups")


@dataclass(frozen=True, slots=True)
class Ec2:
    """Calls that are allowed, before moto gets them."""

    execute: Callable[[Call, str], Answer]
    # Handlers of operations, by name, for what is no dry run.
    others: Mapping[str, Callable[..., Mapping[str, Any] | Answer | None]]

    def answer(self, call: Call, holder: Holder | None, *more: object) -> Mapping[str, Any] | Answer | None:
        """Answer what moto would not; None leaves a call to it.

        Raises ServiceError for a dry run: AWS has an error for what would have succeeded (API reference, "DryRun"),
        and moto heeds the flag in some operations only.
        """
        if call.parameters.get("DryRun"):
            raise ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        other = self.others.get(call.operation)
        if other is not None:
            return other(call, holder, *more)
        if call.operation == "DetachVolume" and holder is not None and not call.parameters.get("InstanceId"):
            return self._detached(call, holder.caller.account or "")
        if call.operation == "RunInstances" and holder is not None and not any(map(call.parameters.get, _GROUPED)):
            return self._in_default_group(call, holder.caller.account or "")
        return None

    def _in_default_group(self, call: Call, account: str) -> Answer | None:
        """Without a group an instance is in its VPC's default one, which was authorized (API, RunInstances)."""
        subnet = f"arn:aws:ec2:{call.region}:{account}:subnet/{call.parameters.get('SubnetId', '')}"
        vpc = keys_known(subnet).get("ec2:Vpc", "").rpartition("/")[2]
        group = RESOLVERS["ec2"]("default-security-group", vpc, account, call.region).rpartition("/")[2]
        if not group.startswith("sg-"):
            return None
        return self.execute(replace(call, parameters={**call.parameters, "SecurityGroupIds": [group]}), account)

    def _detached(self, call: Call, account: str) -> Answer | None:
        """A volume is in one instance, which the call need not name (API reference, DetachVolume)."""
        volume = backend("ec2", account, call.region).volumes.get(call.parameters["VolumeId"])
        if volume is None:
            raise ServiceError("InvalidVolume.NotFound", f"The volume '{call.parameters['VolumeId']}' does not exist.")
        if volume.attachment is None:
            raise ServiceError("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")
        named = {**call.parameters, "InstanceId": volume.attachment.instance.id}
        return self.execute(replace(call, parameters=named), account)
