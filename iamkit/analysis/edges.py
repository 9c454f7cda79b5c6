"""One step from a principal to another, or to more permissions: found by asking the engine for every request of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from iamkit.analysis.candidates import fitting
from iamkit.analysis.landscape import Principal, Role, short
from iamkit.analysis.methods import METHODS, Method, Need, Over
from iamkit.analysis.targets import Target, changed_anyway, targets
from iamkit.analysis.world import REGION, Change, Kind, World
from iamkit.evaluation import Evaluation, Policies, evaluate
from iamkit.evaluation.index import CompiledPolicies
from iamkit.policy import Caller, Policy, PolicyType
from iamkit.request import Request, Resource

_MOST_NAMES = 24
_NAME = "iamkit"
_FACT = re.compile(r"\{(\w+)\}")
# A resource's own policy may give these to a principal that has no policy about them.
_SHARED = frozenset({"sts", "lambda", "kms", "sqs", "sns", "s3", "secretsmanager"})


@dataclass(frozen=True, slots=True)
class Edge:
    """A step that is allowed: `becomes` is whom `source` can act as then, or `change` what it can change for itself.

    `over` is the ARN that the method was tried on; `evidence` are the requests, each with the engine's decision.
    """

    source: str
    method: Method
    over: str
    becomes: str | None
    change: Change | None
    evidence: tuple[Evaluation, ...] = field(repr=False, compare=False, hash=False)
    note: str = ""

    @property
    def target(self) -> str:
        """Give the principal to which the step leads: another one, or the source with more permissions."""
        return self.becomes or self.source

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Give what sorts steps and tells them apart."""
        return (self.source, self.target, self.method.name, self.over, self.change.detail if self.change else "")

    @property
    def requests(self) -> tuple[Request, ...]:
        """List the requests that were allowed, in order."""
        return tuple(each.request for each in self.evidence)

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{short(self.source)} {self.gain}: {_needed(self)}{note}"

    @property
    def gain(self) -> str:
        """Say what the step gives."""
        if self.change is None:
            return f"can become {_told(self.target, self.source)}"
        over = "itself" if self.over == self.source else short(self.over)
        return f"can {_GAINS[self.change.kind].format(over=over, detail=short(self.change.detail))}"


_GAINS = {
    Kind.ANY_POLICY: "give {over} any policy",
    Kind.ANY_DOCUMENT: "write any document into {over}",
    Kind.VERSION: "bring version {detail} of {over} into force",
    Kind.ATTACHED: "attach {detail} to {over}",
    Kind.MEMBER: "join {over}",
    Kind.NO_BOUNDARY: "shed its permissions boundary",
    Kind.WITHOUT: "shed its policy {detail}",
}


def _told(arn: str, source: str) -> str:
    account = arn.split(":")[4] if arn.count(":") > 4 else ""
    return short(arn) if account in ("", source.split(":")[4]) else f"{short(arn)} in {account}"


def _needed(edge: Edge) -> str:
    """Say which actions on what; several on the same stand together."""
    by_resource: dict[str, dict[str, None]] = {}
    for request in edge.requests:
        if request.principal.account is not None:
            by_resource.setdefault(request.resource.arn, {})[f"`{request.action}`"] = None
    names = {edge.source: "itself"} if edge.becomes is None else {edge.becomes: "it"}
    told = [
        f"{_and([*actions])} on {names.get(arn) or _told(arn, edge.source)}" for arn, actions in by_resource.items()
    ]
    return ", ".join(told)


