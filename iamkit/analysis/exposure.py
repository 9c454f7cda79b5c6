"""Who outside an account or an organization can reach a resource: findings of external access.

As IAM Access Analyzer does ("IAM Access Analyzer findings", IAM User Guide): principals in the zone of trust are
trusted, every grant to others is a finding. Candidates come from the statements themselves and are decided by the
engine with all of the resource's policy and the resource control policies above it, so that a finding always has a
request that is allowed. Not looked at: ACLs, access points and Block Public Access of Amazon S3, grants of KMS keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from iamkit import reference
from iamkit.analysis.candidates import contexts, entries_of, fitting, is_free
from iamkit.analysis.landscape import Landscape
from iamkit.analysis.outsiders import Outsider, OutsiderKind, Zone, outsiders
from iamkit.analysis.world import EVERYTHING, UNDER_RCPS, World
from iamkit.evaluation import Evaluation, Policies, StatementRef, allows, evaluate
from iamkit.evaluation.decision import Entry
from iamkit.evaluation.index import CompiledPolicies
from iamkit.policy import CallerKind, Policy, PolicyType, Statement
from iamkit.reference import UnknownService
from iamkit.request import Request, Resource

ZoneName = Literal["account", "organization"]

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
# AWS recommends to hold the subject where everybody can have tokens of a provider: GitHub Docs, "Configuring OpenID
# Connect in Amazon Web Services".
_SUBJECTS = {"token.actions.githubusercontent.com": "repo:outsider/outsider:ref:refs/heads/main"}
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


_PROOF_SECONDS = 2.0


class Risk(Enum):
    """What makes a grant worse than that somebody outside has it."""

    NONE = ""
    CONFUSED_DEPUTY = "the service does it for anybody's resources: add aws:SourceArn or aws:SourceAccount (E26)"
    ANY_SUBJECT = "anybody with a token of the provider can: hold its `sub` claim"


@dataclass(frozen=True, slots=True)
class Finding:
    """External access to a resource: one principal by one statement, and a request that is allowed.

    `public` is what everyone can do without a condition that only some fulfill.
    """

    resource: str
    type: str
    account: str
    outsider: Outsider
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    statement: StatementRef
    example: Evaluation = field(repr=False, compare=False, hash=False)
    public: bool = False
    risk: Risk = Risk.NONE

    @property
    def key(self) -> tuple[str, int, str]:
        """Give what sorts findings."""
        return (self.resource, self.statement.index, str(self.outsider))

    def __str__(self) -> str:
        head = "PUBLIC: " if self.public else ""
        more = f" and {len(self.actions) - 1} more" if len(self.actions) > 1 else ""
        when = f", if {' and '.join(self.conditions)}" if self.conditions else ""
        risk = f"; {self.risk.value}" if self.risk is not Risk.NONE else ""
        return (
            f"{head}{self.outsider} can `{self.actions[0]}`{more} on {self.resource}{when}, by {self.statement}{risk}"
        )


@dataclass(frozen=True, slots=True)
class Clean:
    """A resource without a finding; `proved` tells whether no request at all can be allowed, or none was found."""

    resource: str
    type: str
    proved: bool

    def __str__(self) -> str:
        return f"{self.resource}: no outsider ({'proved' if self.proved else 'searched'})"


@dataclass(frozen=True, slots=True, repr=False)
class Exposure:
    """The findings of a landscape; `not_analyzed` are resources of types that are not looked at."""

    zone: ZoneName
    findings: tuple[Finding, ...]
    clean: tuple[Clean, ...]
    not_analyzed: tuple[str, ...]

    @property
    def public(self) -> tuple[Finding, ...]:
        """List the findings about what everyone can do."""
        return tuple(each for each in self.findings if each.public)

    def __repr__(self) -> str:
        resources = len({each.resource for each in self.findings})
        lines = [
            f"External access (zone of trust: {self.zone}): {_count(len(self.findings), 'finding')} about "
            f"{_count(resources, 'resource')}, {len(self.public)} public",
            *(f"  {each}" for each in self.findings),
            *(f"  {each}" for each in self.clean),
            *(f"  {each}: not analyzed" for each in self.not_analyzed),
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Shared:
    """A resource with the policy that shares it, or a role with its trust policy."""

    arn: str
    type: str
    account: str
    policy: Policy
    zone: Zone

    @property
    def service(self) -> str:
        return self.arn.split(":")[2]

    @property
    def is_role(self) -> bool:
        return self.service == "iam"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def exposure(landscape: Landscape, zone: ZoneName = "account") -> Exposure:
    """Find who outside the zone of trust can reach which resource, by resource-based and trust policies."""
    world = World(landscape)
    findings: list[Finding] = []
    clean: list[Clean] = []
    skipped: list[str] = []
    for arn, account, policy in _policies(landscape):
        kind = type_of(arn)
        if kind is None:
            skipped.append(arn)
            continue
        shared = _Shared(arn, kind, account, policy, zone_of(landscape, account, zone))
        found = list(_findings(world, shared))
        findings += found
        if not found:
            clean.append(Clean(arn, kind, proved=_proved(world, shared)))
    return Exposure(zone, tuple(sorted(findings, key=lambda each: each.key)), tuple(clean), tuple(skipped))


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


def _policies(landscape: Landscape) -> Iterator[tuple[str, str, Policy]]:
    for arn, resource in sorted(landscape.resources.items()):
        if resource.policy is not None:
            yield arn, resource.account, resource.policy
    for arn, role in sorted(landscape.roles.items()):
        if not role.is_service_linked:
            yield arn, arn.split(":")[4], role.trust


def _findings(world: World, shared: _Shared) -> Iterator[Finding]:
    for statement in shared.policy.statements:
        if not statement.allows:
            continue
        everyone = False
        for outsider in outsiders(statement, shared.zone, shared.account):
            # A role is passed to services within its account only ("Grant a user permissions to pass a role to an AWS
            # service"), so that a service that takes a role is no deputy for others.
            if shared.is_role and outsider.kind is OutsiderKind.SERVICE:
                continue
            if outsider.kind is OutsiderKind.EVERYONE and everyone:
                continue  # who has an AWS account can do without what the anonymous can
            finding = _finding(world, shared, statement, outsider)
            if finding is None:
                continue
            yield finding
            everyone = everyone or outsider.kind is OutsiderKind.EVERYONE
            if finding.public:
                break  # whomever else the conditions name is among everyone


def _finding(world: World, shared: _Shared, statement: Statement, outsider: Outsider) -> Finding | None:
    tried = [
        each
        for action in _actions(shared, statement, outsider)
        if (each := _try(world, shared, statement, outsider, action))
    ]
    if not tried:
        return None
    example = tried[0]
    ref = StatementRef(shared.policy.name, _type(shared), statement.index, statement.sid, statement.effect)
    public = outsider.kind is OutsiderKind.EVERYONE and _plain(world, shared, statement, outsider, example)
    risk = _risk(world, shared, statement, outsider, example)
    return Finding(
        shared.arn,
        shared.type,
        shared.account,
        outsider,
        tuple(each.request.action for each in tried),
        tuple(_said(statement)),
        ref,
        example,
        public or risk is Risk.ANY_SUBJECT,
        risk,
    )


def _risk(world: World, shared: _Shared, statement: Statement, outsider: Outsider, example: Evaluation) -> Risk:
    if outsider.kind is OutsiderKind.SERVICE:
        return Risk.CONFUSED_DEPUTY if outsider.name == outsider.caller.arn else Risk.NONE
    if outsider.kind is not OutsiderKind.FEDERATED:
        return Risk.NONE
    host = outsider.name.partition(":oidc-provider/")[2]
    if host not in _SUBJECTS:
        return Risk.NONE
    stranger = Outsider(
        outsider.kind, outsider.name, outsider.caller, {**outsider.context, f"{host}:sub": _SUBJECTS[host]}
    )
    found = _try(world, shared, statement, stranger, example.request.action)
    return Risk.ANY_SUBJECT if found is not None else Risk.NONE


def _plain(world: World, shared: _Shared, statement: Statement, outsider: Outsider, example: Evaluation) -> bool:
    """Tell whether it needs nothing that only some can say of themselves: an address, a network, an organization."""
    return _try(world, shared, statement, outsider, example.request.action, is_free) is not None


def _type(shared: _Shared) -> PolicyType:
    return PolicyType.TRUST if shared.is_role else PolicyType.RESOURCE_BASED


def _actions(shared: _Shared, statement: Statement, outsider: Outsider) -> list[str]:
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


def _try(
    world: World,
    shared: _Shared,
    statement: Statement,
    outsider: Outsider,
    action: str,
    free: Callable[[str], bool] | None = None,
) -> Evaluation | None:
    """Look for a request of an outsider that this statement grants."""
    policies = _in_force(world, shared, outsider)
    for resource in _resources(shared, statement, action):
        base = world.request(outsider.caller, action, resource, _context(outsider)).context
        known = Request(outsider.caller, action, Resource(resource, shared.account), base).folded_context
        plan = CompiledPolicies.of(policies).plan(action.lower())
        entries = _with(statement, entries_of(plan))
        may = _but(free or _choosable(outsider), outsider.context)
        asked = {condition.key.lower() for entry in entries for condition in entry.statement.conditions}
        fixed = {key: value for key, value in base.items() if key.lower() not in asked or not may(key)}
        for chosen in contexts(entries, fixed, known, may):
            request = Request(outsider.caller, action, Resource(resource, shared.account), chosen)
            if allows(request, policies) and _grants(statement, request):
                return evaluate(request, policies)
    return None


def _but(free: Callable[[str], bool], given: Mapping[str, Any]) -> Callable[[str], bool]:
    """Leave what an outsider says of itself as it is."""
    taken = {key.lower() for key in given}
    return lambda key: key.lower() not in taken and free(key)


def _with(statement: Statement, entries: Iterator[Entry]) -> list[Entry]:
    return [
        each
        for each in entries
        if each.statement is statement or not each.statement.allows or each.type is PolicyType.RESOURCE_CONTROL
    ]


def _grants(statement: Statement, request: Request) -> bool:
    context = request.folded_context
    covers = statement.covers_resource(request.resource.arn, context)
    return covers and statement.names(request.principal) > 0 and statement.conditions_hold(context)


def _context(outsider: Outsider) -> Mapping[str, Any]:
    """Say what follows from who asks: nobody but a service says for whom it does."""
    keys = dict(outsider.context)
    account = outsider.caller.account
    if account is not None:
        keys |= {"kms:CallerAccount": account, "aws:SourceOwner": account}
    return keys


def _choosable(outsider: Outsider) -> Callable[[str], bool]:
    """Tell which keys somebody somewhere can bring about: from some network, at some time, with some claims."""

    def free(key: str) -> bool:
        folded = key.lower()
        return not (folded.startswith("aws:principal") or folded in _SOURCES or folded in _OF_CALLER)

    return free


def _resources(shared: _Shared, statement: Statement, action: str) -> Sequence[str]:
    """List the ARNs to ask about: the resource itself, and what is in a bucket."""
    if shared.is_role:
        return (shared.arn,)
    found = reference.action(action)
    inside = shared.service == "s3" and found is not None and "object" in {each.name for each in found.resource_types}
    like = f"{shared.arn}/iamkit" if inside else shared.arn
    if not inside:
        return (shared.arn,)
    made = [fitting(pattern, like, {}) for pattern in statement.resources]
    return [arn for arn in dict.fromkeys([like, *filter(None, made)]) if arn.startswith(f"{shared.arn}/")]


def _in_force(world: World, shared: _Shared, outsider: Outsider) -> Policies:
    """Let the outsider's own account allow everything, which is up to that account (E15)."""
    organization = world.landscape.organization
    key = "sts" if shared.is_role else shared.service
    levels = world.levels(shared.account, "resource_control") if key in UNDER_RCPS else None
    own = outsider.caller.kind not in (CallerKind.ANONYMOUS, CallerKind.SERVICE, CallerKind.IDENTITY_PROVIDER)
    return Policies(
        EVERYTHING if own else (),
        shared.policy,
        resource_control=levels,
        management_account=organization.management_account if organization else None,
    )


