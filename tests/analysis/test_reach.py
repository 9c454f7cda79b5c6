"""Escalations, paths and the blast radius of a credential: what is reached, in which words, and what stops it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamkit.analysis.landscape import Landscape, UnknownPrincipal
from iamkit.analysis.reach import all_edges, blast_radius, escalations, paths
from tests.analysis import accounts
from tests.analysis.accounts import ADMIN, A, B, account, allow, deny, landscape, policy, role, trust, user

FUNCTION = f"arn:aws:lambda:us-east-1:{A}:function:worker"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


def company() -> Landscape:
    """An account in which alice comes to be an administrator in three steps, and erin to nothing."""
    document = account(
        {
            "alice": {"does": allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])},
            "bob": {"does": allow("iam:PutUserPolicy", user("${aws:username}"))},
            "erin": {"does": allow("s3:GetObject", f"{BUCKET}/*")},
            "root": {"attached": [ADMIN]},
        },
        {
            "deploy": {
                "trust": trust("lambda.amazonaws.com"),
                "does": allow("iam:CreateAccessKey", user("bob")),
            },
            "reader": {"trust": trust(A), "does": allow(["s3:GetObject", "s3:ListBucket"], [BUCKET, f"{BUCKET}/*"])},
        },
        Resources=[{"Arn": BUCKET, "AccountId": A}, {"Arn": FUNCTION, "Role": role("deploy")}],
        AccessKeyMetadata=[{"UserName": "alice", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"}],
    )
    return landscape(document)


def targets(found: Landscape, source: str, **more: Any) -> list[str]:
    """Tell where ways lead."""
    return [path.target.rpartition("/")[2] for path in paths(found, source, **more)]


def test_escalations_are_told_in_sentences() -> None:
    """One sentence a step: who becomes whom, by which actions on what; administrators are left out."""
    assert repr(escalations(company())) == (
        "3 steps by which principals come to more than they have\n"
        "role/deploy can become user/bob: `iam:CreateAccessKey` on it\n"
        "user/alice can become role/deploy: `iam:PassRole` on it, `lambda:CreateFunction` and `lambda:InvokeFunction` "
        "on function:iamkit\n"
        "user/bob can give itself any policy: `iam:PutUserPolicy` on itself\n"
        "Administrators already: user/root"
    )


def test_path_has_the_steps_that_it_needs_and_no_others() -> None:
    """Over a role and a user to an administrator, who has the key of everybody; each request is allowed."""
    ways = {path.target: path for path in paths(company(), "alice")}
    steps = [(step.source, step.method.name) for step in ways[user("root")].steps]
    assert steps == [
        (user("alice"), "iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction"),
        (role("deploy"), "iam:CreateAccessKey"),
        (user("bob"), "iam:PutUserPolicy"),
        (user("bob"), "iam:CreateAccessKey"),
    ]
    assert all(each.allowed for path in ways.values() for step in path.steps for each in step.evidence)
    assert len(ways[user("bob")].steps) == 2
    assert paths(company(), "erin") == ()


def test_blast_radius_is_told_in_words_and_numbers() -> None:
    """By an access key: principals, accounts that are lost, resources by access level with a request each."""
    found = blast_radius(company(), "AKIAIOSFODNN7EXAMPLE")
    assert found.sentences == (
        "Whoever has `AKIAIOSFODNN7EXAMPLE` acts as user/alice.",
        "From there 5 other principals of 5 can be reached: role/deploy, role/reader, user/bob, user/erin, user/root.",
        f"That makes an administrator of {A}.",
        "2 of 2 resources can be touched.",
    )
    assert found.is_admin
    bucket = next(each for each in found.access if each.resource == BUCKET)
    assert list(bucket.levels) == ["List", "Read", "Write", "Tagging", "Permissions management"]
    assert all(each.allowed for each in bucket.levels.values())
    assert repr(found) == repr(blast_radius(company(), "AKIAIOSFODNN7EXAMPLE"))


def test_blast_radius_without_a_way_on() -> None:
    """What the principal itself can do is all there is."""
    found = blast_radius(company(), "erin")
    assert (found.principals, found.steps, found.administers) == ((user("erin"),), (), ())
    assert [list(each.levels) for each in found.access] == [[], ["Read"]]
    assert "arn:aws:s3:::amzn-s3-demo-bucket: Read (`s3:GetObject` by user/erin)" in repr(found)


def test_blast_radius_of_code() -> None:
    """Whoever controls a function has its role; a session's ARN means the role, too."""
    found = company()
    assert blast_radius(found, FUNCTION).start == role("deploy")
    assert blast_radius(found, f"arn:aws:sts::{A}:assumed-role/reader/me").start == role("reader")


def test_unknown_credentials_are_refused() -> None:
    """The error says who is there."""
    with pytest.raises(UnknownPrincipal, match=r"`mallory` is no user, role or access key here\n  help: for example"):
        blast_radius(company(), "mallory")


