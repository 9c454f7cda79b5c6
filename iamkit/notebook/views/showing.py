"""How documents and whole sets of policies look, whatever they came as."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamkit import InvalidPolicy, Policy, PolicyType, Problem
from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.notebook.views.policies import policy_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamkit import Policies


def policy_of(document: Any, name: str, type: PolicyType | None) -> tuple[Policy, View]:
    """Read a document and show it as it was written; raise `InvalidPolicy`."""
    if isinstance(document, Policy):
        return document, policy_view(document)
    if isinstance(document, Path):
        name = document.stem if name == "policy" else name
        document = document.read_text(encoding="utf-8")
    if not isinstance(document, str | dict):
        help = "show takes a policy, an evaluation or a request"
        raise InvalidPolicy((Problem(f"this {document.__class__.__name__} is no policy", help=help),))
    policy = Policy.parse(document, name=name, type=type)
    return policy, policy_view(policy, document if isinstance(document, str) else "")


def policies_views(policies: Policies) -> Iterator[View]:
    """Show every policy of a set under the place where it stands."""
    for place, policy in _places(policies):
        view = policy_view(policy)
        label = f"{place}:"
        yield View(f"{label}\n{view.text}", html.paragraph(html.inline(label)) + view.html) if place else view
    for error in policies.invalid:
        problems = "; ".join(str(problem) for problem in error.problems)
        text = f"{error.name} cannot be read: {problems}"
        yield View(text, html.paragraph(html.inline(text)))


def _places(policies: Policies) -> Iterator[tuple[str, Policy]]:
    """Yield policies with what their type alone does not say: the group, the organization level."""
    yield from (("", policy) for policy in policies.identity_based)
    for group, many in policies.groups.items():
        yield from ((f"From the group `{group}`", policy) for policy in many)
    single = [policies.resource_based] if policies.resource_based else []
    for found in (single, policies.permissions_boundary, policies.session, policies.vpc_endpoint):
        yield from (("", policy) for policy in found or ())
    for levels in (policies.service_control, policies.resource_control):
        for level in levels or ():
            yield from ((f"At the level `{level.name}`", policy) for policy in level.policies)
