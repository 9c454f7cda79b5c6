"""The server of the signature lab: it knows one access key, has a clock of its own, and believes nobody."""

from __future__ import annotations

from dataclasses import dataclass

from iamkit.notebook.signing.clock import UnreadableClock, read_clock
from iamkit.notebook.signing.inputs import Errors, Inputs, told
from iamkit.notebook.signing.why import Arrived, Why, why
from iamkit.sigv4 import (
    AccessKey,
    AuthenticationFailure,
    Credentials,
    Fault,
    Signed,
    Verified,
    verify,
)

USER = "arn:aws:iam::111122223333:user/alice"
ROLE_SESSION = "arn:aws:sts::111122223333:assumed-role/reports-app/alice"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to what arrived: it recognized somebody, or it refused."""

    verified: Verified | None = None
    failure: AuthenticationFailure | None = None
    why: Why | None = None

    @property
    def status(self) -> int:
        return self.failure.status if self.failure else 200


def answer_as_server(
    inputs: Inputs, arrived: Arrived, signed: Signed | None, secret: str, errors: Errors
) -> Answer | None:
    """Verify what arrived; a wrong signature is explained by what the client signed, and with which secret."""
    key = _known_key(inputs, errors)
    try:
        now = read_clock(inputs.server_time)
    except UnreadableClock as error:
        errors["server_time"] = str(error)
        return None
    if "server_access_key_id" in errors:
        return None
    region, service = inputs.server_region, inputs.server_service
    known = {key.credentials.access_key_id: key} if key else {}
    try:
        return Answer(verify(arrived.request, known.get, region=region, service=service, now=now))
    except AuthenticationFailure as failure:
        if failure.fault is not Fault.SIGNATURE_MISMATCH or key is None or signed is None:
            return Answer(failure=failure)
        explained = why(arrived, key, signed, secret, region=region, service=service)
        return Answer(failure=failure, why=explained)
    except ValueError as error:
        # The signature was made for a region or a service that no scope can hold.
        errors["server_region"] = told(error)
    return None


def _known_key(inputs: Inputs, errors: Errors) -> AccessKey | None:
    """Give the one access key that the server knows; a field left empty is a server that knows none."""
    if not inputs.server_access_key_id:
        return None
    token = inputs.server_token or None
    try:
        credentials = Credentials(inputs.server_access_key_id, inputs.server_secret, token)
    except ValueError as error:
        errors["server_access_key_id"] = told(error)
        return None
    return AccessKey(credentials, principal=ROLE_SESSION if token else USER)
