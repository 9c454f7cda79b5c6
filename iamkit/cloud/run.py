"""Run a program with a role's session credentials, against the local cloud and nothing else.

The program inherits nothing of the user's AWS settings, and cannot reach the real AWS by an SDK's default: endpoint,
credentials and files are set, instance metadata is off, and the proxy that every SDK heeds is a fence.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iamkit.cloud.fence import Fence

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
_NOT_PROXIED = "127.0.0.1,localhost,.localhost"


@dataclass(frozen=True, slots=True)
class RoleCredentials:
    """What a program is given: a role session's keys, and where the cloud listens."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


def environment(
    credentials: RoleCredentials, inherited: Mapping[str, str], files: Path, fence_url: str
) -> dict[str, str]:
    """Make the environment of a program; `files` is a folder for the configuration that SDKs read.

    Whatever begins with AWS_ or names a proxy is dropped from what is inherited.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.upper().startswith(("AWS_", "BOTO_")) and name not in _PROXIES and name.upper() != "NO_PROXY"
    }
    configuration, shared = files / "config", files / "credentials"
    configuration.write_text(_configuration(credentials), encoding="utf-8")
    shared.write_text("", encoding="utf-8")
    path = inherited.get("PATH", os.defpath)
    return {
        **kept,
        "PATH": _with_wrapped_cli(path, credentials.endpoint, files),
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "AWS_REGION": credentials.region,
        "AWS_DEFAULT_REGION": credentials.region,
        "AWS_ENDPOINT_URL": credentials.endpoint,
        "AWS_CONFIG_FILE": str(configuration),
        "AWS_SHARED_CREDENTIALS_FILE": str(shared),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_PAGER": "",
        "BOTO_CONFIG": os.devnull,
        **dict.fromkeys(_PROXIES, fence_url),
        "NO_PROXY": _NOT_PROXIED,
        "no_proxy": _NOT_PROXIED,
    }


def _configuration(credentials: RoleCredentials) -> str:
    """Say the endpoint once more, for what reads files only; an address has no room for a bucket in its host."""
    return (
        f"[default]\nregion = {credentials.region}\nendpoint_url = {credentials.endpoint}\n"
        "s3 =\n  addressing_style = path\n  signature_version = s3v4\n"
    )


def _with_wrapped_cli(path: str, endpoint: str, files: Path) -> str:
    """Put an `aws` first that names the endpoint: version 1 of the AWS CLI overlooks the variable for some services."""
    real = shutil.which("aws", path=path)
    if real is None or os.name == "nt":
        return path
    wrapper = files / "bin" / "aws"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\ncase " $*" in *" --endpoint-url"*) exec {shlex.quote(real)} "$@" ;; esac\n'
        f'exec {shlex.quote(real)} --endpoint-url {shlex.quote(endpoint)} "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    return f"{wrapper.parent}{os.pathsep}{path}"


def command_line(command: Sequence[str], endpoint: str) -> list[str]:
    """Name the endpoint to the AWS CLI where it is called by its path."""
    name = Path(command[0]).name.lower().removesuffix(".exe").removesuffix(".cmd")
    if (
        name == "aws"
        and command[0] != "aws"
        and not any(word.partition("=")[0] == "--endpoint-url" for word in command)
    ):
        return [command[0], "--endpoint-url", endpoint, *command[1:]]
    return list(command)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit status, and what it tried to send elsewhere."""

    status: int
    refused: tuple[str, ...]


def run(command: Sequence[str], credentials: RoleCredentials) -> Ran:
    """Run a program to its end, with the terminal as its own; raises FileNotFoundError where there is none."""
    with tempfile.TemporaryDirectory(prefix="iamkit-run-") as folder, Fence() as fence:
        made = environment(credentials, os.environ, Path(folder), fence.url)
        finished = subprocess.run(command_line(command, credentials.endpoint), env=made, check=False)
        return Ran(finished.returncode, tuple(fence.refused))


def said(ran: Ran) -> str:
    """Tell what the fence kept back, one line each."""
    return "".join(f"iamkit: refused `{what}`: only the local cloud may be called\n" for what in ran.refused)


__all__ = ["Ran", "RoleCredentials", "command_line", "environment", "run", "said"]
