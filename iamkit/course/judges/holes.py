"""The judge `all-values-hole`: get past a ForAllValues that is meant to guard one's own item, with a real client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Refusal, of_type
from iamkit.course.practice import World, practice_judge

if TYPE_CHECKING:
    from iamkit.course.border import Client

PLAYER = "mallory"
TABLES: Mapping[str, Mapping[str, int]] = {
    "scores": {"alice": 120, "bob": 85, PLAYER: 3},
    "season-2": {"carol": 40, "dave": 77, "erin": 91, PLAYER: 0},
}
# What the players' policy says; the task shows it.
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "dynamodb:*",
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/*",
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}},
    },
}

_TIGHT = "Nobody else's score is there. As long as a request *names* players, the policy is tight: all have to be you."
_WRONG = "A number is not what stands in the table: read it, do not guess it."
_NUMBERS = 'DynamoDB writes a number as `{"N": "120"}`: make a whole number of it, with `int`.'


@dataclass(frozen=True, slots=True)
class _Game:
    """A table that is full, and what a player's program is given."""

    dynamodb: Client
    table: str

    @property
    def scores(self) -> Mapping[str, int]:
        return TABLES[self.table]

    def call(self, judge: Callable[[_Game, dict[Any, Any]], Refusal | None]) -> Call:
        """Make the call of the learner's function for this table."""
        expected = as_python(dict(self.scores))

        def judged(value: Any) -> Refusal | None:
            return of_type(value, dict, expected, "a dict") or judge(self, value)

        return Call((self.dynamodb, self.table), expected, judged)

    def refusal(self, told: str, value: object) -> Refusal:
        return Refusal(told, as_python(dict(self.scores)), as_python(value))


@lru_cache(maxsize=1)
def _dynamodb(world: World) -> Client:
    """Prepare one account for all cases: to open an account takes longer than all the rest."""
    account = world.account()
    iam, dynamodb = account.client("iam"), account.client("dynamodb")
    for table, scores in TABLES.items():
        dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "player", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "player", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for player, score in scores.items():
            dynamodb.put_item(TableName=table, Item={"player": {"S": player}, "score": {"N": str(score)}})
    iam.create_user(UserName=PLAYER)
    iam.put_user_policy(UserName=PLAYER, PolicyName="player", PolicyDocument=json.dumps(POLICY))
    return account.argument("dynamodb", iam.create_access_key(UserName=PLAYER))


def _one_more(game: _Game, value: dict[Any, Any]) -> Refusal | None:
    others = [player for player in game.scores if player != PLAYER and player in value]
    if not others:
        return game.refusal(_TIGHT, value)
    if not all(isinstance(score, int) and not isinstance(score, bool) for score in value.values()):
        return game.refusal(_NUMBERS, value)
    return None if all(value[player] == game.scores[player] for player in others) else game.refusal(_WRONG, value)


def _all(game: _Game, value: dict[Any, Any]) -> Refusal | None:
    if value == game.scores:
        return None
    missing = [player for player in game.scores if player not in value]
    told = f"Not everybody is there: {', '.join(missing)} is missing." if missing else _WRONG
    return game.refusal(told, value)


def _calls(table: str, judge: Callable[[_Game, dict[Any, Any]], Refusal | None], world: World) -> Iterator[Call]:
    yield _Game(_dynamodb(world), table).call(judge)


ALL_VALUES_HOLE = practice_judge(
    name="all-values-hole",
    parameters=("dynamodb", "table"),
    returns="a dict of names and whole numbers",
    worlds={
        "reads the score of somebody else": partial(_calls, "scores", _one_more),
        "reads the scores of all": partial(_calls, "scores", _all),
        "reads another table": partial(_calls, "season-2", _all),
    },
)
