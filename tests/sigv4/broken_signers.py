"""A small signer written from A1–A7 and nothing else, that goes wrong in one place where it is told to.

A signature is worked out stage by stage; a mistake changes what one stage has made, and the later stages go on with it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256
from urllib.parse import quote_from_bytes, unquote_to_bytes

EMPTY = sha256().hexdigest()
S3 = "s3"
# A3, with the hop-by-hop headers of HTTP.
LEFT_OUT = {"authorization", "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"} | {
    *("proxy-authenticate", "proxy-authorization", "proxy-connection", "user-agent", "x-amzn-trace-id")
}


@dataclass(frozen=True)
class Case:
    """What a client is asked to send, and as whom."""

    service: str
    method: str
    path: str
    pieces: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    presigned: bool = False
    region: str = "eu-central-1"
    timestamp: str = "20150830T123600Z"
    access_key_id: str = "AKIDEXAMPLE"
    secret: str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    token: str | None = None


@dataclass
class Message:
    """A request: raw path, raw pieces of the query, headers in their order."""

    method: str
    path: str
    pieces: list[str]
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def target(self) -> str:
        """What stands in the request line."""
        return self.path + ("?" + "&".join(self.pieces) if self.pieces else "")

    def value(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for own, value in self.headers if own.lower() == name), None)

    def replace_header(self, name: str, *values: str) -> None:
        """Give a header these values in its place; none removes it."""
        at = [index for index, (own, _) in enumerate(self.headers) if own.lower() == name.lower()]
        place = at[0] if at else len(self.headers)
        rest = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers = [*rest[:place], *((name, value) for value in values), *rest[place:]]

    def copy(self) -> Message:
        """Make an equal message that changes alone."""
        return replace(self, pieces=list(self.pieces), headers=list(self.headers))


class Stage(IntEnum):
    """What was made last: the request, the six parts, their lines, the text of them, and so on (A1)."""

    MESSAGE = 0
    PARTS = 1
    LINES = 2
    TEXT = 3
    TO_SIGN = 4
    STRING = 5
    CHAIN = 6
    KEY = 7
    SIGNATURE = 8


@dataclass
class Draft:
    """A signature in the making. The message that is signed and the one that is sent begin as the same."""

    case: Case
    sent: Message
    signed: Message
    method: str = ""
    path: str = ""
    query: str = ""
    header_lines: list[str] = field(default_factory=list)
    signed_names: str = ""
    presented_names: str = ""
    payload: str = ""
    lines: list[str] = field(default_factory=list)
    text: str = ""
    encoding: str = "utf-8"
    to_sign: list[str] = field(default_factory=list)
    string: str = ""
    secret: str = ""
    chain: list[str] = field(default_factory=list)
    key: bytes = b""
    signature: str = ""

    @property
    def scope(self) -> str:
        """The scope that the client shows."""
        return f"{self.case.timestamp[:8]}/{self.case.region}/{self.case.service}/aws4_request"

    @property
    def is_s3(self) -> bool:
        """Whether S3 is asked."""
        return self.case.service == S3


@dataclass(frozen=True)
class Broken:
    """A mistake: its name here, where it is made, words that the sentence must hold, a request in which it shows."""

    name: str
    stage: Stage
    change: Callable[[Draft], None]
    says: tuple[str, ...] = ()
    on: Callable[[Case], Case] = lambda case: case
    slug: str = ""

    @property
    def id(self) -> str:
        """What tells it from other ways to make the same mistake."""
        return f"{self.name}:{self.slug}" if self.slug else self.name


@dataclass(frozen=True)
class Sent:
    """The request that arrives, and what the client really built to sign it."""

    request: Message
    canonical_request: str
    signature: str
    draft: Draft


def quote(raw: bytes | str, safe: str = "") -> str:
    """Percent-encode all but the unreserved characters."""
    return quote_from_bytes(raw.encode() if isinstance(raw, str) else raw, safe=safe)


def unquote(text: str) -> bytes:
    """Undo it."""
    return unquote_to_bytes(text)


def normalized(path: str) -> str:
    """Resolve dots and drop empty segments."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    slash = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + slash


def pairs(pieces: list[str]) -> list[tuple[bytes, bytes]]:
    """Read the pieces of a query: decoded names and values."""
    split = [piece.partition("=") for piece in pieces if piece]
    return [(unquote(name), unquote(value)) for name, _, value in split]


def joined(encoded: list[tuple[str, str]]) -> str:
    """Write encoded pairs as a query."""
    return "&".join(f"{name}={value}" for name, value in encoded)


def canonical_path(draft: Draft) -> str:
    """A2: S3 encodes once; all others normalize, then encode what is encoded already."""
    path = draft.signed.path
    return quote(unquote(path), "/") if draft.is_s3 else quote(normalized(path), "/")


def canonical_query(draft: Draft) -> str:
    """A2: encode, then sort."""
    return joined(sorted((quote(name), quote(value)) for name, value in pairs(draft.signed.pieces)))


def values_of(message: Message, name: str) -> list[str]:
    """All values of a header, as they are."""
    return [value for own, value in message.headers if own.lower() == name]


def trimmed(value: str) -> str:
    """A3: no spaces around, one inside."""
    return " ".join(piece for piece in value.replace("\t", " ").split(" ") if piece)