def test_graph_has_the_steps() -> None:
    """Principals are nodes, and each edge has its step; it is made when it is asked for."""
    found = escalations(company())
    assert set(found.graph.nodes) == {each.arn for each in found.landscape.principals}
    assert found.graph.number_of_edges() == 3
    assert {data["method"] for *_, data in found.graph.edges(data=True)} == {edge.method.name for edge in found.edges}
    assert list(blast_radius(company(), "alice").graph.successors(user("alice"))) == [role("deploy")]


def test_role_is_assumed_over_accounts_where_both_sides_allow() -> None:
    """In another account the caller's own policy and the trust policy both have to allow (E13, E15)."""
    there = account({}, {"audit": {"trust": trust(A)}, "closed": {"trust": trust(user("bob"))}}, id=B)
    for does, expected in ((allow("sts:AssumeRole", role("audit", B)), ["audit"]), (allow("s3:*"), [])):
        found = landscape(account({"alice": {"does": does}, "bob": {}}), there)
        assert targets(found, "alice") == expected
    assert f"role/audit in {B}" in str(
        paths(landscape(account({"alice": {"does": allow("sts:*")}}), there), "alice")[0]
    )


def test_conditions_on_who_asks_are_not_chosen() -> None:
    """MFA, an address and tags of the principal are as they are; an external ID and session tags can be chosen."""
    conditions: dict[str, Any] = {
        "mfa": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        "office": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
        "team": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        "external": {"StringEquals": {"sts:ExternalId": "42"}},
        "tagged": {"StringLike": {"aws:RequestTag/cost": "c-*"}},
    }
    roles = {name: {"trust": trust(user("alice"), Condition=held)} for name, held in conditions.items()}
    found = landscape(account({"alice": {"tags": {"team": "red"}}}, roles))
    assert targets(found, "alice") == ["external", "tagged"]
    assert targets(found, "alice", context={"aws:MultiFactorAuthPresent": "true"}) == ["external", "mfa", "tagged"]


def test_deny_unless_a_tag_is_given_is_met() -> None:
    """What a Deny asks of a request that can be chosen is chosen."""
    statements = [
        allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
        deny("lambda:CreateFunction", Condition={"Null": {"aws:RequestTag/team": "true"}}),
    ]
    found = landscape(account({"alice": {"does": statements}}, {"deploy": {"trust": trust("lambda.amazonaws.com")}}))
    (way,) = paths(found, "alice")
    assert any(request.value("aws:RequestTag/team") for request in way.steps[0].requests)


def test_region_that_is_allowed_is_taken() -> None:
    """An SCP that holds requests to one region does not hide what can be done there."""
    scp = policy(deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}}))
    scp["Statement"][0]["NotAction"] = ["iam:*", "sts:*"]
    del scp["Statement"][0]["Action"]
    does = allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
    document = account(
        {"alice": {"does": does}},
        {"deploy": {"trust": trust("lambda.amazonaws.com")}},
        **accounts.organization({A: {"scp": scp}}),
    )
    (way,) = paths(landscape(document), "alice")
    assert ":eu-central-1:" in way.steps[0].requests[1].resource.arn


def test_resource_control_policy_keeps_others_from_assuming() -> None:
    """An RCP in the role's account has a say on sts:AssumeRole (E7)."""
    rcp = policy(deny("sts:AssumeRole", Principal="*", Condition={"StringNotEquals": {"aws:PrincipalAccount": B}}))
    there = account({}, {"audit": {"trust": trust(A)}}, id=B)
    document = account({"alice": {"does": allow("sts:AssumeRole")}})
    assert targets(landscape(document, there), "alice") == ["audit"]
    assert targets(landscape(document, there, accounts.organization({A: {}, B: {"rcp": rcp}})), "alice") == []


def test_boundary_limits_what_a_change_gives() -> None:
    """Any policy gives no more than the boundary allows; who can shed the boundary first comes to all."""
    roles = {"target": {"trust": trust(A)}}
    for inside, expected in (
        (["iam:PutUserPolicy"], ["alice"]),
        (["iam:PutUserPolicy", "sts:AssumeRole"], ["target", "alice"]),
        (["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"], ["target", "alice"]),
    ):
        held = {"does": allow("iam:PutUserPolicy"), "boundary": "limits"}
        found = landscape(account({"alice": held}, roles, policies={"limits": [policy(allow(inside))]}))
        assert targets(found, "alice") == expected, inside
        administers = "iam:DeleteUserPermissionsBoundary" in inside
        assert blast_radius(found, "alice").is_admin is administers