def _and(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def edges_from(
    world: World, source: Principal, held: frozenset[str] = frozenset(), methods: Sequence[Method] = METHODS
) -> Iterator[Edge]:
    """Yield every step of a principal, in the order of the catalog; none to principals in `held`."""
    if isinstance(source, Role) and source.is_service_linked:
        return
    for method in methods:
        if not _speaks(world, source, method):
            continue
        for target in targets(world, source, method):
            if target.becomes in held or (target.becomes and target.becomes not in world.landscape.roles
                                          and target.becomes not in world.landscape.users):  # fmt: skip
                continue
            if target.change is not None and changed_anyway(world, target.change):
                continue
            if method.over is Over.ATTACHABLE and _attaches_anything(world, source, method):
                break
            edge = _tried(world, source, method, target)
            if edge is not None:
                yield edge


def possible(world: World, edge: Edge) -> bool:
    """Tell whether a step can be taken in another world, too."""
    source = world.landscape.principal(edge.source)
    return any(
        (target.arn, target.becomes, target.change) == (edge.over, edge.becomes, edge.change)
        and _tried(world, source, edge.method, target) is not None
        for target in targets(world, source, edge.method)
    )


def _speaks(world: World, source: Principal, method: Method) -> bool:
    """Tell whether the principal's own policies speak of every action, which is cheap to know."""
    for action in dict.fromkeys(method.actions):
        if action.partition(":")[0] in _SHARED:
            continue
        if not world.speaks(source.arn, action):
            return False
    return True


def _attaches_anything(world: World, source: Principal, method: Method) -> bool:
    whole = next(each for each in METHODS if each.name == method.name and each.over is Over.SELF)
    return any(_tried(world, source, whole, target) is not None for target in targets(world, source, whole))


def _tried(world: World, source: Principal, method: Method, target: Target) -> Edge | None:
    """Try a method with one name after the other, where it makes something; all its requests have to be allowed."""
    needs = (*method.needs, *target.more)
    for region, name in _names(world, source, needs, target):
        facts = _facts(target, region, name)
        found = []
        for need in needs:
            evaluation = _allowed(world, source, need, facts)
            if evaluation is None:
                break
            found.append(evaluation)
        else:
            rest = _rest(world, source, method, target, facts)
            if rest is not None:
                note = "; ".join(filter(None, (target.note, method.note)))
                return Edge(source.arn, method, target.arn, target.becomes, target.change, (*found, *rest), note)
            continue
        if not _depends_on_name(world, source, need):
            break
    return None


def _depends_on_name(world: World, source: Principal, need: Need) -> bool:
    """Tell whether another name or region could help where a request was denied."""
    if "{new}" in need.resource or "{region}" in need.resource:
        return True
    chosen = {key.lower() for key, text in need.context.items() if "{new}" in text or "{region}" in text}
    return bool(chosen & world.keys_asked(source.arn, need.action))


def _rest(
    world: World, source: Principal, method: Method, target: Target, facts: Mapping[str, str]
) -> tuple[Evaluation, ...] | None:
    """Decide what others have to allow: the role that trusts a service, or the trust policy as it is then."""
    found = []
    if method.service is not None:
        made = _filled(method.needs[1].resource, facts)
        trusted = _trusts(world, facts["role"], method.service, made)
        if trusted is None:
            return None
        found.append(trusted)
    if method.over is Over.TRUSTED:
        then = world.attempt(source.arn, "sts:AssumeRole", target.arn, given=_trusting(source))
        if then is None:
            return None
        found.append(then)
    return tuple(found)


def _allowed(world: World, source: Principal, need: Need, facts: Mapping[str, str]) -> Evaluation | None:
    context = {key: filled for key, text in need.context.items() if (filled := _filled(text, facts)) is not None}
    plain = _filled(need.resource, {**facts, "any": _NAME})
    assert plain is not None
    wanted = [plain]
    if "{any}" in need.resource:
        wanted += [
            arn for arn in _spoken_of(world, source, need.action, plain) if arn.split(":")[3:5] == plain.split(":")[3:5]
        ]
    for resource in dict.fromkeys(wanted):
        evaluation = world.attempt(source.arn, need.action, resource, context)
        if evaluation is not None:
            return evaluation
    return None


def _filled(template: str, facts: Mapping[str, str]) -> str | None:
    """Put facts into a template, twice for a fact that is one itself; None where one is missing."""
    for _ in range(2):
        if any(name not in facts for name in _FACT.findall(template)):
            return None
        template = _FACT.sub(lambda match: facts[match.group(1)], template)
    return template


def _facts(target: Target, region: str, name: str) -> dict[str, str]:
    partition = target.arn.split(":")[1]
    facts = {"target": target.arn, "partition": partition, "account": target.account, "region": region, "new": name}
    return {**facts, **target.facts}


def _names(world: World, source: Principal, needs: tuple[Need, ...], target: Target) -> Iterator[tuple[str, str]]:
    """Yield regions and names to try: the plain ones, then what the principal's own policies speak of."""
    place = target.arn.split(":")[3] or REGION
    yield (place, _NAME)
    found = {(place, _NAME): None}
    if not any("{region}" in need.resource for need in needs):
        regions = [place]
    else:
        regions = [place, *_regions(world, source, needs)]
    found |= {(region, _NAME): None for region in regions}
    for need in needs:
        if "{new}" not in need.resource and "{region}" not in need.resource:
            continue
        for region in regions:
            like = _filled(need.resource, {**_facts(target, region, _NAME), "any": _NAME})
            for arn in (*_spoken_of(world, source, need.action, like or ""), *_sources(world, target, like or "")):
                if (read := _read(need.resource, arn, target)) is not None:
                    found[read] = None
    yield from list(found)[1:_MOST_NAMES]


def _spoken_of(world: World, source: Principal, action: str, like: str) -> Iterator[str]:
    """Yield ARNs that the patterns of the principal's policies cover, as much as possible like another."""
    policies = world.policies(source.arn, action, "*")
    known = world.request(world.caller(source.arn), action, like).folded_context
    for entry in CompiledPolicies.of(policies).plan(action.lower()).identity_based:
        for pattern in entry.statement.resources:
            arn = fitting(pattern, like, known)
            if arn is not None and arn != like:
                yield arn


def _sources(world: World, target: Target, like: str) -> Iterator[str]:
    """Yield ARNs for which alone a role's trust policy lets a service take it."""
    role = world.landscape.roles.get(target.facts.get("role", ""))
    for statement in role.trust.statements if role else ():
        for condition in statement.conditions:
            if condition.key.lower() == "aws:sourcearn":
                yield from filter(None, (fitting(value, like, {}) for value in condition.values))


def _read(template: str, arn: str, target: Target) -> tuple[str, str] | None:
    """Read region and name back from an ARN that was made after a template."""
    pattern = re.escape(template)
    for name in _FACT.findall(template):
        first = re.escape("{" + name + "}")
        if name in ("region", "new", "any"):
            pattern = pattern.replace(first, f"(?P<{name}>[^:/]+)", 1).replace(first, "[^:/]+")
        else:
            pattern = pattern.replace(first, re.escape(_facts(target, "", "").get(name, "")))
    match = re.fullmatch(pattern, arn)
    if match is None:
        return None
    groups = match.groupdict()
    return groups.get("region") or REGION, groups.get("new") or _NAME


def _regions(world: World, source: Principal, needs: tuple[Need, ...]) -> Iterator[str]:
    """Yield the regions to which conditions of policies in force hold requests."""
    for action in dict.fromkeys(need.action for need in needs):
        policies = world.policies(source.arn, action, "*")
        for index in CompiledPolicies.of(policies).indexes():
            for entry in index.entries:
                for condition in entry.statement.conditions:
                    if condition.key.lower() == "aws:requestedregion":
                        yield from (value for value in condition.values if not set("*?$") & set(value))


def _trusts(world: World, role: str, service: str, made: str | None) -> Evaluation | None:
    """Decide whether a service may take the role for what was made in the role's account."""
    account = role.split(":")[4]
    context = {"aws:SourceAccount": account, "aws:SourceArn": made or role}
    request = world.request(Caller.parse(service), "sts:AssumeRole", role, context)
    policies = Policies(
        resource_based=world.landscape.roles[role].trust,
        resource_control=world.levels(account, "resource_control"),
        management_account=world.landscape.organization.management_account if world.landscape.organization else None,
    )
    evaluation = evaluate(
        Request(request.principal, request.action, Resource(role, account), request.context), policies
    )
    return evaluation if evaluation.allowed else None


def _trusting(source: Principal) -> Policy:
    """Write the trust policy that whoever changes one would write."""
    statement = {"Effect": "Allow", "Principal": {"AWS": source.arn}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": statement}
    return Policy.parse(document, name="the changed trust policy", type=PolicyType.TRUST)
