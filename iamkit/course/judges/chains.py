"""The judge `key-that-signs`: machines with keys in several places, and the one that boto3 takes (A15).

A test builds each of these machines and asks boto3 itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

INSTANCE = "instance metadata"
CODE, VARIABLE = "AKIAINTHECODE", "AKIAINTHEENVIRONMENT"
FILE, WORK_FILE, CONFIG, WORK_CONFIG = "AKIAINTHEFILE", "AKIAWORKINTHEFILE", "AKIAINTHECONFIG", "AKIAWORKINTHECONFIG"
_WORDS = {
    CODE: "the key in the code",
    VARIABLE: "the key in the environment",
    FILE: "the key of `default` in the credentials file",
    WORK_FILE: "the key of `work` in the credentials file",
    CONFIG: "the key of `default` in the config file",
    WORK_CONFIG: "the key of `work` in the config file",
    INSTANCE: "the role of the instance",
}
Profiles = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Machine:
    """What is on a machine, whose key signs there, and why."""

    winner: str
    told: str
    code: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    credentials: Profiles = field(default_factory=dict)
    config: Profiles = field(default_factory=dict)

    def call(self) -> Call:
        arguments = (dict(self.code), dict(self.environment), _plain(self.credentials), _plain(self.config))
        return Call(arguments, f'"{self.winner}"', self._judge)

    def _judge(self, value: Any) -> Refusal | None:
        expected = f'"{self.winner}"'
        refused = of_type(value, str, expected, "a str")
        if refused is not None or value == self.winner:
            return refused
        other = _WORDS.get(value, "nobody's key")
        return Refusal(f"You say {other}. {self.told}", expected)


def _plain(profiles: Profiles) -> dict[str, dict[str, str]]:
    return {name: dict(settings) for name, settings in profiles.items()}


def _key(key: str, **more: str) -> dict[str, str]:
    return {"aws_access_key_id": key, "aws_secret_access_key": "secret", **more}


def _variables(key: str = VARIABLE, **more: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "secret", **more}


_BOTH = {"default": _key(FILE), "work": _key(WORK_FILE)}
MACHINES: dict[str, tuple[Machine, ...]] = {
    "files": (
        Machine(FILE, "There is one key, in the credentials file.", credentials={"default": _key(FILE)}),
        Machine(CONFIG, "The config file may hold keys, too.", config={"default": _key(CONFIG, region="us-east-1")}),
        Machine(
            FILE,
            "Both files have the profile. The credentials file is the upper rung.",
            credentials={"default": _key(FILE)},
            config={"default": _key(CONFIG)},
        ),
        Machine(
            INSTANCE,
            "No key anywhere, and the SDK climbs down to the last rung. The region in the config file is no key.",
            config={"default": {"region": "eu-central-1"}},
        ),
    ),
    "the environment": (
        Machine(
            VARIABLE,
            "The environment is above both files.",
            environment=_variables(),
            credentials={"default": _key(FILE)},
            config={"default": _key(CONFIG)},
        ),
    ),
    "an empty variable": (
        Machine(
            FILE,
            "The variable is set, and it is empty: a script that cannot find its secret leaves that behind. "
            "Empty is as good as not there.",
            environment=_variables(""),
            credentials={"default": _key(FILE)},
        ),
    ),
    "the code": (
        Machine(
            CODE,
            "What stands in the code wins over everything, and everyone with the code has it.",
            code=_key(CODE),
            environment=_variables(),
            credentials={"default": _key(FILE)},
        ),
    ),
    "a profile of the environment": (
        Machine(
            WORK_FILE,
            "`AWS_PROFILE` says which profile is read in the files.",
            environment={"AWS_PROFILE": "work"},
            credentials=_BOTH,
        ),
        Machine(
            WORK_CONFIG,
            "The profile is `work`, and of the two files only the config file has it.",
            environment={"AWS_PROFILE": "work"},
            credentials={"default": _key(FILE)},
            config={"work": _key(WORK_CONFIG)},
        ),
        Machine(
            VARIABLE,
            "`AWS_PROFILE` chooses among profiles. It does not lift them above the keys in the environment.",
            environment=_variables(AWS_PROFILE="work"),
            credentials=_BOTH,
        ),
    ),
    "a profile without a key": (
        Machine(
            INSTANCE,
            "The profile `work` is there, and has no key. Another profile's key is not borrowed for it: "
            "the program would act as somebody else, and nobody would notice.",
            environment={"AWS_PROFILE": "work"},
            credentials={"default": _key(FILE)},
            config={"work": {"region": "eu-central-1"}},
        ),
    ),
    "a profile of the code": (
        Machine(
            WORK_FILE,
            "Who names a profile in the code means it: then the keys in the environment are passed over.",
            code={"profile_name": "work"},
            environment=_variables(),
            credentials=_BOTH,
        ),
        Machine(
            WORK_FILE,
            "The profile in the code counts, not the one in the environment.",
            code={"profile_name": "work"},
            environment={"AWS_PROFILE": "default"},
            credentials=_BOTH,
        ),
    ),
}


def _calls(name: str) -> Iterator[Call]:
    for machine in MACHINES[name]:
        yield machine.call()


KEY_THAT_SIGNS = Judge(
    name="key-that-signs",
    parameters=("code", "environment", "credentials", "config"),
    returns="an access key ID, or `instance metadata`",
    cases={name: partial(_calls, name) for name in MACHINES},
)
