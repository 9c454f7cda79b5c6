"""Whether it is certain that nobody outside reaches a resource in which the search found nothing."""

from __future__ import annotations

from iamkit.analysis.sharing import Shared, in_force
from iamkit.analysis.world import EVERYTHING, World
from iamkit.evaluation import Policies
from iamkit.policy import Policy

_PROOF_SECONDS = 2.0


def proved(world: World, shared: Shared) -> bool:
    """Tell whether it is certain that no outsider is allowed: no statement names one, or z3 proves it."""
    if not any(statement.allows and any(shared.outsiders(statement)) for statement in shared.policy.statements):
        return True
    # z3 is asked only where it is needed, and may not be installed.
    from iamkit.analysis.compare import NoSolver, can

    try:
        policies = _without_insiders(world, shared)
        places = [shared.arn, f"{shared.arn}/*"] if shared.service == "s3" else [shared.arn]
        actions = f"{shared.asked}:*"
        return all(
            can(
                policies,
                action=actions,
                resource=place,
                resource_account=shared.account,
                seconds=_PROOF_SECONDS,
            ).possible
            is False
            for place in places
        )
    except NoSolver:
        return False


def _without_insiders(world: World, shared: Shared) -> Policies:
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
    policy = Policy.parse({**document, key: held}, name=shared.policy.name, type=shared.policy_type)
    return in_force(world, shared, [EVERYTHING], policy)
