"""Who outside an account or an organization can reach a resource: findings of external access.

As IAM Access Analyzer does ("IAM Access Analyzer findings", IAM User Guide): principals in the zone of trust are
trusted, every grant to others is a finding. Candidates come from the statements themselves and are decided by the
engine with all of the resource's policy and the resource control policies above it, so that a finding always has a
request that is allowed. Not looked at: ACLs, access points and Block Public Access of Amazon S3, grants of KMS keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.candidates import is_free
from iamkit.analysis.exposure_proof import proved
from iamkit.analysis.external_access import Clean, Exposure, Finding, Risk, ZoneName
from iamkit.analysis.landscape import Landscape
from iamkit.analysis.outsider_requests import actions_for, granted
from iamkit.analysis.outsiders import Outsider, OutsiderKind
from iamkit.analysis.sharing import Shared, sharing_policies, type_of, zone_of
from iamkit.analysis.world import World
from iamkit.evaluation import Evaluation, StatementRef
from iamkit.policy import Statement

__all__ = ["Clean", "Exposure", "Finding", "Risk", "ZoneName", "exposure", "type_of", "zone_of"]

# AWS recommends to hold the subject where everybody can have tokens of a provider: GitHub Docs, "Configuring OpenID
# Connect in Amazon Web Services".
_SUBJECTS = {"token.actions.githubusercontent.com": "repo:outsider/outsider:ref:refs/heads/main"}


def exposure(landscape: Landscape, zone: ZoneName = "account") -> Exposure:
    """Find who outside the zone of trust can reach which resource, by resource-based and trust policies."""
    world = World(landscape)
    findings: list[Finding] = []
    clean: list[Clean] = []
    skipped: list[str] = []
    for arn, account, policy in sharing_policies(landscape):
        kind = type_of(arn)
        if kind is None:
            skipped.append(arn)
            continue
        shared = Shared(arn, kind, account, policy, zone_of(landscape, account, zone))
        found = list(_findings(world, shared))
        findings += found
        if not found:
            clean.append(Clean(arn, kind, proved=proved(world, shared)))
    return Exposure(zone, tuple(sorted(findings, key=lambda each: each.key)), tuple(clean), tuple(skipped))


def _findings(world: World, shared: Shared) -> Iterator[Finding]:
    for statement in shared.policy.statements:
        if not statement.allows:
            continue
        everyone = False
        for outsider in shared.outsiders(statement):
            if outsider.kind is OutsiderKind.EVERYONE and everyone:
                continue  # who has an AWS account can do without what the anonymous can
            finding = _finding(world, shared, statement, outsider)
            if finding is None:
                continue
            yield finding
            everyone = everyone or outsider.kind is OutsiderKind.EVERYONE
            if finding.public:
                break  # whomever else the conditions name is among everyone


def _finding(world: World, shared: Shared, statement: Statement, outsider: Outsider) -> Finding | None:
    tried = [
        each
        for action in actions_for(shared, statement, outsider)
        if (each := granted(world, shared, statement, outsider, action))
    ]
    if not tried:
        return None
    example = tried[0]
    ref = StatementRef(shared.policy.name, shared.policy_type, statement.index, statement.sid, statement.effect)
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


def _plain(world: World, shared: Shared, statement: Statement, outsider: Outsider, example: Evaluation) -> bool:
    """Tell whether it needs nothing that only some can say of themselves: an address, a network, an organization."""
    return granted(world, shared, statement, outsider, example.request.action, is_free) is not None


def _risk(world: World, shared: Shared, statement: Statement, outsider: Outsider, example: Evaluation) -> Risk:
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
    found = granted(world, shared, statement, stranger, example.request.action)
    return Risk.ANY_SUBJECT if found is not None else Risk.NONE


def _said(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        yield f"{condition.key} {condition.use} {', '.join(condition.values)}"
