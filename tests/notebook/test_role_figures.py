"""Figures of lesson 06: computed by the engine and from real sessions, the same bytes every time, and said in words."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.trail import Event
from iamkit.notebook import role_figures
from iamkit.notebook.display import View
from iamkit.notebook.role_graph import Becoming, RoleGraph, read_graph
from iamkit.notebook.session_chain import links_of

OURS, VENDOR = "111122223333", "444455556666"
GITHUB = f"arn:aws:iam::{OURS}:oidc-provider/token.actions.githubusercontent.com"
SUB = "token.actions.githubusercontent.com:sub"
THREE = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


@dataclass
class Company:
    """A cloud with people and roles, and the last call of a chain of three sessions."""

    cloud: LocalCloud
    event: Event


def policy(action: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def make_company(cloud: LocalCloud) -> Company:
    """Bob becomes developer, that becomes deploy, and that audit in the other account; Alice becomes nobody."""
    iam, theirs = cloud.client("iam"), cloud.client("iam", cloud.administrator(VENDOR))
    arn = f"arn:aws:iam::{OURS}:role/"
    roles = [
        (iam, "developer", policy(THREE, Principal={"AWS": OURS})),
        (iam, "deploy", policy(THREE, Principal={"AWS": f"{arn}developer"})),
        (iam, "thumbnailer", policy("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})),
        (iam, "closed", policy("sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{OURS}:user/nobody"})),
        (theirs, "audit", policy(THREE, Principal={"AWS": f"{arn}deploy"})),
        (iam, "shop", policy("sts:AssumeRoleWithWebIdentity", Principal={"Federated": GITHUB},
                             Condition={"StringEquals": {SUB: "repo:octo-org/shop:ref:refs/heads/main"}})),
    ]  # fmt: skip
    for client, name, trust in roles:
        client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
    for name in ("alice", "bob"):
        iam.create_user(UserName=name)
    for role in ("developer", "deploy"):
        iam.put_role_policy(RoleName=role, PolicyName="go-on", PolicyDocument=policy("sts:*", Resource="*"))
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=policy(THREE, Resource=f"{arn}developer"))
    sts = cloud.client("sts", iam.create_access_key(UserName="bob"))
    tags = [{"Key": "team", "Value": "shop"}, {"Key": "ticket", "Value": "4711"}]
    first = sts.assume_role(RoleArn=f"{arn}developer", RoleSessionName="work", DurationSeconds=7200,
                            SourceIdentity="bob", Tags=tags, TransitiveTagKeys=["team"])  # fmt: skip
    cloud.let_pass(timedelta(minutes=30))
    second = cloud.client("sts", first).assume_role(RoleArn=f"{arn}deploy", RoleSessionName="release-7")
    cloud.let_pass(timedelta(minutes=15))
    asked = {"RoleArn": f"arn:aws:iam::{VENDOR}:role/audit", "RoleSessionName": "look", "DurationSeconds": 900}
    third = cloud.client("sts", second).assume_role(**asked)
    cloud.client("sts", third).get_caller_identity()
    return Company(cloud, [*cloud.trail][-1])


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with LocalCloud(seed=6, accounts=(OURS, VENDOR)) as cloud:
        yield make_company(cloud)


@pytest.fixture(scope="module")
def graph(company: Company) -> RoleGraph:
    jobs = {
        "main": (GITHUB, {SUB: "repo:octo-org/shop:ref:refs/heads/main"}),
        "a fork": (GITHUB, {SUB: "repo:mallory/shop:ref:refs/heads/main"}),
    }
    return read_graph(company.cloud, ["administrator"], jobs)


def pair(graph: RoleGraph, who: str, role: str) -> Becoming | None:
    return next((pair for pair in graph.pairs if (pair.who, pair.role) == (who, role)), None)


def ours(name: str) -> str:
    return f"{name} in {OURS}"


def whole(company: Company) -> View:
    view = role_figures.who_can_become(company.cloud)
    assert view is not None
    return view


def chain(company: Company) -> View:
    view = role_figures.session_chain(company.event)
    assert view is not None
    return view


def rows(view: View) -> list[list[str]]:
    return [re.split(r"\s{2,}", line) for line in view.text.splitlines()[2:]]


def test_both_sides_are_asked_one_by_one_and_together(graph: RoleGraph) -> None:
    """E13, E15: trusted as part of the account is half a yes, and so is a policy that nobody trusts."""
    developer, deploy = ours("developer"), ours("deploy")
    assert pair(graph, ours("alice"), developer) == Becoming(ours("alice"), developer, True, False, False)
    assert pair(graph, ours("bob"), developer) == Becoming(ours("bob"), developer, True, True, True)
    assert pair(graph, developer, deploy) == Becoming(developer, deploy, True, True, True)
    assert pair(graph, deploy, f"audit in {VENDOR}") == Becoming(deploy, f"audit in {VENDOR}", True, True, True)
    assert pair(graph, developer, f"audit in {VENDOR}") == Becoming(developer, f"audit in {VENDOR}", False, True, False)
    assert pair(graph, ours("alice"), deploy) is None


def test_services_and_tokens_have_no_side_of_their_own(graph: RoleGraph) -> None:
    """E22, E26: the trust policy alone decides about them."""
    lambda_, thumbnailer = "lambda.amazonaws.com", ours("thumbnailer")
    assert pair(graph, lambda_, thumbnailer) == Becoming(lambda_, thumbnailer, True, None, True)
    assert pair(graph, "main", ours("shop")) == Becoming("main", ours("shop"), True, None, True)
    assert pair(graph, "a fork", ours("shop")) is None


def test_every_pair_is_what_sts_decides(company: Company, graph: RoleGraph) -> None:
    """The picture and a real call never differ, for those who can make one here."""
    iam = company.cloud.client("iam")
    sts = {name: company.cloud.client("sts", iam.create_access_key(UserName=name)) for name in ("alice", "bob")}
    for name, client in sts.items():
        for role in ("developer", "deploy", "thumbnailer", "closed"):
            try:
                client.assume_role(RoleArn=f"arn:aws:iam::{OURS}:role/{role}", RoleSessionName="try")
                became = True
            except client.exceptions.ClientError:
                became = False
            told = pair(graph, ours(name), ours(role))
            assert became is (told is not None and told.may)


def test_chains_are_followed_to_their_ends(graph: RoleGraph) -> None:
    """Bob ends in another account, which no policy says in one place."""
    audit = f"audit in {VENDOR}"
    assert graph.reached(ours("bob"))[audit] == (ours("bob"), ours("developer"), ours("deploy"), audit)
    assert graph.reached(ours("alice")) == {}


def test_the_table_has_whom_each_role_trusts_and_the_chains(company: Company) -> None:
    text = whole(company).text
    assert text.startswith("Who can become whom: 5 ways into 6 roles")
    assert re.search(r"alice in \d+ +developer in \d+ +yes +no +no\n", text)
    assert re.search(r"bob in \d+ +developer in \d+ +yes +yes +YES\n", text)
    assert f"chain: {ours('bob')} → {ours('developer')} → {ours('deploy')} → audit in {VENDOR}" in text
    assert f"in vain: the own policies of {ours('developer')} allow" in text
    assert "administrator" not in text


def test_where_there_is_no_role_there_is_a_sentence(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["developer", "deploy", "thumbnailer", "closed", "audit", "shop"]
    role_figures.who_can_become(company.cloud, without=names)
    assert "there is no role to become" in capsys.readouterr().out


def test_a_chain_has_its_sessions_in_order_with_what_they_carry(company: Company) -> None:
    """E21: an hour at most, the source identity sticks, transitive tags go on and others do not."""
    links = links_of(company.event)
    assert [link.name for link in links] == ["developer/work", "deploy/release-7", "audit/look"]
    assert [link.maker for link in links] == ["user/bob", "developer/work", "deploy/release-7"]
    assert [link.chained for link in links] == [False, True, True]
    assert {link.source_identity for link in links} == {"bob"}
    assert [link.tags_told for link in links] == [
        "team=shop (transitive), ticket=4711", "team=shop (transitive)", "team=shop (transitive)"
    ]  # fmt: skip
    assert [cells[2:5] for cells in rows(chain(company))[:3]] == [
        ["0", "120", "120"], ["30", "90", "60"], ["45", "60", "15"]
    ]  # fmt: skip
    assert chain(company).text.endswith("The call came at minute 45. Who really acted: user/bob")


def test_a_long_term_key_has_no_chain(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.cloud.client("sts").get_caller_identity()
    role_figures.session_chain([*company.cloud.trail][-1])
    assert "there is no session behind it" in capsys.readouterr().out


@pytest.mark.parametrize("make", [whole, chain])
def test_a_figure_is_an_image_with_alternative_text_and_its_numbers(company: Company, make: Any) -> None:
    shown = make(company).html
    (image,) = re.findall(r'<img alt="([^"]+)" width="(\d+)" src="data:image/png;base64,', shown)
    assert "table below" in image[0]
    assert 300 < int(image[1]) <= 900
    assert "<table" in shown


def test_the_same_cloud_gives_the_same_bytes_in_another_process(company: Company) -> None:
    """Strict validation compares the image byte for byte; a learner's own settings change nothing."""
    program = (
        "import matplotlib as mpl; mpl.rcParams['font.size'] = 30; mpl.rcParams['axes.facecolor'] = 'red'\n"
        "import hashlib\n"
        "from tests.notebook import test_role_figures as tests\n"
        "with tests.LocalCloud(seed=6, accounts=(tests.OURS, tests.VENDOR)) as cloud:\n"
        "    company = tests.make_company(cloud)\n"
        "    shown = tests.whole(company).html + tests.chain(company).html\n"
        "print(hashlib.sha256(shown.encode()).hexdigest())"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    shown = whole(company).html + chain(company).html
    assert run.stdout.splitlines()[-1] == hashlib.sha256(shown.encode()).hexdigest()
