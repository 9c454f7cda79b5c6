"""AWS's managed policies, read once for all accounts: there are over a thousand, and moto would read them for each."""

from __future__ import annotations

import copy
import json
from functools import cache
from random import Random
from typing import Any

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SHORTEST_ACCOUNT = "000000000000"


def aws_managed_policies(backend: Any) -> list[Any]:
    """Give an account its own of each policy; how often it is attached is counted by account, the rest is shared."""
    return [_of(policy, backend.account_id) for policy in _read()]


def _of(policy: Any, account: str) -> Any:
    own = copy.copy(policy)
    own.account_id = account
    return own


@cache
def _read() -> tuple[Any, ...]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    read = json.loads(aws_managed_policies_data).items()
    policies = tuple(AWSManagedPolicy.from_data(name, _SHORTEST_ACCOUNT, "aws", data) for name, data in read)
    # The same policy has the same ID everywhere, so that none is drawn from a cloud's own names.
    for policy in policies:
        policy.id = "ANPA" + "".join(Random(policy.arn).choices(_ALPHABET, k=17))
    return policies
