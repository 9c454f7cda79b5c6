"""The judge `all-values-hole`: a player reads everybody's scores through a policy that looks tight."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from iamkit.cloud.clients import Keys, make_client
from iamkit.course import Course, Progress
from iamkit.course.judges.cases import Refusal
from iamkit.course.judges.holes import ALL_VALUES_HOLE, PLAYER, POLICY, TABLES

Read = Callable[[Any, str], Any]


def judged(function: Read) -> list[tuple[str, Refusal]]:
    """Call a function as the course does; return what is refused."""
    refused = []
    for case in ALL_VALUES_HOLE.build():
        for call in case.calls:
            client, table = call.arguments
            keys = Keys(client.access_key_id, client.secret_access_key)
            refusal = call.judge(function(make_client(client.endpoint, client.service, keys), table))
            refused += [(case.name, refusal)] if refusal else []
    return refused


def scan(dynamodb: Any, table: str) -> dict[str, int]:
    return {item["player"]["S"]: int(item["score"]["N"]) for item in dynamodb.scan(TableName=table)["Items"]}


def by_name(dynamodb: Any, table: str) -> dict[str, int]:
    """Ask for one after the other, and keep what is allowed."""
    found = {}
    for player in TABLES[table]:
        try:
            item = dynamodb.get_item(TableName=table, Key={"player": {"S": player}})["Item"]
        except dynamodb.exceptions.ClientError:
            continue
        found[player] = int(item["score"]["N"])
    return found


def test_a_request_that_names_nobody_gets_in(tmp_path: Any) -> None:
    """P30: ForAllValues holds where there is no key."""
    assert judged(scan) == []


def test_requests_that_name_players_get_ones_own_item_alone() -> None:
    (name, refusal), *_ = judged(by_name)
    assert name == "reads the score of somebody else"
    assert refusal.got == '{"mallory": 3}'


@pytest.mark.parametrize(
    ("function", "case", "told"),
    [
        (lambda *_: {"alice": 1}, "reads the score of somebody else", "do not guess it"),
        (lambda *_: {"alice": "120"}, "reads the score of somebody else", "with `int`"),
        (lambda *_: {"alice": True}, "reads the score of somebody else", "with `int`"),
        (lambda *_: [("alice", 120)], "reads the score of somebody else", "must return a dict"),
        (lambda *_: {"alice": 120}, "reads the scores of all", "Not everybody is there: bob, mallory is missing."),
        (lambda d, _: scan(d, "scores"), "reads another table", "carol, dave, erin is missing."),
    ],
)
def test_each_usual_mistake_has_its_sentence(function: Read, case: str, told: str) -> None:
    name, refusal = judged(function)[0]
    assert (name, told in refusal.feedback) == (case, True)
    assert refusal.expected


def test_the_task_shows_the_policy_that_is_in_force(tmp_path: Any) -> None:
    """Who attacks must be able to read it, and so must who mends it afterwards."""
    course = Course(progress=Progress(tmp_path))
    shown = course.exercise("through-the-hole").task.partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == POLICY["Statement"]
    (starter,) = json.loads(course.exercise("close-the-hole").starter)["Statement"]
    assert starter["Condition"] == json.loads(shown)["Condition"]
    assert PLAYER in course.exercise("through-the-hole").task