def header_line(draft: Draft, name: str) -> str:
    """A3: lower case, trimmed, repeats joined."""
    return f"{name}:{','.join(trimmed(value) for value in values_of(draft.signed, name))}"


def payload_hash(draft: Draft) -> str:
    """A4."""
    if draft.is_s3 and draft.case.presigned:
        return "UNSIGNED-PAYLOAD"
    return sha256(draft.signed.body).hexdigest()


def to_message(case: Case) -> Message:
    """What is asked for, before anything is added."""
    return Message(case.method, case.path, list(case.pieces), list(case.headers), case.body)


def complete(draft: Draft) -> None:
    """Add what is signed with the request: date, token, hash, or the parameters of a presigned URL (A4, A6, A7)."""
    case = draft.case
    listed = ";".join(signed_names(draft.signed))
    for message in (draft.sent, draft.signed):
        if case.presigned:
            message.pieces += parameters(case, draft.scope, listed)
            continue
        if case.token is not None:
            message.headers.append(("X-Amz-Security-Token", case.token))
        message.headers.append(("X-Amz-Date", case.timestamp))
        if draft.is_s3:
            message.headers.append(("x-amz-content-sha256", sha256(case.body).hexdigest()))


def parameters(case: Case, scope: str, listed: str) -> list[str]:
    """A6: the parameters of a presigned URL, without its signature."""
    made = [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Credential=" + quote(f"{case.access_key_id}/{scope}"),
        "X-Amz-Date=" + case.timestamp,
        "X-Amz-Expires=3600",
        "X-Amz-SignedHeaders=" + quote(listed),
    ]
    return made if case.token is None else [*made, "X-Amz-Security-Token=" + quote(case.token)]


def signed_names(message: Message) -> list[str]:
    """A3: which headers are signed."""
    return sorted({name.lower() for name, _ in message.headers} - LEFT_OUT)


def hmac_sha256(key: bytes, text: str) -> bytes:
    """Give the raw bytes."""
    return hmac.digest(key, text.encode("utf-8", "surrogateescape"), "sha256")


def _make_message(draft: Draft) -> None:
    draft.sent = to_message(draft.case)
    draft.signed = to_message(draft.case)


def _make_parts(draft: Draft) -> None:
    complete(draft)
    draft.method = draft.signed.method
    draft.path, draft.query = canonical_path(draft), canonical_query(draft)
    names = signed_names(draft.signed)
    draft.header_lines = [header_line(draft, name) for name in names]
    draft.signed_names = draft.presented_names = ";".join(names)
    draft.payload = payload_hash(draft)


def _make_lines(draft: Draft) -> None:
    draft.lines = [draft.method, draft.path, draft.query, *draft.header_lines, "", draft.signed_names, draft.payload]


def _make_text(draft: Draft) -> None:
    draft.text = "\n".join(draft.lines)


def _make_to_sign(draft: Draft) -> None:
    hashed = sha256(draft.text.encode(draft.encoding, "surrogateescape")).hexdigest()
    draft.to_sign = ["AWS4-HMAC-SHA256", draft.case.timestamp, draft.scope, hashed]


def _make_string(draft: Draft) -> None:
    draft.string = "\n".join(draft.to_sign)


def _make_chain(draft: Draft) -> None:
    draft.secret, draft.chain = "AWS4" + draft.case.secret, draft.scope.split("/")


def _make_key(draft: Draft) -> None:
    draft.key = draft.secret.encode()
    for part in draft.chain:
        draft.key = hmac_sha256(draft.key, part)


def _make_signature(draft: Draft) -> None:
    draft.signature = hmac_sha256(draft.key, draft.string).hex()


STAGES: tuple[Callable[[Draft], None], ...] = (
    _make_message,
    _make_parts,
    _make_lines,
    _make_text,
    _make_to_sign,
    _make_string,
    _make_chain,
    _make_key,
    _make_signature,
)


def send(case: Case, *mistakes: Broken) -> Sent:
    """Sign a request, with mistakes; without any the signature is right."""
    draft = Draft(case, to_message(case), to_message(case))
    for stage, work in zip(Stage, STAGES, strict=True):
        work(draft)
        for mistake in mistakes:
            if mistake.stage is stage:
                mistake.change(draft)
    return Sent(_present(draft), draft.text, draft.signature, draft)


def _present(draft: Draft) -> Message:
    """Put the proof into the request that is sent."""
    message = draft.sent.copy()
    if draft.case.presigned:
        message.pieces.append("X-Amz-Signature=" + draft.signature)
    else:
        credential = f"{draft.case.access_key_id}/{draft.scope}"
        parts = f"Credential={credential}, SignedHeaders={draft.presented_names}, Signature={draft.signature}"
        message.headers.append(("Authorization", "AWS4-HMAC-SHA256 " + parts))
    return message


def sign_text(case: Case, text: str) -> str:
    """Sign a canonical request that someone else has put together: A1 from its hash on."""
    scope = f"{case.timestamp[:8]}/{case.region}/{case.service}/aws4_request"
    hashed = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    key = ("AWS4" + case.secret).encode()
    for part in scope.split("/"):
        key = hmac_sha256(key, part)
    return hmac_sha256(key, f"AWS4-HMAC-SHA256\n{case.timestamp}\n{scope}\n{hashed}").hex()
