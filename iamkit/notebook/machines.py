"""Machines to run boto3 on: an environment and files of their own, and nothing of the learner's.

boto3 looks into environment variables and into files of the home folder. For as long as a block runs, both are those of
the machine that the block stands for; nothing that the learner has is read, and all of it is back afterwards.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import boto3

_OURS = ("AWS_", "BOTO_")
_LOOPBACK = "127.0.0.1,localhost,.localhost"
# A busy laptop may take longer to answer than an instance would: boto3 gives up after one second.
_PATIENCE = {"AWS_METADATA_SERVICE_TIMEOUT": "5"}
# Who forgets to say where the cloud is gets nowhere, and not to AWS.
_NOWHERE = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
_PROGRAM = """
import boto3, json
session = boto3.Session()
found = session.get_credentials()
arn = session.client("sts").get_caller_identity()["Arn"] if found else None
print(json.dumps([found.method if found else None, arn]))
"""


class Told(NamedTuple):
    """How a program found its credentials, and who it then is; both None where it found none."""

    method: str | None
    arn: str | None


def profile(name: str, key: Mapping[str, str]) -> str:
    """Write a key as both files have it, under the name of a profile; the key is what CreateAccessKey answers."""
    lines = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return f"[{name}]\n" + "".join(f"{setting} = {value}\n" for setting, value in lines.items())


def who(session: boto3.Session) -> str:
    """Say in boto3's word where it found credentials, and after a colon whose they are: a user or a role session."""
    found = session.get_credentials()
    if found is None:
        return "no credentials"
    arn = session.client("sts").get_caller_identity()["Arn"]
    return f"{found.method}: {arn.rpartition(':')[2]}"


def package(program: str) -> bytes:
    """Pack a program for Lambda, as the module `app`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("app.py", program)
    return packed.getvalue()


@contextmanager
def machine(
    *environments: Mapping[str, str],
    credentials: str = "",
    config: str = "",
    code: Mapping[str, str] | None = None,
) -> Iterator[boto3.Session]:
    """Run a block on a machine with these variables and with these texts as its two files of AWS.

    It gives a new `boto3.Session`; `code` are arguments for that, as a program would write them.
    """
    import boto3

    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="iamkit-machine-") as folder:
        variables = _variables(environments, Path(folder), credentials, config)
        try:
            for name in [name for name in os.environ if name.startswith(_OURS)]:
                del os.environ[name]
            os.environ.update(variables)
            yield boto3.Session(**(code or {}))
        finally:
            os.environ.clear()
            os.environ.update(before)


def elsewhere(environment: Mapping[str, str]) -> Told:
    """Start a program of its own in an environment, and let boto3 tell how it found credentials and whose they are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(
        command, env={**kept, **_PATIENCE, **_NOWHERE, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2])
    return Told(*json.loads(done.stdout))


def _variables(
    environments: tuple[Mapping[str, str], ...], folder: Path, credentials: str, config: str
) -> dict[str, str]:
    """Lay the variables over each other, and name two files that hold nothing but what is given."""
    together = {name: value for environment in environments for name, value in environment.items()}
    # Without an address of ours boto3 would ask the real one, and wait.
    asked = "AWS_EC2_METADATA_SERVICE_ENDPOINT" in together
    files = {"AWS_SHARED_CREDENTIALS_FILE": ("credentials", credentials), "AWS_CONFIG_FILE": ("config", config)}
    for name, text in files.values():
        (folder / name).write_text(text, encoding="utf-8")
    return {
        "AWS_DEFAULT_REGION": "us-east-1",
        "BOTO_CONFIG": os.devnull,
        "NO_PROXY": _LOOPBACK,
        "no_proxy": _LOOPBACK,
        **_PATIENCE,
        **_NOWHERE,
        **together,
        "AWS_EC2_METADATA_DISABLED": "false" if asked else "true",
        **{name: str(folder / file) for name, (file, _) in files.items()},
    }
