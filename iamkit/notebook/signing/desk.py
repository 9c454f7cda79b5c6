"""The desk of the signature lab: a client signs, something happens on the way, a server answers.

All signing and verifying is done by `iamkit.sigv4`; nothing here raises on what a learner types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from iamkit.notebook.signing.client import sign_as_client
from iamkit.notebook.signing.inputs import Errors, Inputs
from iamkit.notebook.signing.server import Answer, answer_as_server
from iamkit.notebook.signing.why import Arrived
from iamkit.notebook.signing.wire import Tampering, UnreadableMessage, carry, read_message, tampering, write_message
from iamkit.sigv4 import HttpRequest, Signed


@dataclass(frozen=True, slots=True)
class Desk:
    """All that follows from the inputs.

    Where the client cannot sign, `signed` is what it signed last, with `secret`, and `stale` says so. `errors` name the
    field that is wrong; without a readable message and a readable clock there is no answer.
    """

    inputs: Inputs
    signed: Signed | None = None
    secret: str = ""
    stale: bool = False
    answer: Answer | None = None
    on_the_way: tuple[Tampering, ...] = ()
    errors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def work(inputs: Inputs, last: Desk | None = None) -> Desk:
    """Sign, let arrive what arrives, and have the server answer."""
    errors: Errors = {}
    newly = sign_as_client(inputs, errors)
    if newly is not None:
        sent = write_message(newly.request)
        inputs = replace(inputs, sent=sent, wire=carry(inputs.sent, inputs.wire, sent))
    signed, secret = (newly, inputs.secret) if newly or last is None else (last.signed, last.secret)
    desk = Desk(inputs, signed, secret, stale=newly is None, errors=MappingProxyType(errors))
    messages = _messages(inputs, errors)
    if messages is None:
        return desk
    arrived = Arrived(inputs.wire, messages[1], tampering(*messages))
    return replace(desk, answer=answer_as_server(inputs, arrived, signed, secret, errors), on_the_way=arrived.changed)


def _messages(inputs: Inputs, errors: Errors) -> tuple[HttpRequest, HttpRequest] | None:
    """Read what was sent and what arrived; nothing arrives of what was never sent."""
    if not inputs.sent or not errors.keys().isdisjoint({"wire", "sent"}):
        return None
    try:
        return read_message(inputs.sent), read_message(inputs.wire)
    except UnreadableMessage as error:
        errors["wire"] = str(error)
    return None
