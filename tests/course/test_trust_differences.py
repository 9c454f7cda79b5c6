"""The search for a differing request, where the policies are trust policies: services, tokens, vendors."""

from __future__ import annotations

import pytest

from iamkit import Policies, Policy, PolicyType, Request
from iamkit.course.askers import can_be_asked
from iamkit.course.differences import find_difference
from tests.course.building import document, statement

GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SUB, AUD = "token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"
MAIN = "repo:octo-org/shop:ref:refs/heads/main"
DEPLOY = "arn:aws:iam::111122223333:role/deploy"
SCANNER = "arn:aws:iam::444455556666:role/scanner"
WEB = "sts:AssumeRoleWithWebIdentity"


def trusting(principal: object, action: object = "sts:AssumeRole", **condition: object) -> Policies:
    """A trust policy; callers may do what they like as far as their own account is concerned."""
    more = {"Condition": {name.replace("__", ":"): value for name, value in condition.items()}} if condition else {}
    trust = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return Policies(document(statement("*")), Policy.parse(document(trust), type=PolicyType.TRUST))


def pipeline(**condition: object) -> Policies:
    return trusting({"Federated": GITHUB}, WEB, **condition)


EXACT = {"StringEquals": {AUD: "sts.amazonaws.com", SUB: MAIN}}
TRUST_SEEDS = [
    Request(GITHUB, WEB, DEPLOY, {AUD: "sts.amazonaws.com", SUB: MAIN}),
    Request("arn:aws:sts::444455556666:assumed-role/scanner/nightly", "sts:AssumeRole", DEPLOY,
            {"sts:ExternalId": "rain-4711"}),
    Request("lambda.amazonaws.com", "sts:AssumeRole", DEPLOY),
]  # fmt: skip
TRUST_DIFFERENT = {
    "every branch": (pipeline(StringEquals={AUD: "sts.amazonaws.com"}, StringLike={SUB: "repo:octo-org/shop:*"}),
                     pipeline(**EXACT)),
    "every repository": (pipeline(StringEquals={AUD: "sts.amazonaws.com"}), pipeline(**EXACT)),
    "a longer name": (pipeline(StringEquals={AUD: "sts.amazonaws.com"}, StringLike={SUB: MAIN + "*"}),
                      pipeline(**EXACT)),
    "any owner": (pipeline(StringEquals={AUD: "sts.amazonaws.com"},
                           StringLike={SUB: "repo:*/shop:ref:refs/heads/main"}), pipeline(**EXACT)),
    "a pattern in the middle": (pipeline(StringEquals={AUD: "sts.amazonaws.com"},
                                         StringLike={SUB: "repo:octo-org/shop*:ref:refs/heads/main"}),
                                pipeline(**EXACT)),
    "any audience": (pipeline(StringEquals={SUB: MAIN}), pipeline(**EXACT)),
    "another environment": (
        pipeline(StringEquals={AUD: "sts.amazonaws.com", SUB: [MAIN, "repo:octo-org/shop:environment:test"]}),
        pipeline(**EXACT),
    ),
    "tags and names of sessions": (trusting({"Federated": GITHUB}, "sts:*", **EXACT), pipeline(**EXACT)),
    "an external ID that may be missing": (
        trusting({"AWS": SCANNER}, StringEqualsIfExists={"sts:ExternalId": "rain-4711"}),
        trusting({"AWS": SCANNER}, StringEquals={"sts:ExternalId": "rain-4711"}),
    ),
    "an external ID of any kind": (
        trusting({"AWS": SCANNER}, StringLike={"sts:ExternalId": "rain-*"}),
        trusting({"AWS": SCANNER}, StringEquals={"sts:ExternalId": "rain-4711"}),
    ),
    "a role of that name anywhere": (
        trusting("*", ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/scanner"}), trusting({"AWS": SCANNER})
    ),
    "the whole account": (trusting({"AWS": "444455556666"}), trusting({"AWS": SCANNER})),
    "two services": (trusting({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}),
                     trusting({"Service": "lambda.amazonaws.com"})),
    "every service": (trusting("*", Bool={"aws:PrincipalIsAWSService": "true"}),
                      trusting({"Service": "lambda.amazonaws.com"})),
    "only some sessions": (trusting({"AWS": SCANNER}, StringLike={"sts:RoleSessionName": "scan-*"}),
                           trusting({"AWS": SCANNER})),
}  # fmt: skip
TRUST_SAME = {
    "a claim that is always there": (pipeline(StringEqualsIfExists={AUD: "sts.amazonaws.com", SUB: MAIN}),
                                     pipeline(**EXACT)),
    "a claim that comes once": (pipeline(StringEquals={AUD: "sts.amazonaws.com"},
                                         ForAllValues__StringEquals={SUB: MAIN}), pipeline(**EXACT)),
    "an action that providers never take": (
        trusting({"Federated": GITHUB}, ["sts:AssumeRole", WEB], **EXACT), pipeline(**EXACT)
    ),
    "a service and SAML": (trusting({"Service": "lambda.amazonaws.com"}, ["sts:AssumeRole", "sts:AssumeRoleWithSAML"]),
                           trusting({"Service": "lambda.amazonaws.com"})),
    "in Principal or in a condition": (
        trusting({"AWS": "444455556666"}, ArnEquals={"aws:PrincipalArn": SCANNER}), trusting({"AWS": SCANNER})
    ),
    "a session that has a name": (trusting({"AWS": SCANNER}, Null={"sts:RoleSessionName": "false"}),
                                  trusting({"AWS": SCANNER})),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUST_DIFFERENT)
@pytest.mark.parametrize("turned", [False, True])
def test_trust_policies_are_told_apart_by_a_request_that_can_happen(name: str, turned: bool) -> None:
    """Whoever is let in too much or too little can be named, with claims and keys as such a caller has them."""
    mine, theirs = TRUST_DIFFERENT[name][:: -1 if turned else 1]
    found = find_difference(mine, theirs, seeds=TRUST_SEEDS).difference

    assert found is not None
    assert found.mine.allowed != found.theirs.allowed
    assert can_be_asked(found.request, {AUD, SUB} if found.request.action == WEB else set())


@pytest.mark.parametrize("name", TRUST_SAME)
def test_trust_policies_that_let_in_the_same_are_not_told_apart(name: str) -> None:
    """A difference that no request can show is none (E22)."""
    assert find_difference(*TRUST_SAME[name], seeds=TRUST_SEEDS).difference is None
