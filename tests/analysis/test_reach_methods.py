"""Every method of the catalog: found where all of it is allowed, and not where one part is missing or forbidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from iamkit import reference
from iamkit.analysis.edges import Edge, edges_from
from iamkit.analysis.methods import METHODS, Method, Over
from iamkit.analysis.world import Kind, World
from tests.analysis import accounts
from tests.analysis.accounts import A, allow, deny, policy, role, trust, user

RUNNING = {
    Over.FUNCTION: f"arn:aws:lambda:us-east-1:{A}:function:worker",
    Over.INSTANCE: f"arn:aws:ec2:us-east-1:{A}:instance/i-0123456789abcdef0",
    Over.DEV_ENDPOINT: f"arn:aws:glue:us-east-1:{A}:devEndpoint/dev",
    Over.PROJECT: f"arn:aws:codebuild:us-east-1:{A}:project/build",
    Over.NOTEBOOK: f"arn:aws:sagemaker:us-east-1:{A}:notebook-instance/notes",
    Over.STACK: f"arn:aws:cloudformation:us-east-1:{A}:stack/web/1a2b3c",
}
BECOMING = tuple(method for method in METHODS if method.gives is None)
PASSING = tuple(method for method in METHODS if method.service)


def name(method: Method) -> str:
    """Name a test after its method."""
    return f"{method.name} [{method.over.name}]"


def acts_as_role(method: Method) -> bool:
    """Tell whether the method changes a role, so that a role has to be the actor."""
    return method.gives is not None and "Role" in method.name


def scene(method: Method, *statements: Mapping[str, Any], **more: Any) -> World:
    """Make an account in which an actor with these statements has everything else that the method is about."""
    held: dict[str, Any] = {"does": list(statements), **more.pop("actor", {})}
    if method.gives is Kind.NO_BOUNDARY:
        held = {"boundary": "limits", **held}
    if method.over is Over.OWN_POLICY:
        held["attached"] = ["mine"]
    if method.gives is Kind.WITHOUT:
        held["attached"] = ["denying"]
        held["does"] = [*held["does"], deny("s3:DeleteBucket")]
    if method.over is Over.OWN_GROUP:
        held["groups"] = ["team"]
    target = {
        "trust": trust(method.service or role("nobody"), A)
        if method.over is not Over.TRUSTED
        else trust(role("target2")),
        "profiles": ["web"] if method.over in (Over.PROFILE, Over.SWAPPED) else [],
    }
    roles: dict[str, Any] = {"target": target, "target2": {"trust": trust("ec2.amazonaws.com")}, "nobody": {}}
    users: dict[str, Any] = {"victim": {}}
    (roles if acts_as_role(method) else users)["actor"] = held
    document = accounts.account(
        users,
        roles,
        {"team": {"does": allow("s3:ListAllMyBuckets")}, "strong": {"does": allow("s3:*")}},
        {
            "mine": [policy(allow("s3:ListAllMyBuckets")), policy(allow("*"))],
            "limits": [policy(allow("*"))],
            "strong": [policy(allow("*"))],
            "denying": [policy(deny("s3:*"))],
            **more.pop("policies", {}),
        },
        Resources=[*_resources(method)],
        **({} if "Organization" not in more else {"Organization": more["Organization"]}),
    )
    return World(accounts.landscape(document))


def _resources(method: Method) -> list[dict[str, Any]]:
    if method.over is Over.SWAPPED:
        held = {"Role": role("target2")} if "Replace" in method.name else {}
        return [{"Arn": RUNNING[Over.INSTANCE], **held}]
    if method.over in RUNNING:
        return [{"Arn": RUNNING[method.over], "Role": role("target")}]
    return []


def found(world: World, method: Method) -> list[Edge]:
    """Find the actor's steps by this method."""
    actor = world.landscape.principal("actor")
    return list(edges_from(world, actor, methods=[method]))