def _said(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        yield f"{condition.key} {condition.use} {', '.join(condition.values)}"


def _proved(world: World, shared: _Shared) -> bool:
    """Tell whether it is certain that no outsider is allowed: no statement names one, or z3 proves it."""
    if not any(statement.allows and any(_named(shared, statement)) for statement in shared.policy.statements):
        return True
    # z3 is asked only where it is needed, and may not be installed.
    from iamkit.analysis.compare import NoSolver, can

    try:
        policies = _without_insiders(world, shared)
        places = [shared.arn, f"{shared.arn}/*"] if shared.service == "s3" else [shared.arn]
        actions = f"{'sts' if shared.is_role else shared.service}:*"
        return all(
            can(policies, action=actions, resource=place, seconds=_PROOF_SECONDS).possible is False for place in places
        )
    except NoSolver:
        return False


def _without_insiders(world: World, shared: _Shared) -> Policies:
    """Deny the zone of trust everything, so that whatever is allowed still is allowed to an outsider.

    A service that acts for the zone is told by aws:SourceAccount alone; whatever it is allowed otherwise stays in, so
    that a proof is lost but never wrong.
    """
    document = shared.policy.to_dict()
    key = next(name for name in document if name.lower() == "statement")
    held = document[key] if isinstance(document[key], list) else [document[key]]
    insiders: dict[str, list[str]] = {
        "aws:PrincipalAccount": sorted(shared.zone.accounts),
        "aws:SourceAccount": sorted(shared.zone.accounts),
    }
    if shared.zone.organization is not None:
        insiders["aws:PrincipalOrgID"] = [shared.zone.organization]
    where = {} if shared.is_role else {"Resource": "*"}
    for name, values in insiders.items():
        denied = {"Effect": "Deny", "Principal": "*", "Action": "*", **where}
        held = [*held, {**denied, "Condition": {"StringEquals": {name: values}}}]
    policy = Policy.parse({**document, key: held}, name=shared.policy.name, type=_type(shared))
    levels = world.levels(shared.account, "resource_control")
    organization = world.landscape.organization
    return Policies(
        EVERYTHING,
        policy,
        resource_control=levels if ("sts" if shared.is_role else shared.service) in UNDER_RCPS else None,
        management_account=organization.management_account if organization else None,
    )


def _named(shared: _Shared, statement: Statement) -> Iterator[Outsider]:
    for outsider in outsiders(statement, shared.zone, shared.account):
        if not (shared.is_role and outsider.kind is OutsiderKind.SERVICE):
            yield outsider
