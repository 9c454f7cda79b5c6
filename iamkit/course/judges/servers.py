"""A server's side of the judges: read the headers that came back, verify what is sent, say what the server answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from iamkit.course.as_python import as_python, kind_of
from iamkit.course.judges.canonical_requests import line_names
from iamkit.course.judges.cases import Refusal
from iamkit.course.lines import first_difference
from iamkit.sigv4 import AccessKey, AuthenticationFailure, verify

if TYPE_CHECKING:
    from datetime import datetime

    from iamkit.course.lines import LineDifference
    from iamkit.sigv4 import Credentials, HttpRequest, Verified
    from iamkit.sigv4.explaining import Explanation

    Pairs = list[tuple[str, str]]

ACCEPTED = "the server accepts the request"


def read_headers(value: Any) -> Pairs | Refusal:
    """Read what a function gave as headers: pairs in a list, or a dict; texts may come as bytes."""
    items = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(items, list | tuple):
        told = f"The function must return a list of pairs `(name, value)`. Yours returned {kind_of(value)}."
        return Refusal(told, ACCEPTED)
    pairs = []
    for item in items:
        pair = [_text(part) for part in item] if isinstance(item, list | tuple) and len(item) == 2 else [None]
        if any(part is None for part in pair):
            told = f"Each header is a pair of texts, its name and its value. This one is not: `{as_python(item)}`."
            return Refusal(told, ACCEPTED)
        pairs.append((str(pair[0]), str(pair[1])))
    return pairs


def _text(part: Any) -> str | None:
    if isinstance(part, bytes | bytearray):
        return part.decode("utf-8", "surrogateescape")
    return part if isinstance(part, str) else None


def joined_values(headers: Pairs) -> dict[str, str]:
    """Map names in small letters to trimmed values, those of repeats joined: what any server makes of them."""
    values: dict[str, str] = {}
    for name, value in headers:
        key, trimmed = name.strip().lower(), " ".join(value.split())
        values[key] = f"{values[key]},{trimmed}" if key in values else trimmed
    return values


def kept(sent: Pairs, given: Pairs) -> Refusal | None:
    """Refuse headers in which one of the given is missing or different."""
    values = joined_values(sent)
    for name, value in joined_values(given).items():
        shown = next(each for each, _ in given if each.lower() == name)
        if name not in values:
            told = f"All headers to send are needed, those of the request too: `{shown}` is missing."
            return Refusal(told, ACCEPTED)
        if values[name] != value:
            told = f"The header `{shown}` is not what it was: `{value}` became `{values[name]}`."
            return Refusal(told, ACCEPTED)
    return None


def ask(
    request: HttpRequest, credentials: Credentials, region: str, service: str, now: datetime
) -> Verified | AuthenticationFailure:
    """Send a request to a server that knows these credentials."""
    known = {credentials.access_key_id: AccessKey(credentials)}
    try:
        return verify(request, known.get, region=region, service=service, now=now)
    except AuthenticationFailure as failure:
        return failure


def refusal_of(failure: AuthenticationFailure, sent: Any, feedback: str, expected: str = ACCEPTED) -> Refusal:
    """Show a server's answer to what was sent, and when it is asked for, the mistake that leads to this signature."""
    told = failure.message.partition("\n")[0]
    details = (("what you sent", as_python(sent)),)
    answer = Refusal(feedback, expected, f"{failure.status} {failure.code}: {told}", details=details)
    return replace(answer, explained=partial(_explained, failure, answer))


def _explained(failure: AuthenticationFailure, answer: Refusal) -> Refusal:
    explanation = failure.explanation
    if explanation is None:
        return answer
    feedback = answer.feedback
    told: tuple[tuple[str, str], ...] = ()
    if explanation.mistakes:
        feedback, told = _sentence(explanation.help), (("explanation", _sentence(explanation.sentence)),)
    details = (*told, ("the server's canonical request", explanation.expected), *answer.details)
    return replace(answer, feedback=feedback, difference=_difference(explanation), details=details)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _difference(explanation: Explanation) -> LineDifference | None:
    """Find the first line in which the client's canonical request, as far as it is known, is not the server's."""
    if explanation.likely is None:
        return None
    found = first_difference(explanation.expected, explanation.likely)
    if found is None:
        return None
    names = line_names(explanation.expected)
    return replace(found, name=names[min(found.line, len(names)) - 1])