def grants(method: Method) -> list[dict[str, Any]]:
    """Allow each action of the method in a statement of its own."""
    narrow: dict[str, Any] = {"Condition": {"ArnEquals": {"iam:PolicyARN": f"arn:aws:iam::{A}:policy/strong"}}}
    more: dict[str, Any] = narrow if method.over is Over.ATTACHABLE else {}
    return [allow(action, **more) for action in dict.fromkeys(method.actions)]


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_every_action_of_a_method_is_one_and_takes_its_resource(method: Method) -> None:
    """The reference knows each action, and that it is about resources of such ARNs."""
    facts = {"partition": "aws", "region": "us-east-1", "account": A, "new": "iamkit", "any": "0abc", "target": ""}
    for need in method.needs:
        action = reference.action(need.action)
        assert action is not None, need.action
        if "{target}" in need.resource or need.resource == "{role}":
            continue
        # A document of AWS's own has no account in its ARN, of which the reference does not speak.
        arn = need.resource.format(**facts).replace("::document/", f":{A}:document/")
        types = reference.service(need.action.partition(":")[0]).resource_types
        named = [types[each.name] for each in action.resource_types if each.name in types]
        assert any(each.fits(arn) for each in named) or (arn == "*" and not named), (need.action, arn, named)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_method_is_found_with_all_that_it_needs(method: Method) -> None:
    """An actor who may do each part has the step, with every request as evidence that it is allowed."""
    edges = found(scene(method, *grants(method)), method)
    assert edges, name(method)
    edge = next((each for each in edges if each.becomes == role("target")), edges[0])
    assert all(each.allowed for each in edge.evidence)
    assert {*method.actions} <= {request.action for request in edge.requests}
    assert (edge.becomes is None) is (method.gives is not None)
    assert all(f"`{action}`" in str(edge) for action in method.actions)
    if method in BECOMING:
        assert edge.becomes == (user("victim") if method.over is Over.USER else role("target"))


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_method_is_not_found_without_one_of_its_actions(method: Method) -> None:
    """Each action alone is missed."""
    for missing in dict.fromkeys(method.actions):
        if method.over is Over.ASSUMED:
            continue  # a role that names the account needs the action: below
        rest = [statement for statement in grants(method) if statement["Action"] != missing]
        assert found(scene(method, *rest), method) == [], missing


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_permissions_boundary_stops_a_method(method: Method) -> None:
    """A boundary without the first action stops the method (E10)."""
    bounded = {"policies": {"limits": [policy({**allow("x"), "NotAction": method.actions[0]})]}}
    del bounded["policies"]["limits"][0]["Statement"][0]["Action"]
    assert found(scene(method, *grants(method), actor={"boundary": "limits"}, **bounded), method) == []


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_service_control_policy_stops_a_method(method: Method) -> None:
    """An SCP that denies the last action stops the method (E7)."""
    organization = accounts.organization({A: {"scp": policy(deny(method.actions[-1]))}})
    assert found(scene(method, *grants(method), **organization), method) == []
    open_ = accounts.organization({A: {"scp": policy(deny("organizations:LeaveOrganization"))}})
    assert found(scene(method, *grants(method), **open_), method)


@pytest.mark.parametrize("method", METHODS, ids=name)
def test_method_keeps_to_the_resources_that_are_allowed(method: Method) -> None:
    """Allowed on something else, the first action gives nothing."""
    first = {**grants(method)[0], "Resource": f"arn:aws:iam::{A}:role/elsewhere"}
    assert found(scene(method, first, *grants(method)[1:]), method) == []


@pytest.mark.parametrize("method", PASSING, ids=name)
def test_role_is_passed_to_the_service_that_is_allowed(method: Method) -> None:
    """A condition on iam:PassedToService lets the method's service pass, and no other one."""
    rest = grants(method)[1:]
    for service, passes in ((method.service, True), ("transfer.amazonaws.com", False)):
        condition = {"StringEquals": {"iam:PassedToService": service}}
        statement = allow("iam:PassRole", role("target"), Condition=condition)
        assert bool(found(scene(method, statement, *rest), method)) is passes


@pytest.mark.parametrize("method", PASSING, ids=name)
def test_role_must_trust_the_service(method: Method) -> None:
    """A role that trusts another service cannot be used by this one."""
    document = accounts.account(
        {"actor": {"does": grants(method)}}, {"target": {"trust": trust("transfer.amazonaws.com"), "profiles": ["web"]}}
    )
    assert found(World(accounts.landscape(document)), method) == []
