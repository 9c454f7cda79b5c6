"""The table of sessions: keys, times, and that secrets stay hidden (E3, A7)."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

from iamkit.cloud.sts import Sessions, context_of
from iamkit.policy import Caller
from tests.cloud.sts.world import HOME, START, World, allow

CALLER = Caller.parse(f"arn:aws:sts::{HOME}:assumed-role/app/s1")


def test_keys_look_like_those_of_aws() -> None:
    """An ID of 20 characters that begins with ASIA, a secret of 40, and a token (E3)."""
    given = Sessions(Random(1)).make(CALLER, "AssumeRole", START, 900).access_key
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", given.credentials.access_key_id)
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", given.credentials.secret_access_key)
    assert re.fullmatch(r"[A-Za-z0-9+/]{360}", given.credentials.session_token or "")
    assert (given.active, given.principal) == (True, CALLER.arn)


def test_seed_repeats_every_key() -> None:
    """The same seed gives the same keys, another one others; no two sessions share a key."""
    made = []
    for seed in (1, 1, 2):
        sessions = Sessions(Random(seed))
        made.append([sessions.make(CALLER, "AssumeRole", START, 900).access_key for _ in range(50)])
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert len({key.credentials.access_key_id for key in made[0]}) == 50


def test_holder_is_found_after_the_end_and_forgotten_later() -> None:
    """An expired key is still known, so that it can be called expired; a day and a half later it is gone."""
    sessions = Sessions(Random(1))
    access_key_id = sessions.make(CALLER, "AssumeRole", START, 900).access_key.credentials.access_key_id
    later = START + timedelta(hours=36)
    sessions.make(CALLER, "AssumeRole", later, 900)
    holder = sessions.holder(access_key_id)
    assert holder is not None
    assert holder.access_key.expires == START + timedelta(minutes=15)
    sessions.make(CALLER, "AssumeRole", later + timedelta(minutes=16), 900)
    assert sessions.holder(access_key_id) is None
    assert len(sessions) == 2
    assert sessions.holder("ASIAIOSFODNN7EXAMPLE") is None


def test_times_are_in_whole_seconds() -> None:
    """Credentials end on the second, as they are written on the wire."""
    session = Sessions(Random(1)).make(CALLER, "AssumeRole", START + timedelta(microseconds=999999), 900)
    assert (session.issued, session.access_key.expires) == (START, START + timedelta(minutes=15))


def test_age_of_mfa_is_of_now() -> None:
    """aws:MultiFactorAuthAge is there only with MFA, and counts from when the session was issued (E4)."""
    sessions = Sessions(Random(1))
    plain = sessions.make(CALLER, "GetSessionToken", START, 900)
    strong = sessions.make(CALLER, "GetSessionToken", START, 900, context={"aws:MultiFactorAuthPresent": "true"})
    later = START + timedelta(seconds=90, microseconds=5)
    assert "aws:MultiFactorAuthAge" not in context_of(plain, later)
    assert context_of(strong, later)["aws:MultiFactorAuthAge"] == "90"


def test_nothing_secret_is_displayed() -> None:
    """No representation of what STS keeps shows a secret or a token."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"))
    answer = world.call("GetSessionToken", alice)
    holder = world.held(answer)
    shown = repr((world.sessions, world.sts, holder, holder.session, alice, vars(world.sts)))
    for name in ("SecretAccessKey", "SessionToken"):
        assert answer["Credentials"][name] not in shown
