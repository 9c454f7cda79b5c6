"""What must hold of every session, whatever roles, tags, policies and parameters there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts.validating import PARAMETERS
from tests.cloud.sts.world import HOME, Json, World, account_root, allow, session_of, token_of, trust
from tests.properties.strategies import ACTIONS, RESOURCES, documents

EVERY = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
KEYS = ("Team", "team", "Project", "Größe", "Cost Center")
HOUR = timedelta(hours=1)

TAGS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(("a", "b", "")), max_size=3)


@st.composite
def hops(draw: st.DrawFn) -> dict[str, Any]:
    """One AssumeRole of a chain: duration, tags, those that are transitive, source identity, all or none of them."""
    asked: dict[str, Any] = {}
    tags = draw(TAGS)
    if tags:
        asked["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        asked["TransitiveTagKeys"] = draw(st.lists(st.sampled_from(sorted(tags)), max_size=2))
    duration = draw(st.none() | st.sampled_from((900, 3600, 3601, 43200)))
    if duration is not None:
        asked["DurationSeconds"] = duration
    identity = draw(st.none() | st.sampled_from(("alice", "bob")))
    if identity is not None:
        asked["SourceIdentity"] = identity
    return asked


ROLES = st.lists(st.tuples(st.sampled_from((3600, 43200)), TAGS), min_size=2, max_size=4)


def folded(tags: Mapping[str, str]) -> dict[str, str]:
    """Put the keys of tags in one case."""
    return {key.casefold(): value for key, value in tags.items()}


@given(ROLES, st.lists(hops(), min_size=2, max_size=4), st.sampled_from(("key", "GetSessionToken")))
def test_chain_keeps_its_promises(roles: list[tuple[int, dict[str, str]]], asked: list[Json], start: str) -> None:
    """A chained session ends within the hour, keeps transitive tags and source identity, and no key in two cases."""
    world = World()
    holder = world.add_user("alice", allow("sts:*"))
    if start == "GetSessionToken":
        holder = world.held(world.call("GetSessionToken", holder))
    for number, ((maximum, tags), hop) in enumerate(zip(roles, asked, strict=False)):
        own = {key: value for key, value in tags.items() if key != "team"}
        arn = world.add_role(
            f"role{number}", trust(account_root(), *EVERY), allow(*EVERY), max_session_duration=maximum, tags=own
        )
        before = holder.session
        made = world.tries("AssumeRole", holder, RoleArn=arn, RoleSessionName=f"s{number}", **hop)
        if isinstance(made, ServiceError):
            assert made.code in ("ValidationError", "InvalidParameterValue", "AccessDenied")
            continue
        holder = made
        session = session_of(holder)
        lasts = (session.access_key.expires or world.now) - world.now
        assert lasts <= (HOUR if before is not None else timedelta(seconds=maximum))
        assert len(folded(holder.caller.tags)) == len(holder.caller.tags)
        assert session.transitive <= holder.caller.tags.keys()
        if before is not None:
            kept = {key: value for key, value in before.caller.tags.items() if key in before.transitive}
            assert kept.items() <= holder.caller.tags.items()
            assert before.transitive <= session.transitive
            assert before.source_identity in (None, session.source_identity)
            assert session.maker_session is before


DOCUMENTS = documents()


@given(st.lists(DOCUMENTS, min_size=1, max_size=2), DOCUMENTS, st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
def test_session_policy_never_widens(own: list[Json], passed: Json, action: str, resource: str) -> None:
    """What a session with a policy may do, the same session without one may do too (E11)."""
    world = World()
    alice = world.add_user("alice", *own)
    bob = world.add_user("bob")
    role = world.add_role("App", trust(bob.caller.arn), *own)
    text = json.dumps(passed)
    plain, limited = world.assume(bob, role), world.assume(bob, role, Policy=text)
    if world.may(limited, action, resource):
        assert world.may(plain, action, resource)
    federated = world.tries("GetFederationToken", alice, Name="carol", Policy=text)
    if isinstance(federated, ServiceError):  # the user's own policies do not allow that
        assert federated.code == "AccessDenied"
    elif world.may(federated, action, resource) and not _asks_for_the_caller(own, passed):
        assert world.may(alice, action, resource)


def _asks_for_the_caller(own: list[Json], passed: Json) -> bool:
    """Tell whether a policy looks at who asks, who is another one as a federated user."""
    return any(word in json.dumps([own, passed]) for word in ("aws:username", "aws:PrincipalArn", "aws:PrincipalTag"))


TEXTS = st.sampled_from(
    (
        "", "a", "ab", "123456", f"arn:aws:iam::{HOME}:role/target", f"arn:aws:iam::{HOME}:user/alice",
        "arn:aws:iam::::", f"arn:aws:iam::{HOME}:saml-provider/Corp", token_of("https://idp.example.com"), "{}",
        json.dumps(allow("s3:*")), "x" * 3000, "é\n\0", "AKIAALICEXXXXXXXXXXX",
    )
) | st.text("aB9-_:/.{}\"\\é\0\n ", max_size=30)  # fmt: skip
NUMBERS = st.sampled_from((-1, 0, 899, 900, 3600, 43200, 129600, 10**9))
SHAPES = {"DurationSeconds": NUMBERS, "MinimumSessionTokenSize": NUMBERS}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operation with any of its parameters, each of the right type and otherwise anything."""
    operation = draw(st.sampled_from(sorted(PARAMETERS)))
    parameters: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted({*PARAMETERS[operation], "Tags"})), unique=True)):
        if name in ("Tags", "PolicyArns"):
            member = {"Tags": {"Key": TEXTS, "Value": TEXTS}, "PolicyArns": {"arn": TEXTS}}[name]
            parameters[name] = draw(st.lists(st.fixed_dictionaries({}, optional=member), max_size=3))
        elif name == "TransitiveTagKeys":
            parameters[name] = draw(st.lists(TEXTS, max_size=3))
        else:
            parameters[name] = draw(SHAPES.get(name, TEXTS))
    return operation, parameters


@given(calls())
def test_every_request_has_an_answer_or_an_error_of_sts(call: tuple[str, dict[str, Any]]) -> None:
    """Nothing that a client can send makes STS fail in a way that AWS does not have."""
    operation, parameters = call
    world = World()
    alice = world.add_user("alice", allow("*"))
    world.add_role("target", trust(alice.caller.arn, *EVERY))
    world.assertion = world.claims = ServiceError("InvalidIdentityToken", "not checked here")
    try:
        answer = world.call(operation, alice, **parameters)
    except ServiceError as error:
        refused = error
    else:
        assert answer
        return
    assert refused.code not in ("NotModelled", "")
    assert 400 <= refused.status < 500
    assert refused.message
