"""Print a role's credentials as `credential_process` wants them: `python -m iamkit.cloud.metadata.process ROLE_ARN`.

The cloud and the keys of whoever assumes the role come as arguments or in IAMKIT_… variables, never in those of AWS:
a chain that found these would not run a process at all (A15). Only loopback is called.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from iamkit.sigv4 import Credentials, HttpRequest, sign

_STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost):[0-9]{1,5}").fullmatch
_SECONDS = 10.0
_FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Refused(Exception):
    """No credentials, and why."""


class Asked(NamedTuple):
    """Whom to ask for which role, as who."""

    endpoint: str
    region: str
    credentials: Credentials
    parameters: Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print Version 1 of the document; a reason goes to standard error, where SDKs read it."""
    try:
        print(json.dumps(assume(_asked(arguments, os.environ))))
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


def assume(asked: Asked) -> dict[str, object]:
    """Assume the role with a signed request, and give the document."""
    host = asked.endpoint.removeprefix("http://")
    body = urlencode({"Action": "AssumeRole", "Version": "2011-06-15", **asked.parameters}).encode()
    request = HttpRequest("POST", "/", (("Host", host), ("Content-Type", _FORM)), body)
    signed = sign(request, asked.credentials, region=asked.region, service="sts", at=datetime.now(UTC)).request
    answer = _sent(asked.endpoint, signed)
    found = answer.find(f".//{_STS}Credentials")
    if found is None:
        raise Refused(f"iamkit: no credentials in the answer of {asked.endpoint}")
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    return {"Version": 1, **{name: found.findtext(f"{_STS}{name}") for name in names}}


def _sent(endpoint: str, request: HttpRequest) -> ElementTree.Element:
    """Send a signed request, through no proxy."""
    headers = {name: value for name, value in request.headers if name.lower() != "host"}
    wanted = urllib.request.Request(f"{endpoint}/", request.body, headers, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(wanted, timeout=_SECONDS) as response:
            return ElementTree.fromstring(response.read())
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(f"iamkit: {_message(error.read())}") from error
    except (OSError, ElementTree.ParseError) as error:
        raise Refused(f"iamkit: no cloud answers at {endpoint}\nhelp: does it still run?") from error


def _message(body: bytes) -> str:
    """Find what went wrong in an error of STS; what is no XML is told as it is."""
    try:
        told = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return body.decode(errors="replace").strip()
    messages = (each.text for each in told.iter() if each.tag.rpartition("}")[2] == "Message")
    return next(messages, None) or "the answer is none of STS"


def _asked(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Asked:
    given = _parser().parse_args(arguments)
    endpoint = (given.endpoint or environment.get("IAMKIT_ENDPOINT", "")).rstrip("/")
    if not _LOOPBACK(endpoint):
        raise Refused(f"iamkit: `{endpoint}` is no local cloud\nhelp: --endpoint http://127.0.0.1:PORT")
    try:
        credentials = Credentials(
            given.access_key_id or environment.get("IAMKIT_ACCESS_KEY_ID", ""),
            given.secret_access_key or environment.get("IAMKIT_SECRET_ACCESS_KEY", ""),
            environment.get("IAMKIT_SESSION_TOKEN"),
        )
    except ValueError as error:
        wanted = "set IAMKIT_ACCESS_KEY_ID and IAMKIT_SECRET_ACCESS_KEY"
        raise Refused(f"iamkit: no keys of whoever assumes the role\nhelp: {wanted}") from error
    parameters = {"RoleArn": given.role_arn, "RoleSessionName": given.session_name}
    if given.duration is not None:
        parameters["DurationSeconds"] = str(given.duration)
    return Asked(endpoint, given.region, credentials, parameters)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m iamkit.cloud.metadata.process", description="Print credentials of a role of the local cloud."
    )
    parser.add_argument("role_arn", help="the role to assume")
    parser.add_argument("--endpoint", help="the cloud's address; else IAMKIT_ENDPOINT")
    parser.add_argument("--access-key-id", help="who assumes the role; else IAMKIT_ACCESS_KEY_ID")
    parser.add_argument(
        "--secret-access-key",
        help="the secret, which others on this machine can see here; else IAMKIT_SECRET_ACCESS_KEY",
    )
    parser.add_argument("--session-name", default="credential-process", help="the name of the role session")
    parser.add_argument("--duration", type=int, help="how long the credentials last, in seconds")
    parser.add_argument("--region", default="us-east-1", help="the region to sign for")
    return parser


if __name__ == "__main__":
    sys.exit(main())
