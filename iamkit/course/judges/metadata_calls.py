"""The judge `metadata-credentials`: programs that ask metadata services, version 2, for a role's credentials (A16)."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from iamkit.course.judges.cases import Call, Refusal, of_type
from iamkit.course.practice import Account, PracticeInstance, World, practice_judge

_TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}}'
)
_TOKEN_PATH, _ROLES = "/latest/api/token", "/latest/meta-data/iam/security-credentials/"
_NAMES = ("AccessKeyId", "SecretAccessKey", "Token")
ROLES = ("web-server", "importer")


@lru_cache(maxsize=1)
def _prepared(world: World) -> Account:
    """Prepare one account with two roles for all cases."""
    account = world.account()
    iam = account.client("iam")
    for role in ROLES:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=_TRUST)
    return account


def delivered(endpoint: str, role: str) -> dict[str, Any]:
    """Fetch the document of a role as a program should."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(path: str, method: str, **headers: str) -> str:
        request = urllib.request.Request(endpoint + path, headers=headers, method=method)
        with opener.open(request, timeout=10) as answer:
            return str(answer.read().decode())

    token = ask(_TOKEN_PATH, "PUT", **{"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    found: dict[str, Any] = json.loads(ask(_ROLES + role, "GET", **{"X-aws-ec2-metadata-token": token}))
    return found


def _judge(role: str, instance: PracticeInstance, still_answers_version_1: bool, value: Any) -> Refusal | None:
    asked = instance.requests()
    expected = f"the credentials of the role `{role}`"
    refused = of_type(value, dict, expected, "a dict, the document of the credentials")
    if refused is not None:
        return refused
    right = delivered(instance.endpoint, role)
    missing = [name for name in _NAMES if name not in value]
    if missing:
        return Refusal(f"The document has no `{missing[0]}`: return what the service answers, read as JSON.", expected)
    if any(value[name] != right[name] for name in _NAMES):
        return Refusal("These are not the credentials that the instance delivers to this role.", expected)
    return _bare(asked) if still_answers_version_1 else None


def _bare(asked: list[dict[str, Any]]) -> Refusal | None:
    """Refuse what worked without a token, where nothing stopped it."""
    bare = next((each for each in asked if each["method"] == "GET" and not each["token"]), None)
    if bare is not None:
        told = (
            "Your program asks without a token first. This instance still answers that, so nobody notices, and so "
            "version 1 is never switched off: any page that fetches what a visitor names can do the same."
        )
        return Refusal(told, "no GET without a token", f"GET {bare['path']} without a token: {bare['status']}")
    return None


def _of_role(role: str, http_tokens: str, world: World) -> Iterator[Call]:
    instance = _prepared(world).instance(role, http_tokens)
    yield Call(
        (instance.endpoint,),
        f"the credentials of the role `{role}`",
        partial(_judge, role, instance, http_tokens == "optional"),
    )


def _of_none(world: World) -> Iterator[Call]:
    instance = _prepared(world).instance(None, "required")

    def judge(value: Any) -> Refusal | None:
        told = "This instance has no role. Then there is nothing to return but an empty dict."
        return None if value == {} else Refusal(told, "{}")

    yield Call((instance.endpoint,), "{}", judge)


METADATA_CREDENTIALS = practice_judge(
    name="metadata-credentials",
    parameters=("endpoint",),
    returns="a dict, the document of the credentials",
    worlds={
        "version 2 alone": partial(_of_role, ROLES[0], "required"),
        "another role": partial(_of_role, ROLES[1], "required"),
        "never without a token": partial(_of_role, ROLES[0], "optional"),
        "an instance without a role": _of_none,
    },
)
