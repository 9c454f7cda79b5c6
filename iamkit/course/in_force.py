"""The policies that are in force beside the learner's: the `[policies]` table of an exercise or a prediction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from iamkit import Policies, Policy, PolicyType
from iamkit.course.policy_consistency import parse_into

if TYPE_CHECKING:
    from iamkit.course.fields import Folder, Table

# Key in TOML -> (field of `Policies`, type the file is read as). One row a place where policies stand.
PLACES: dict[str, tuple[str, PolicyType]] = {
    "identity-based": ("identity_based", PolicyType.IDENTITY_BASED),
    "resource-based": ("resource_based", PolicyType.RESOURCE_BASED),
    "trust": ("resource_based", PolicyType.TRUST),
    "permissions-boundary": ("permissions_boundary", PolicyType.PERMISSIONS_BOUNDARY),
    "session": ("session", PolicyType.SESSION),
    "vpc-endpoint": ("vpc_endpoint", PolicyType.VPC_ENDPOINT),
    "service-control": ("service_control", PolicyType.SERVICE_CONTROL),
    "resource-control": ("resource_control", PolicyType.RESOURCE_CONTROL),
}
_LEVELED = ("service-control", "resource-control")
_ONE = ("resource_based", "permissions_boundary", "session", "vpc_endpoint")
_FIELDS = {type: field for field, type in PLACES.values()}


@dataclass(frozen=True, slots=True)
class Level:
    """The policies of an organization's root, an OU or an account; `learner`: the learner's policy joins them."""

    name: str
    policies: tuple[Policy, ...]
    learner: bool = False


@dataclass(frozen=True, slots=True)
class InForce:
    """Policies by the field of `Policies` where they stand."""

    single: dict[str, tuple[Policy, ...]] = field(default_factory=dict)
    levels: dict[str, tuple[Level, ...]] = field(default_factory=dict)

    def policies(self, learner: Policy | None = None, type: PolicyType = PolicyType.IDENTITY_BASED) -> Policies:
        """Put the learner's policy where its type stands, among the others."""
        single, levels = dict(self.single), dict(self.levels)
        place = _FIELDS[type]
        if learner is not None and place in ("service_control", "resource_control"):
            levels[place] = _joined(levels.get(place, ()), learner)
        elif learner is not None:
            single[place] = (learner, *single.get(place, ()))
        fields: dict[str, Any] = dict(single)
        if "resource_based" in single:
            fields["resource_based"] = single["resource_based"][0]
        fields |= {name: {level.name: level.policies for level in found} for name, found in levels.items()}
        return Policies(**fields)

    def has(self, type: PolicyType) -> bool:
        """Tell whether a policy stands already where only one of this type can."""
        return _FIELDS[type] in _ONE and _FIELDS[type] in self.single


def _joined(levels: tuple[Level, ...], learner: Policy) -> tuple[Level, ...]:
    if not any(level.learner for level in levels):
        return (*levels, Level("account", (learner,)))
    return tuple(Level(level.name, (*level.policies, learner)) if level.learner else level for level in levels)


def read_in_force(table: Table, folder: Folder, used: set[str]) -> InForce:
    """Read the `[policies]` table; add the files it names to `used`."""
    single: dict[str, tuple[Policy, ...]] = {}
    levels: dict[str, tuple[Level, ...]] = {}
    for key, (name, type) in PLACES.items():
        if key not in table:
            table.text(key, default="")  # declares the key, so that a misspelled one is offered it
        elif key in _LEVELED:
            levels[name] = _read_levels(table, key, folder, used)
        elif name in single:
            table.problem(key, "stands where another policy already stands", "keep one of the two")
        else:
            files = table.text_or_texts(key)
            if len(files) > 1 and name in _ONE:
                table.problem(key, f"names {len(files)} files", "only one such policy can be in force: name one file")
            single[name] = _read_files(files, type, folder, used)
    table.finish()
    return InForce({name: found for name, found in single.items() if found}, levels)


def _read_levels(table: Table, key: str, folder: Folder, used: set[str]) -> tuple[Level, ...]:
    levels: list[Level] = []
    for inner in table.tables(key):
        name, files, learner = inner.text("level"), inner.texts("files"), inner.flag("learner")
        inner.finish()
        if any(level.name == name for level in levels):
            inner.problem("level", f"names a second level `{name}`", "put all files of a level in one row")
        levels.append(Level(name, _read_files(files, PLACES[key][1], folder, used), learner))
    return tuple(levels)


def _read_files(files: tuple[str, ...], type: PolicyType, folder: Folder, used: set[str]) -> tuple[Policy, ...]:
    used.update(files)
    texts = ((file, folder.text(file, holding=f"a {type.value}")) for file in files if file)
    found = (parse_into(folder, file, text, type) for file, text in texts)
    return tuple(policy for policy in found if policy is not None)
