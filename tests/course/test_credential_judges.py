"""The judges of lesson 05: what they say of machines and documents is what boto3 says, and nothing upsets them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from iamkit.course.border import Foreign
from iamkit.course.judges import JUDGES
from iamkit.course.judges.chains import INSTANCE, MACHINES, Machine
from iamkit.course.judges.processes import ENDS, taken
from iamkit.notebook.machines import machine


def written(profiles: Mapping[str, Mapping[str, str]], prefix: str = "") -> str:
    """Write profiles as a file has them; in the config file all but `default` are called `profile NAME`."""
    lines = []
    for name, settings in profiles.items():
        lines += [f"[{name if name == 'default' else prefix + name}]"]
        lines += [f"{setting} = {value}" for setting, value in settings.items()]
    return "\n".join(lines)


@pytest.mark.parametrize("made", [each for some in MACHINES.values() for each in some])
def test_every_machine_signs_with_the_key_that_boto3_takes(made: Machine) -> None:
    """A15, asked of boto3; a machine without keys would ask its instance."""
    files = {"credentials": written(made.credentials), "config": written(made.config, "profile ")}
    with machine(made.environment, **files, code=made.code) as session:
        found = session.get_credentials()
    assert (found.access_key if found else INSTANCE) == made.winner


ODD: list[Any] = [
    None,
    7,
    [],
    {},
    {"AKIA": 1},
    b"bytes",
    "",
    Foreign("object", "<object>"),
    "[1, 2]",
    '{"Version": 1}',
    "null",
]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("name", ["key-that-signs", "leaked-keys", "process-document"])
def test_whatever_is_returned_is_judged(name: str, value: Any) -> None:
    """A sentence for each, never an exception."""
    refused = [call.judge(value) for case in JUDGES[name].build() for call in case.calls]
    assert None not in refused
    assert all(each.feedback for each in refused if each is not None)


def test_a_document_that_botocore_takes_is_refreshed_before_it_ends() -> None:
    """As the exercise says: with its end it is refreshable, without it is not."""
    document = {"Version": 1, "AccessKeyId": "ASIAONE", "SecretAccessKey": "secret", "SessionToken": "token"}
    kept = taken(json.dumps(document))
    assert not hasattr(kept, "refresh_needed")
    renewed = taken(json.dumps({**document, "Expiration": ENDS.isoformat()}))
    assert renewed.refresh_needed() is False
    assert renewed.get_frozen_credentials().token == "token"


@pytest.mark.parametrize("name", ["metadata-credentials", "rotated-key"])
def test_whatever_a_program_did_with_real_clients_is_judged(name: str) -> None:
    """Nothing was done here, and anything is returned: a sentence for each."""
    for case in JUDGES[name].build():
        for call in case.calls:
            for value in [*ODD[1:], {"AccessKeyId": 1, "SecretAccessKey": None, "Token": []}]:
                if (name, value, call.expected) == ("metadata-credentials", {}, "{}"):
                    continue  # right: that instance has no role
                refused = call.judge(value)
                assert refused is not None
                assert refused.feedback
