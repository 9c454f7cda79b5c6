"""How far a principal comes: privilege escalation in an account, and what an attacker reaches from one credential.

A search keeps what the attacker holds and what it has changed, and takes every step that the engine allows until there
is none left. Each step only ever adds, so that the order does not matter for what is reached. Requests are made from
the internet, without MFA; `context` says otherwise for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit.analysis.edges import Edge, edges_from, possible
from iamkit.analysis.landscape import Landscape, Principal, User, account_of, short
from iamkit.analysis.reached import Access, access_to
from iamkit.analysis.world import Change, World
from iamkit.evaluation import Policies, allows
from iamkit.policy import Caller
from iamkit.request import Request

if TYPE_CHECKING:
    import networkx

# What an administrator may do and hardly anybody else: one action of each kind, on things that no policy speaks of.
_ADMINISTERS = (
    ("iam:CreateUser", "arn:aws:iam::{account}:user/iamkit-probe"),
    ("iam:AttachUserPolicy", "arn:aws:iam::{account}:user/iamkit-probe"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::{account}:policy/iamkit-probe"),
    ("iam:PutRolePolicy", "arn:aws:iam::{account}:role/iamkit-probe"),
    ("iam:PassRole", "arn:aws:iam::{account}:role/iamkit-probe"),
    ("s3:DeleteBucket", "arn:aws:s3:::iamkit-probe"),
    ("ec2:TerminateInstances", "arn:aws:ec2:us-east-1:{account}:instance/i-0123456789abcdef0"),
    ("lambda:UpdateFunctionCode", "arn:aws:lambda:us-east-1:{account}:function:iamkit-probe"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:{account}:secret:iamkit-probe-a1b2c3"),
    ("dynamodb:DeleteTable", "arn:aws:dynamodb:us-east-1:{account}:table/iamkit-probe"),
)
_ANY_ADMIN_POLICY = {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}


@dataclass(frozen=True, slots=True, repr=False)
class Escalations:
    """The steps of all principals that are no administrators already, each alone, as things are now."""

    landscape: Landscape
    edges: tuple[Edge, ...]
    administrators: tuple[str, ...]

    @property
    def graph(self) -> networkx.MultiDiGraph[str]:
        """Give the steps as a graph of principals' ARNs; each edge has its `Edge` and its method's name."""
        return _graph([each.arn for each in self.landscape.principals], self.edges)

    def __repr__(self) -> str:
        head = f"{_count(len(self.edges), 'step')} by which principals come to more than they have"
        return "\n".join([head, *map(str, self.edges), f"Administrators already: {_names(self.administrators)}"])


@dataclass(frozen=True, slots=True, repr=False)
class Path:
    """Steps one after the other, from a source to a principal that it can act as at the end, or administer with."""

    source: str
    target: str
    steps: tuple[Edge, ...]

    def __str__(self) -> str:
        return "; then ".join(map(str, self.steps))

    __repr__ = __str__


@dataclass(frozen=True, slots=True, repr=False)
class BlastRadius:
    """What an attacker with one credential reaches.

    `steps` are in an order in which they can be taken; `administrators` can do everything in their account then.
    """

    landscape: Landscape
    credential: str
    start: str
    steps: tuple[Edge, ...]
    principals: tuple[str, ...]
    administrators: tuple[str, ...]
    access: tuple[Access, ...]

    @property
    def graph(self) -> networkx.MultiDiGraph[str]:
        """Give the steps as a graph of principals' ARNs."""
        return _graph(self.principals, self.steps)

    @property
    def administers(self) -> tuple[str, ...]:
        """List the accounts that are lost altogether."""
        return tuple(sorted({arn.split(":")[4] for arn in self.administrators}))

    @property
    def is_admin(self) -> bool:
        """Tell whether some account is lost altogether."""
        return bool(self.administers)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say in words and numbers how bad it is."""
        everybody = len(self.landscape.users) + len(self.landscape.roles)
        others = [arn for arn in self.principals if arn != self.start]
        touched = [each for each in self.access if each.levels]
        lost = ", ".join(self.administers)
        return (
            f"Whoever has {_credential(self.credential, self.start)} acts as {short(self.start)}.",
            f"From there {_count(len(others), 'other principal')} of {everybody - 1} can be reached: {_names(others)}.",
            f"That makes an administrator of {lost}." if lost else "That makes an administrator of no account.",
            f"{len(touched)} of {_count(len(self.access), 'resource')} can be touched.",
        )

    def __repr__(self) -> str:
        lines = [*self.sentences, *(f"  {number}. {step}" for number, step in enumerate(self.steps, 1))]
        lines += [f"  {each}" for each in self.access if each.levels]
        return "\n".join(lines)


def escalations(landscape: Landscape, *, context: Mapping[str, Any] | None = None) -> Escalations:
    """Find every single step by which a principal becomes another one or gives itself more permissions."""
    world = World(landscape, context=context)
    everybody = list(landscape.principals)
    administrators = tuple(each.arn for each in everybody if administers(world, each))
    edges = tuple(edge for each in everybody if each.arn not in administrators for edge in edges_from(world, each))
    return Escalations(landscape, tuple(sorted(edges, key=lambda edge: edge.key)), administrators)


def all_edges(landscape: Landscape, *, context: Mapping[str, Any] | None = None) -> tuple[Edge, ...]:
    """Find the steps of all principals, of administrators too."""
    world = World(landscape, context=context)
    found = (edge for each in landscape.principals for edge in edges_from(world, each))
    return tuple(sorted(found, key=lambda edge: edge.key))


def paths(landscape: Landscape, source: str, *, context: Mapping[str, Any] | None = None) -> tuple[Path, ...]:
    """Give a way from a principal to each that it can come to, by the name of the last one; to itself, with more.

    A way has only the steps that it needs. Raises `UnknownPrincipal`.
    """
    search = _Search(World(landscape, context=context), landscape.principal(source).arn)
    search.run()
    found = [search.way(arn) for arn in search.held if arn != search.start]
    if (own := search.own_way()) is not None:
        found.append(own)
    return tuple(sorted(found, key=lambda path: (path.target, len(path.steps))))


def blast_radius(landscape: Landscape, credential: str, *, context: Mapping[str, Any] | None = None) -> BlastRadius:
    """Tell what is lost with one credential: an access key, a role's session, or the code of a function or instance.

    It is named by its ID, by the ARN of the principal or of the resource, or by the principal's name. Raises
    `UnknownPrincipal`.
    """
    start = landscape.principal(credential).arn
    search = _Search(World(landscape, context=context), start)
    search.run()
    access = tuple(
        access_to(search.world, resource, search.held) for _, resource in sorted(landscape.resources.items())
    )
    principals = tuple(sorted(search.held, key=lambda arn: (arn != start, arn)))
    administrators = tuple(filter(search.administers, principals))
    return BlastRadius(landscape, credential, start, tuple(search.steps), principals, administrators, access)


def administers(world: World, principal: Principal) -> bool:
    """Tell whether a principal may do all that the root user may, by requests about things that nobody speaks of.

    What service control policies forbid to everybody does not count.
    """
    account = account_of(principal)
    root = Caller.parse(f"arn:aws:iam::{account}:root")
    policies = world.policies(principal.arn, "iam:CreateUser", "*")
    asked = 0
    for action, template in _ADMINISTERS:
        resource = template.format(account=account)
        keys = _ANY_ADMIN_POLICY if action == "iam:AttachUserPolicy" else {}
        context = world.request(world.caller(principal.arn), action, resource, keys).context
        if not allows(Request(root, action, resource, context), _guardrails(world, account)):
            continue
        asked += 1
        if not allows(Request(world.caller(principal.arn), action, resource, context), policies):
            return False
    return asked > 0


def _guardrails(world: World, account: str) -> Policies:
    organization = world.landscape.organization
    management = organization.management_account if organization else None
    return Policies(service_control=world.levels(account, "service_control"), management_account=management)


class _Search:
    """What an attacker holds and has changed, and by which step it came to each."""

    def __init__(self, world: World, start: str) -> None:
        self.first = world
        self.world = world
        self.start = start
        self.held: dict[str, Edge | None] = {start: None}
        self.changed: dict[Change, Edge] = {}
        self.steps: list[Edge] = []
        self._administer: dict[str, bool] = {}

    def run(self) -> None:
        """Take all steps that can be taken, round by round."""
        while self._round():
            self.world = self.first.after(self.changed)
            self._administer.clear()

    def _round(self) -> bool:
        before = len(self.steps)
        for arn in list(self.held):
            principal = self.world.landscape.principal(arn)
            for edge in edges_from(self.world, principal, frozenset(self.held)):
                self._take(edge)
        return len(self.steps) > before

    def _take(self, edge: Edge) -> None:
        if edge.becomes is not None:
            if edge.becomes in self.held:
                return
            self.held[edge.becomes] = edge
        elif edge.change is None or edge.change in self.changed or not self._adds(edge.change):
            return
        else:
            self.changed[edge.change] = edge
        self.steps.append(edge)

    def _adds(self, change: Change) -> bool:
        """Tell whether a change gives anything to one who is held, and may not do everything already."""
        affected = [arn for arn in self.held if _affects(self.world.landscape, change, arn)]
        return not all(map(self.administers, affected))

    def administers(self, arn: str) -> bool:
        """Tell whether one who is held may do everything by now."""
        known = self._administer.get(arn)
        if known is None:
            known = self._administer[arn] = administers(self.world, self.world.landscape.principal(arn))
        return known

    def way(self, target: str) -> Path:
        """Give the steps that lead to a principal, and those that made them possible."""
        edge = self.held[target]
        assert edge is not None
        return Path(self.start, target, tuple(self._before(edge, [])))

    def own_way(self) -> Path | None:
        """Give the steps by which the source itself came to more permissions."""
        own = [edge for change, edge in self.changed.items() if _affects(self.first.landscape, change, self.start)]
        if not own:
            return None
        steps: list[Edge] = []
        for edge in own:
            self._before(edge, steps)
        return Path(self.start, self.start, tuple(steps))

    def _before(self, edge: Edge, steps: list[Edge]) -> list[Edge]:
        if edge in steps:
            return steps
        came = self.held[edge.source]
        if came is not None:
            self._before(came, steps)
        for change in self._needed(edge):
            self._before(self.changed[change], steps)
        steps.append(edge)
        return steps

    def _needed(self, edge: Edge) -> list[Change]:
        """Find the changes without which a step could not be taken, by leaving out one after the other."""
        earlier = self.steps[: self.steps.index(edge)]
        needed = [each.change for each in earlier if each.change is not None]
        for change in list(needed):
            rest = [each for each in needed if each != change]
            if possible(self.first.after(rest), edge):
                needed = rest
        return needed


def _affects(landscape: Landscape, change: Change, arn: str) -> bool:
    """Tell whether a change is one to the permissions of a principal: to itself, a group or a policy of it."""
    principal = landscape.principal(arn)
    held = {arn, *principal.attached, *filter(None, [principal.boundary])}
    for group in principal.groups if isinstance(principal, User) else ():
        held |= {group, *landscape.groups[group].attached}
    return change.target in held


def _graph(principals: Iterable[str], edges: Iterable[Edge]) -> networkx.MultiDiGraph[str]:
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    graph.add_nodes_from(principals)
    for edge in edges:
        graph.add_edge(edge.source, edge.target, step=edge, method=edge.method.name)
    return graph


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _names(arns: Iterable[str]) -> str:
    return ", ".join(short(arn) for arn in arns) or "nobody"


def _credential(told: str, start: str) -> str:
    return (
        f"the credentials of {short(start)}" if told in (start, short(start), start.rpartition("/")[2]) else f"`{told}`"
    )
