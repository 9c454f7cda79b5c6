"""The judge `process-document`: what a `credential_process` prints, read by botocore's own provider (A15).

AWS SDKs and Tools Reference Guide, "Process credential provider".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

# Far ahead: botocore refreshes at once what is about to end.
ENDS = datetime(2099, 8, 30, 13, 36, tzinfo=UTC)
_KEY, _SECRET = "ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_TOKEN = "IQoJb3JpZ2luX2VjEXAMPLETOKEN=="
_TAKEN = "botocore takes what the program prints"
Look = Callable[[Mapping[str, Any], Any], Refusal | None]


class _Printed:
    """A process that has printed something and ended well, as far as botocore can tell."""

    returncode = 0

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, *_: Any, **__: Any) -> _Printed:
        return self

    def communicate(self) -> tuple[bytes, bytes]:
        return self._text.encode(), b""


def taken(printed: str) -> Any:
    """Let botocore's provider read what a process printed; raises what it raises."""
    from botocore.credentials import ProcessProvider

    profiles = {"profiles": {"default": {"credential_process": "program"}}}
    return ProcessProvider("default", lambda: profiles, popen=_Printed(printed)).load()


def _temporary(ends: datetime = ENDS) -> dict[str, Any]:
    return {"AccessKeyId": _KEY, "SecretAccessKey": _SECRET, "SessionToken": _TOKEN, "Expiration": ends}


def _call(answer: dict[str, Any], *looks: Look) -> Call:
    def judge(value: Any) -> Refusal | None:
        refused = of_type(value, str, _TAKEN, "a str, the JSON to print")
        if refused is not None:
            return refused
        try:
            found = taken(value)
            found.get_frozen_credentials()
        except Exception as error:
            return Refusal(_cure(str(error)), _TAKEN, f"{type(error).__name__}: {error}")
        read = json.loads(value)
        return next(filter(None, (look(read, found) for look in looks)), None)

    return Call((answer,), _TAKEN, judge)


def _cure(message: str) -> str:
    """Say what botocore's sentence is about."""
    if "Version" in message or "version" in message:
        return "botocore takes no document without its version, the number 1: it cannot know how to read it."
    if "offset-naive" in message:
        return "A time without its zone can be any of 24, and botocore cannot compare it with its clock."
    return "botocore cannot read what the program prints, and every call of the application fails with this."


def _same_keys(answer: Mapping[str, Any], _: Mapping[str, Any], found: Any) -> Refusal | None:
    if (found.access_key, found.secret_key) == (answer["AccessKeyId"], answer["SecretAccessKey"]):
        return None
    return Refusal("Key ID and secret are not those of the answer.", _TAKEN)


def _same_token(answer: Mapping[str, Any], _: Mapping[str, Any], found: Any) -> Refusal | None:
    if found.token == answer.get("SessionToken"):
        return None
    told = (
        "botocore found no session token in the document. Without it a temporary key is refused: "
        "`InvalidClientTokenId`. Look at how the token is called."
    )
    return Refusal(told, f"the token is {answer.get('SessionToken')!r}", f"the token is {found.token!r}")


def _same_end(answer: Mapping[str, Any], read: Mapping[str, Any], _: Any) -> Refusal | None:
    ends: datetime = answer["Expiration"]
    wanted = f"the credentials end at {ends.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    text = read.get("Expiration")
    if text is None:
        told = (
            "The document does not say when the credentials end. So botocore keeps them for ever, and an hour later "
            "every call fails with `ExpiredToken` until somebody starts the application again."
        )
        return Refusal(told, wanted, "they never end")
    try:
        told_end = datetime.fromisoformat(str(text))
    except ValueError:
        return Refusal("`Expiration` is a time as ISO 8601 has it: `2099-08-30T13:36:00Z`.", wanted, repr(text))
    if told_end != ends:
        told = "The application would go on with credentials that have ended, or throw good ones away."
        return Refusal(told, wanted, repr(text))
    return None


def _never_ends(read: Mapping[str, Any], _: Any) -> Refusal | None:
    extra = [name for name in ("SessionToken", "Expiration") if name in read]
    if not extra:
        return None
    told = f"These keys have no `{extra[0]}`, so the document must not name one: other SDKs read `null` as a mistake."
    return Refusal(told, "a document with Version and two keys", f"{extra[0]}: {read[extra[0]]!r}")


def _answered(answer: dict[str, Any], *looks: Callable[..., Refusal | None]) -> Iterator[Call]:
    yield _call(answer, *(partial(look, answer) for look in looks))


def _abroad() -> Iterator[Call]:
    yield from _answered(_temporary(ENDS.astimezone(timezone(timedelta(hours=2)))), _same_end)


def _long_term() -> Iterator[Call]:
    answer = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": _SECRET}
    yield _call(answer, partial(_same_keys, answer), _never_ends)


PROCESS_DOCUMENT = Judge(
    name="process-document",
    parameters=("answer",),
    returns="a str, the JSON to print",
    cases={
        "botocore takes it": partial(_answered, _temporary(), _same_keys),
        "with the session token": partial(_answered, _temporary(), _same_token),
        "says when it ends": partial(_answered, _temporary(), _same_end),
        "a time of another zone": _abroad,
        "keys that do not end": _long_term,
    },
)
