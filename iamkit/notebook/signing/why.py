"""Why a signature does not match: the engine's explanation, with what the lab knows of both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iamkit.notebook.signing.wire import Tampering
from iamkit.sigv4 import AccessKey, Credentials, HttpRequest, Signed, explain

# No access key ID of AWS looks like this: it marks the client's own secret among the engine's guesses.
_CLIENT = "your-client"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it arrived: its text, what can be read in it, and what changed on the way."""

    text: str
    request: HttpRequest
    changed: tuple[Tampering, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of the canonical request that the two sides write differently."""

    name: str
    client: str
    server: str


@dataclass(frozen=True, slots=True)
class Why:
    """What the client did that the server did not expect, what helps, and the lines that differ."""

    sentence: str
    help: str
    differences: tuple[Difference, ...] = ()


def why(arrived: Arrived, key: AccessKey, signed: Signed, secret: str, *, region: str, service: str) -> Why:
    """Explain a wrong signature to the client that made it, with a secret of its own."""
    if signed.signature not in arrived.text:
        return Why(
            "The signature that arrived is not the one that your client made.",
            "Nobody without the key can make one that fits. A client that cannot sign sends its last one.",
        )
    found = explain(
        arrived.request,
        key,
        region=region,
        service=service,
        client_canonical_request=signed.canonical_request,
        other_keys=(Credentials(_CLIENT, secret),),
    )
    if _CLIENT in found.sentence:
        return Why(
            "Both sides write the same canonical request, but their secrets differ.",
            "Copy the secret access key again. If nobody has it any more, make a new key.",
        )
    lines = tuple(Difference(each.name, each.client, each.expected) for each in found.differences)
    if arrived.changed and not found.mistakes:
        return Why(
            f"Somebody on the way changed {_joined(f'the {each.name}' for each in arrived.changed)}.",
            "The server signs what arrives, and the client signed what it sent.",
            lines,
        )
    return Why(_as_sentence(found.sentence), _as_sentence(found.help), lines)


def _as_sentence(text: str) -> str:
    """Turn an error's words into a sentence."""
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _joined(texts: Iterable[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last
