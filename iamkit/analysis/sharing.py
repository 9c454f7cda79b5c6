"""What can be shared with others: a resource with its policy or a role with its trust policy, and whom it trusts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iamkit.analysis.external_access import ZoneName
from iamkit.analysis.landscape import Landscape
from iamkit.analysis.outsiders import Outsider, OutsiderKind, Zone, outsiders
from iamkit.analysis.world import UNDER_RCPS, World
from iamkit.evaluation import Policies
from iamkit.policy import Policy, PolicyType, Statement

# As IAM Access Analyzer names them (API reference, AnalyzedResource), by service and the beginning of the last part.
_TYPES = (
    ("s3", "", "AWS::S3::Bucket"),
    ("sqs", "", "AWS::SQS::Queue"),
    ("sns", "", "AWS::SNS::Topic"),
    ("kms", "key/", "AWS::KMS::Key"),
    ("secretsmanager", "secret:", "AWS::SecretsManager::Secret"),
    ("lambda", "function:", "AWS::Lambda::Function"),
    ("iam", "role/", "AWS::IAM::Role"),
)


@dataclass(frozen=True, slots=True)
class Shared:
    """A resource with the policy that shares it, or a role with its trust policy."""

    arn: str
    type: str
    account: str
    policy: Policy
    zone: Zone

    @property
    def service(self) -> str:
        """Name the service that has the resource."""
        return self.arn.split(":")[2]

    @property
    def is_role(self) -> bool:
        """Tell whether it is a role, which is shared by being assumed."""
        return self.service == "iam"

    @property
    def asked(self) -> str:
        """Name the service whose actions use it: roles are assumed by those of AWS STS."""
        return "sts" if self.is_role else self.service

    @property
    def policy_type(self) -> PolicyType:
        """Tell which type of policy shares it."""
        return PolicyType.TRUST if self.is_role else PolicyType.RESOURCE_BASED

    def outsiders(self, statement: Statement) -> Iterator[Outsider]:
        """Yield the outsiders whom a statement of its policy could mean, the widest first."""
        for outsider in outsiders(statement, self.zone, self.account):
            # A role is passed to services within its account only ("Grant a user permissions to pass a role to an AWS
            # service"), so that a service that takes a role is no deputy for others.
            if not (self.is_role and outsider.kind is OutsiderKind.SERVICE):
                yield outsider


def type_of(arn: str) -> str | None:
    """Name the type of a resource that is looked at; None for others."""
    parts = arn.split(":", 5)
    found = (type for service, start, type in _TYPES if parts[2] == service and parts[5].startswith(start))
    return next(found, None)


def zone_of(landscape: Landscape, account: str, zone: ZoneName) -> Zone:
    """Tell whom a resource of an account trusts; outside an organization that is the account alone."""
    organization = landscape.organization
    if zone == "organization" and organization is not None and account in organization.accounts:
        return Zone(frozenset(organization.accounts), organization.id)
    return Zone(frozenset({account}))


def sharing_policies(landscape: Landscape) -> Iterator[tuple[str, str, Policy]]:
    """Yield ARN, account and policy of every resource that has one, and of every role that somebody can be given."""
    for arn, resource in sorted(landscape.resources.items()):
        if resource.policy is not None:
            yield arn, resource.account, resource.policy
    for arn, role in sorted(landscape.roles.items()):
        if not role.is_service_linked:
            yield arn, arn.split(":")[4], role.trust


def in_force(world: World, shared: Shared, own: Sequence[Policy], policy: Policy) -> Policies:
    """Collect all that has a say on an outsider: what its account gives it, the resource's policy, RCPs above that."""
    organization = world.landscape.organization
    return Policies(
        own,
        policy,
        resource_control=world.levels(shared.account, "resource_control") if shared.asked in UNDER_RCPS else None,
        management_account=organization.management_account if organization else None,
    )
