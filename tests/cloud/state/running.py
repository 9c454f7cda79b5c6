"""The local cloud in a process of its own, which can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

IAMKIT = [sys.executable, "-m", "iamkit", "cloud", "--json"]


class Running:
    """A cloud that runs: make clients with its administrator's keys, or others."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        said = process.stdout.readline()
        if not said:
            raise RuntimeError(process.communicate()[1])
        self.told = json.loads(said)
        self.client = cache(self._client)

    @property
    def keys(self) -> dict[str, str]:
        """The keys of the first administrator, as boto3 takes them."""
        first = next(iter(self.told["administrators"].values()))
        return {"aws_access_key_id": first["accessKeyId"], "aws_secret_access_key": first["secretAccessKey"]}

    def _client(self, service: str) -> Any:
        return self.client_with(service, **self.keys)

    def client_with(self, service: str, **keys: Any) -> Any:
        """Make a client that does not try twice."""
        return boto3.client(
            service,
            region_name=self.told["region"],
            endpoint_url=self.told["endpoint"],
            config=Config(retries={"total_max_attempts": 1}, signature_version="s3v4" if service == "s3" else None),
            **keys,
        )

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.wait(20)


@contextmanager
def running(state: Path, *options: str) -> Iterator[Running]:
    """Start `iamkit cloud --state`, and kill it in the end."""
    command = [*IAMKIT, "--state", str(state), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
