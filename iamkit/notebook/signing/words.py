"""The server's answer in words, and the whole lab as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamkit.notebook.signing.clock import difference
from iamkit.notebook.signing.desk import Desk
from iamkit.notebook.signing.inputs import Inputs
from iamkit.notebook.signing.presets import PRESETS, SECRET
from iamkit.notebook.signing.server import Answer
from iamkit.notebook.signing.steps import steps
from iamkit.notebook.signing.why import Difference
from iamkit.sigv4 import AuthenticationFailure, Fault, Verified

_AUTHORIZATION_FOLLOWS = (
    "This says who it is, and nothing about what they may do: the policies are asked next. "
    "Their refusal is called `AccessDenied`: I know you, and no."
)
_SECRETS = {SECRET, f"{SECRET[:-1]}X"}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer in words; `kind` is "allow", "deny" or "neutral", as badges are."""

    kind: str
    badge: str
    code: str
    sentence: str
    reasons: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    response: str = ""

    @property
    def spoken(self) -> str:
        """Say it in one sentence to somebody who hears it."""
        return f"The server answers {self.badge} {self.code}.".replace(" .", ".")


def told_answer(desk: Desk) -> Told:
    """Say what the server answers, and why."""
    answer = desk.answer
    if answer is None:
        return Told("neutral", "No answer", "", "There is nothing that the server could read, or its clock is not set.")
    if answer.verified is not None:
        return _recognized(answer.verified)
    assert answer.failure is not None
    return _refused(answer, answer.failure)


def _recognized(verified: Verified) -> Told:
    sentence = f"It recognizes `{verified.principal}`: it made the same signature from what arrived."
    return Told("allow", "200", "OK", sentence, (_AUTHORIZATION_FOLLOWS,))


def _refused(answer: Answer, failure: AuthenticationFailure) -> Told:
    message = failure.message.partition("\n")[0]
    reasons = (answer.why.sentence, answer.why.help) if answer.why else (_MEANING.get(failure.fault, ""),)
    response = failure.response(request_id="11112222-3333-4444-5555-666677778888")
    lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in response.headers), ""]
    return Told(
        "deny",
        str(failure.status),
        failure.code,
        message,
        tuple(filter(None, reasons)),
        answer.why.differences if answer.why else (),
        "\n".join([*lines, response.body.decode()]),
    )


_MEANING = {
    Fault.NO_CREDENTIALS: "Nothing in the message says who sent it.",
    Fault.EXPIRED: "A signature is good for 15 minutes around its time: compare the two clocks. AWS counts in UTC.",
    Fault.NOT_YET_CURRENT: "A signature is good for 15 minutes around its time: compare the two clocks.",
    Fault.URL_EXPIRED: "A presigned URL lives as long as its `X-Amz-Expires` says, by the server's clock.",
    Fault.URL_NOT_YET_VALID: "The URL was signed by a clock that is ahead of the server's.",
    Fault.WRONG_SCOPE: "The scope binds a signature to a day, a region and a service. This one was made for others.",
    Fault.BAD_TOKEN: (
        "A key that begins with `ASIA` is temporary: it is good together with its session token and with nothing else. "
        "The message sounds like a wrong key; only the period at its end is missing."
    ),
    Fault.UNKNOWN_KEY: "The server knows no such access key ID. It never looked at the signature.",
    Fault.PAYLOAD_MISMATCH: "The signature is about a hash, and this body has another.",
    Fault.HOST_NOT_SIGNED: "A signature that does not say for whom it is could be used anywhere.",
    Fault.HEADERS_NOT_SIGNED: "Every `x-amz-` header that is sent must be signed, or anybody could add one.",
    Fault.TWO_MECHANISMS: "There is one way to say who one is in a request, not two.",
}


def as_text(desk: Desk) -> str:
    """Write all that the lab shows as plain text."""
    return "\n".join(line.rstrip() for line in _lines(desk))


def _lines(desk: Desk) -> Iterator[str]:
    inputs = desk.inputs
    preset = PRESETS.get(inputs.preset)
    yield f"Signature lab: {preset.title if preset else 'a request of your own'}"
    if preset:
        yield preset.task
    for name, error in desk.errors.items():
        yield f"{name}: {error}"
    yield ""
    yield "What arrives"
    yield from (f"  {line}" for line in inputs.wire.split("\n"))
    for each in desk.on_the_way:
        yield f"  (changed on the way: {each.name})"
    if desk.signed is not None:
        # A secret of the learner's own stays out of what a notebook stores, and so do keys that are made from it.
        public = desk.secret in _SECRETS
        for number, step in enumerate(steps(desk.signed, desk.secret), 1):
            yield ""
            yield f"{number} {step.title}"
            width = max(len(row.name) for row in step.rows)
            for row in step.rows:
                hidden = step.title == "Signing key" and not public
                yield f"  {row.name:{width}}  {'(not shown)' if hidden else row.text}"
    yield ""
    yield from _answer_lines(desk, inputs)


def _answer_lines(desk: Desk, inputs: Inputs) -> Iterator[str]:
    told = told_answer(desk)
    yield "The server answers"
    clock = difference(inputs.time, inputs.server_time)
    yield f"  at {inputs.server_time} by its clock. {clock}"
    yield f"  {told.badge} {told.code}"
    yield f"  {told.sentence}"
    yield from (f"  {reason}" for reason in told.reasons)
    for each in told.differences:
        yield f"  {each.name}"
        yield f"    your client signed  {each.client}"
        yield f"    the server read     {each.server}"
