"""A state and its cloud: what belongs to it, what is refused, what is found out."""

from __future__ import annotations

import shutil
import urllib.error
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.local_cloud import ACCOUNT, Keys, LocalCloud
from iamkit.cloud.moments import Moment, during
from iamkit.cloud.state import DamagedState, Diverged, InUse, KeptFederation, OtherState
from iamkit.cloud.state import state as module
from iamkit.cloud.store import Organization
from tests.cloud.conftest import OTHER_ACCOUNT

DENY_ALL = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state with two users, to be copied."""
    state = tmp_path_factory.mktemp("kept") / "state"
    with LocalCloud(state=state, seed=5, accounts=(ACCOUNT, OTHER_ACCOUNT)) as cloud:
        for name in ("alice", "bob"):
            cloud.client("iam").create_user(UserName=name)
    return state


@pytest.fixture
def state(kept: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(kept, tmp_path / "state"))


def refused(start: Callable[[], object], kind: type[Exception], message: str) -> None:
    """It does not start, says why in a line and gives help, and can be started otherwise afterwards."""
    with pytest.raises(kind) as caught:
        start()
    line, _, help_line = str(caught.value).partition("\n")
    assert message in line
    assert help_line.startswith("help: ")


def names(cloud: LocalCloud, account: str = ACCOUNT) -> list[str]:
    """List users."""
    found = cloud.client("iam", cloud.administrator(account)).list_users()["Users"]
    return [each["UserName"] for each in found]


def test_accounts_and_seed_are_the_states(state: Path) -> None:
    """They need not be named again, and cannot be others."""
    refused(LocalCloud(state=state, seed=6).start, OtherState, "with seed `5`, not `6`")
    refused(LocalCloud(state=state, accounts=(OTHER_ACCOUNT,)).start, OtherState, f"not `{OTHER_ACCOUNT}`")
    with LocalCloud(state=state) as cloud:
        assert cloud.accounts == (ACCOUNT, OTHER_ACCOUNT)
        assert names(cloud) == ["administrator", "alice", "bob"]
        assert names(cloud, OTHER_ACCOUNT) == ["administrator"]


def test_one_process_at_a_time(state: Path) -> None:
    """The second is told, and harms nothing."""
    with LocalCloud(state=state) as cloud:
        refused(lambda: module.State(state, None, None, lambda: datetime.now(UTC)), InUse, "is in use")
        assert names(cloud) == ["administrator", "alice", "bob"]


def test_damage_in_the_middle(state: Path) -> None:
    """It says where; what is on disk is left as it is."""
    journal = state / "journal"
    damaged = bytearray(journal.read_bytes())
    damaged[damaged.index(b'"alice"') + 1] ^= 1
    journal.write_bytes(damaged)
    refused(LocalCloud(state=state).start, DamagedState, "is damaged: at byte ")
    assert journal.read_bytes() == bytes(damaged)


def test_torn_end(state: Path) -> None:
    """The last call had not been answered: it is as if it had never come."""
    journal = state / "journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    with LocalCloud(state=state) as cloud:
        assert names(cloud) == ["administrator", "alice"]
        cloud.client("iam").create_user(UserName="carol")
    with LocalCloud(state=state) as cloud:
        assert names(cloud) == ["administrator", "alice", "carol"]


def test_another_answer_is_found_out(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moto that makes something else of a call does not go on with half a state."""
    from moto.iam.models import User

    made = User.__init__

    def other(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.path = "/elsewhere/"

    with monkeypatch.context() as patched:
        patched.setattr(User, "__init__", other)
        refused(LocalCloud(state=state).start, Diverged, "call 2 in ")
        refused(LocalCloud(state=state).start, Diverged, "`iam:CreateUser`, gives another answer")
    with LocalCloud(state=state) as cloud:
        assert names(cloud) == ["administrator", "alice", "bob"]


def test_the_root_users_key(state: Path) -> None:
    """It is good after a restart in which nobody has asked for it."""
    with LocalCloud(state=state) as cloud:
        keys = cloud.root(OTHER_ACCOUNT)
    with LocalCloud(state=state) as cloud:
        assert cloud.client("sts", keys).get_caller_identity()["Arn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:root"
        assert cloud.root(OTHER_ACCOUNT) == keys


def test_what_the_owner_did(state: Path) -> None:
    """Accounts opened later, time let pass, sessions for programs."""
    with LocalCloud(state=state) as cloud:
        opened = cloud.open_account("777788889999")
        cloud.let_pass(timedelta(hours=3))
        iam = cloud.client("iam")
        trust = (
            '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", '
            '"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}'
        )
        made = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=trust)["Role"]["CreateDate"]
        given = cloud.role_session("runner").access_key.credentials
        keys = Keys(given.access_key_id, given.secret_access_key, given.session_token)
        with pytest.raises(ValueError, match="is not reset"):
            cloud.reset()
    assert made - datetime.now(UTC) > timedelta(hours=2, minutes=50)
    with LocalCloud(state=state) as cloud:
        assert names(cloud, "777788889999") == ["administrator"]
        assert cloud.administrator("777788889999") == opened
        assert cloud.gateway.clock.ahead == timedelta(hours=3)
        assert ":assumed-role/runner/" in cloud.client("sts", keys).get_caller_identity()["Arn"]


def test_the_organization(state: Path) -> None:
    """It is there without being made again; one that is given takes its place."""
    given = Organization(ACCOUNT)
    unit = given.add_unit("team")
    given.add_account(OTHER_ACCOUNT, unit)
    with LocalCloud(state=state, organization=given):
        given.attach(DENY_ALL, unit, "service_control", "no-iam")
    with LocalCloud(state=state) as cloud:
        assert cloud.organization is not None
        with pytest.raises(ClientError, match="explicit deny in a service control policy"):
            names(cloud, OTHER_ACCOUNT)
        cloud.organization.detach("no-iam", unit, "service_control")
        assert names(cloud, OTHER_ACCOUNT) == ["administrator"]
    with LocalCloud(state=state) as cloud:
        assert names(cloud, OTHER_ACCOUNT) == ["administrator"]
    other = Organization(ACCOUNT)
    other.add_account(OTHER_ACCOUNT)
    other.attach(DENY_ALL, OTHER_ACCOUNT, "service_control", "nothing")
    for organization in (other, None):
        with (
            LocalCloud(state=state, organization=organization) as cloud,
            pytest.raises(ClientError, match="explicit deny"),
        ):
            names(cloud, OTHER_ACCOUNT)


class Issuer:
    """Someone who checks tokens, once."""

    def __init__(self) -> None:
        self.asked = 0

    def web_identity(self, token: str, provider: object, now: datetime) -> Any:
        """Take one token, and only the first time."""
        self.asked += 1
        if self.asked > 2:
            raise urllib.error.URLError("nobody is there")
        if token != "good":
            raise ServiceError("InvalidIdentityToken", "no", 400)
        return type("Claims", (), {"issuer": "i", "subject": "s", "audience": "a", "values": {"n": [1]}})

    def saml(self, *_: object) -> Any:
        """Not asked."""
        raise AssertionError


def test_tokens_are_checked_once() -> None:
    """Whoever signed them may be gone when the call is done again: its word is kept, also its no."""
    issuer = Issuer()
    federation: Any = KeptFederation(issuer)
    for token, good in (("good", True), ("bad", False)):
        first = Moment(datetime.now(UTC), Random(1))
        again = Moment(first.now, Random(1), again=True)
        for moment in (first, again):
            again.kept = first.kept
            with during(moment):
                if good:
                    claims = federation.web_identity(token, None, first.now)
                    assert (claims.subject, claims.values) == ("s", {"n": [1]})
                else:
                    with pytest.raises(ServiceError, match="InvalidIdentityToken: no"):
                        federation.web_identity(token, None, first.now)
    assert issuer.asked == 2
