"""Who may use which permission set in which account, and the roles that this makes there.

IAM Identity Center User Guide, "Manage AWS accounts with permission sets"; IAM Identity Center API Reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from iamkit.cloud.calls import Call
from iamkit.cloud.metadata.surroundings import Surroundings
from iamkit.cloud.store import backends
from iamkit.policy import Policy
from iamkit.sigv4 import HttpRequest

if TYPE_CHECKING:
    from iamkit.cloud.federation.identity_provider import IdentityProvider

_SIGN_IN = "https://signin.aws.amazon.com/saml"
_PATH = "/aws-reserved/sso.amazonaws.com/"
_INLINE = "AwsSSOInlinePolicy"
_LEAST, _MOST = 3600, 43_200
_NAME = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII).fullmatch


class NotAssigned(LookupError):
    """The user does not have this permission set in this account."""


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """What its roles may do, and for how long, in seconds; `policy` is the inline policy, JSON.

    Raises ValueError for what Identity Center does not take, InvalidPolicy among them.
    """

    name: str
    policy: str | None = None
    managed_policies: tuple[str, ...] = ()
    session_duration: int = _LEAST

    def __post_init__(self) -> None:
        if not _NAME(self.name):
            raise ValueError(
                f"`{self.name}` names no permission set\n  help: 1 to 32 letters, digits and + = , . @ - _"
            )
        if self.policy is not None:
            Policy.parse(self.policy)
        if not _LEAST <= self.session_duration <= _MOST:
            raise ValueError(f"`{self.session_duration}` is no session duration\n  help: give 3,600 to 43,200 seconds")


@dataclass(slots=True)
class Assignments:
    """Permission sets and who has them; their roles trust the center's own SAML provider, in each account."""

    surroundings: Surroundings
    provider: IdentityProvider
    provider_name: str
    permission_sets: dict[str, PermissionSet] = field(default_factory=dict)
    _given: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _roles: dict[tuple[str, str], str] = field(default_factory=dict)

    def assign(self, user: str, name: str, account: str) -> str:
        """Assign a permission set; gives the ARN of its role in the account, which is made unless it is there."""
        permission_set = self.permission_sets.get(name)
        if permission_set is None:
            raise LookupError(
                f"there is no permission set `{name}`\n  help: make it first: permission_set({name!r}, …)"
            )
        if account not in backends.accounts():
            raise LookupError(
                f"there is no account `{account}`\n  help: the cloud has {', '.join(backends.accounts())}"
            )
        with self.surroundings.lock:
            role = self._roles.get((name, account)) or self._provision(permission_set, account)
            self._roles[name, account] = role
            self._given.setdefault((user, account), {})[name] = role
            return role

    def take_away(self, user: str, name: str, account: str) -> None:
        """Take an assignment away; sessions that there are go on."""
        self._given.get((user, account), {}).pop(name, None)

    def accounts(self, user: str) -> Sequence[str]:
        """List the accounts in which a user has an assignment."""
        return sorted(account for (who, account), given in self._given.items() if who == user and given)

    def names(self, user: str, account: str) -> Sequence[str]:
        """List the permission sets that a user has in an account."""
        return sorted(self._given.get((user, account), {}))

    def credentials(self, user: str, name: str, account: str) -> Mapping[str, Any]:
        """Make a session of a user's role, as STS answers; raises NotAssigned.

        Raises ServiceError where a policy in force does not let the user in.
        """
        role = self._given.get((user, account), {}).get(name)
        if role is None:
            raise NotAssigned(f"`{user}` does not have `{name}` in account {account}")
        provider = f"arn:aws:iam::{account}:saml-provider/{self.provider_name}"
        parameters = {
            "RoleArn": role,
            "PrincipalArn": provider,
            "SAMLAssertion": self.provider.assertion(user, [(role, provider)]),
            "DurationSeconds": self.permission_sets[name].session_duration,
        }
        call = Call(
            "sts", "AssumeRoleWithSAML", parameters, "query", self.surroundings.region, HttpRequest("POST", "/")
        )
        given: Mapping[str, Any] = self.surroundings.sts.handle(call, None, self.surroundings.context())["Credentials"]
        return given

    def _provision(self, permission_set: PermissionSet, account: str) -> str:
        """Make the role as Identity Center does: its name, its path, whom it trusts, how long it may last."""
        iam = backends.backend("iam", account)
        for arn in permission_set.managed_policies:
            if arn not in iam.managed_policies:
                raise LookupError(f"there is no managed policy `{arn}` in account {account}\n  help: check the ARN")
        provider = f"arn:aws:iam::{account}:saml-provider/{self.provider_name}"
        if all(each.arn != provider for each in iam.saml_providers.values()):
            self._do(
                account, "CreateSAMLProvider", Name=self.provider_name, SAMLMetadataDocument=self.provider.metadata
            )
        name = f"AWSReservedSSO_{permission_set.name}_{self.surroundings.hex(16)}"
        trust = _trust(provider)
        self._do(
            account, "CreateRole", RoleName=name, Path=_PATH, AssumeRolePolicyDocument=trust, MaxSessionDuration=_MOST
        )
        if permission_set.policy is not None:
            policy = permission_set.policy
            self._do(account, "PutRolePolicy", RoleName=name, PolicyName=_INLINE, PolicyDocument=policy)
        for arn in permission_set.managed_policies:
            self._do(account, "AttachRolePolicy", RoleName=name, PolicyArn=arn)
        return f"arn:aws:iam::{account}:role{_PATH}{name}"

    def _do(self, account: str, operation: str, **parameters: Any) -> None:
        self.surroundings.do("iam", operation, account, **parameters)


def _trust(provider: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": {"StringEquals": {"SAML:aud": _SIGN_IN}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
