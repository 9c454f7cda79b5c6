"""Tables of DynamoDB that are created with a resource-based policy, which moto does not keep (API, CreateTable)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iamkit.cloud.calls import Answer, Call
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.backends import backend
from iamkit.cloud.store.reading import read_arn


@dataclass(frozen=True, slots=True)
class TablePolicies:
    """The operation of DynamoDB that may set a table's policy without saying so in its name."""

    execute: Callable[[Call, str], Answer]

    def create_table(self, call: Call, holder: Holder | None, *_: object) -> Answer | None:
        """CreateTable with a policy: the table has it from the first moment."""
        policy = call.parameters.get("ResourcePolicy")
        if policy is None or holder is None:
            return None
        named = read_arn(call.parameters["TableName"])
        account = (named.account if named else None) or holder.caller.account or ""
        given = self.execute(call, account)
        if given.status == 200:
            name = named.resource.partition("/")[2] if named else call.parameters["TableName"]
            arn = f"arn:aws:dynamodb:{call.region}:{account}:table/{name}"
            backend("dynamodb", account, call.region).put_resource_policy(arn, policy, None)
        return given
