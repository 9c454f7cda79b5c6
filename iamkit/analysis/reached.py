"""What can be done to a resource by those whom an attacker can act as, by the access levels of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iamkit import reference
from iamkit.analysis.candidates import fitting
from iamkit.analysis.landscape import Resource, short
from iamkit.analysis.world import World
from iamkit.evaluation import Evaluation
from iamkit.evaluation.index import CompiledPolicies
from iamkit.reference import Action, UnknownService

LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")


@dataclass(frozen=True, slots=True)
class Access:
    """The access levels at which a resource can be touched, each with one request that is allowed."""

    resource: str
    levels: Mapping[str, Evaluation] = field(hash=False)

    def __str__(self) -> str:
        told = [f"{level} (`{each.request.action}` by {short(_name(each))})" for level, each in self.levels.items()]
        return f"{self.resource}: {', '.join(told) or 'nothing'}"


def access_to(world: World, resource: Resource, principals: Iterable[str]) -> Access:
    """Look for one allowed request at every access level, made by one of the principals."""
    found: dict[str, Evaluation] = {}
    by_level = _actions(resource)
    for level in LEVELS:
        for principal in principals:
            evaluation = _first(world, resource, principal, by_level.get(level, []))
            if evaluation is not None:
                found[level] = evaluation
                break
    return Access(resource.arn, found)


def _first(
    world: World, resource: Resource, principal: str, actions: list[tuple[Action, tuple[str, ...]]]
) -> Evaluation | None:
    for action, arns in actions:
        for arn in arns if world.speaks(principal, action.name, arns[0]) else ():
            for wanted in (arn, *_narrower(world, principal, action.name, arn)):
                evaluation = world.attempt(principal, action.name, wanted)
                if evaluation is not None:
                    return evaluation
    return None


def _narrower(world: World, principal: str, action: str, arn: str) -> list[str]:
    """List what the policies speak of inside a resource, such as the objects of a bucket."""
    plan = CompiledPolicies.of(world.policies(principal, action, arn)).plan(action.lower())
    made = (
        fitting(pattern, arn, {})
        for entry in (*plan.identity_based, *plan.resource_based)
        for pattern in entry.statement.resources
    )
    bucket = arn.partition("/")[0]
    return [each for each in dict.fromkeys(filter(None, made)) if each != arn and each.startswith(f"{bucket}/")]


def _actions(resource: Resource) -> dict[str, list[tuple[Action, tuple[str, ...]]]]:
    """List the actions that are about a resource, by access level, with the ARNs to ask about."""
    try:
        service = reference.service(resource.service)
    except UnknownService:
        return {}
    inside = f"{resource.arn}/iamkit" if resource.service == "s3" else resource.arn
    fitting_types = {name for name, each in service.resource_types.items() if each.fits(resource.arn)}
    if resource.service == "s3":
        fitting_types = {"bucket"}
    by_level: dict[str, list[tuple[Action, tuple[str, ...]]]] = {}
    for name, action in sorted(service.actions.items()):
        types = {each.name for each in action.resource_types}
        arns = [resource.arn] if types & fitting_types else []
        if resource.service == "s3" and "object" in types:
            arns.append(inside)
        # The reference says `Tagging, Write` of an action that does both: the first is what it is for.
        level = action.access_level.partition(",")[0]
        # What makes a resource does nothing to the one that is there; a grant of a KMS key is no such thing.
        if arns and not (name.startswith("Create") and level == "Write"):
            by_level.setdefault(level, []).append((action, tuple(arns)))
    return by_level


def _name(evaluation: Evaluation) -> str:
    caller = evaluation.request.principal
    return caller.role_arn or caller.arn