def test_administrator_is_one_within_the_guardrails_of_the_account() -> None:
    """What an SCP forbids to everybody does not make an administrator less of one; a boundary does."""
    scp = accounts.organization({A: {"scp": policy(deny("ec2:TerminateInstances"))}})
    users: dict[str, Any] = {"root": {"attached": [ADMIN]}, "bounded": {"attached": [ADMIN], "boundary": "limits"}}
    limits = {"limits": [policy(allow("s3:*"))]}
    assert escalations(landscape(account(users, policies=limits, **scp))).administrators == (user("root"),)


def test_second_access_key_is_the_last() -> None:
    """Where there are two keys, one has to be deleted first (IAM quotas)."""
    keys = [{"UserName": "bob", "AccessKeyId": f"AKIA{number}", "Status": "Inactive"} for number in "12"]
    for actions, expected in ((["iam:CreateAccessKey"], []), (["iam:CreateAccessKey", "iam:DeleteAccessKey"], ["bob"])):
        document = account({"alice": {"does": allow(actions)}, "bob": {}}, AccessKeyMetadata=keys)
        assert targets(landscape(document), "alice") == expected


def test_login_profile_depends_on_the_password() -> None:
    """Who has a console password gets no second one, and who has none gets none changed."""
    for known, expected in (([], "CreateLoginProfile"), ([{"UserName": "bob"}], "UpdateLoginProfile")):
        does = allow(["iam:CreateLoginProfile", "iam:UpdateLoginProfile"])
        found = landscape(account({"alice": {"does": does}, "bob": {}}, LoginProfiles=known))
        assert [edge.method.name for edge in all_edges(found)] == [f"iam:{expected}"]
    unknown = landscape(account({"alice": {"does": allow("iam:CreateLoginProfile")}, "bob": {}}))
    assert "(if it has no console password)" in str(all_edges(unknown)[0])


def test_service_linked_roles_are_left_alone() -> None:
    """Nobody but their service assumes, passes or changes them."""
    name = "aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport"
    document = account({"alice": {"attached": [ADMIN]}}, {"linked": {"trust": trust("support.amazonaws.com")}})
    document["RoleDetailList"][0]["Arn"] = role(name)
    assert all_edges(landscape(document)) == tuple(
        edge for edge in all_edges(landscape(document)) if edge.becomes is None
    )


STATEMENTS = st.lists(
    st.builds(
        allow,
        st.sampled_from(
            [
                "*", "iam:*", "sts:AssumeRole", "iam:PassRole", "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy",
                "iam:Put*", "lambda:*", "iam:AddUserToGroup", "ssm:*",
            ]
        ),
        st.sampled_from(["*", role("*"), role("deploy"), user("bob"), "arn:aws:lambda:*:*:function:dev-*"]),
    ),
    max_size=4,
)  # fmt: skip
DENIES = st.builds(
    deny,
    st.sampled_from(
        ["iam:*", "sts:AssumeRole", "iam:PassRole", "lambda:InvokeFunction", "iam:CreateAccessKey", "ssm:*"]
    ),
    st.sampled_from(["*", role("deploy"), user("bob"), role("*")]),
)


@settings(max_examples=20)
@given(st.tuples(STATEMENTS, STATEMENTS, STATEMENTS), DENIES, st.integers(0, 2))
def test_deny_never_adds_a_step(held: tuple[list[Any], ...], denied: dict[str, Any], where: int) -> None:
    """A Deny in an identity-based policy or an SCP leaves no principal with a new way to another one."""

    def document(own: tuple[list[Any], ...], **more: Any) -> Landscape:
        users = {"alice": {"does": own[0]}, "bob": {"does": own[1]}}
        roles = {"deploy": {"trust": trust("lambda.amazonaws.com", user("bob")), "does": own[2]}}
        return landscape(account(users, roles, {"team": {"does": allow("s3:*")}}, **more))

    def becoming(found: Landscape) -> set[tuple[str, ...]]:
        return {(edge.source, edge.target, edge.method.name) for edge in all_edges(found) if edge.becomes}

    before = becoming(document(held))
    one = tuple([*own, denied] if number == where else own for number, own in enumerate(held))
    assert becoming(document(one)) <= before
    guarded = document(held, **accounts.organization({A: {"scp": policy(denied)}}))
    assert becoming(guarded) <= before
    # What an SCP denies cannot be shed, so that changes to oneself become no more either.
    assert {edge.key for edge in all_edges(guarded)} <= {edge.key for edge in all_edges(document(held))}


def test_order_of_the_documents_makes_no_difference() -> None:
    """Whatever comes first in the files, the steps and the reach are told in the same order."""
    users = {"alice": {"does": allow("iam:CreateAccessKey")}, "bob": {"does": allow("sts:AssumeRole")}, "carol": {}}
    roles = {"one": {"trust": trust(A)}, "two": {"trust": trust(user("bob"))}}
    document = account(users, roles)
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in reversed(document.items())}
    for told in (escalations, lambda found: blast_radius(found, "alice")):
        assert repr(told(landscape(document))) == repr(told(landscape(turned)))
