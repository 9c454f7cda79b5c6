"""The usual mistakes in the secret access key, in the key that is derived from it, and in the last step (A1, A17)."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha1, sha256

from iamkit.sigv4.canonical import decode_parameter, encode_parameter
from iamkit.sigv4.recipe import Derive, Recipe, Situation, UsualMistake, Variations
from iamkit.sigv4.server import Scope

_WORDS_FOR_NOTHING = (
    "",
    "None",
    "null",
    "undefined",
    "nil",
    "false",
    "AWS_SECRET_ACCESS_KEY",
    "$AWS_SECRET_ACCESS_KEY",
)


def _secret(recipe: Recipe, situation: Situation) -> Variations:
    secret, own = recipe.secret, situation.credentials
    for other, what in _secrets(secret):
        yield (
            recipe._replace(secret=other),
            f"the client used the secret access key {what}; the service takes it as AWS gave it",
        )
    key_id = own.access_key_id
    yield recipe._replace(secret=key_id), f"the client took the access key ID `{key_id}` for the secret access key"
    if own.session_token is not None:
        what = "the client took the session token for the secret access key"
        yield recipe._replace(secret=own.session_token), what
    for word in _WORDS_FOR_NOTHING:
        what = f"the client had no secret access key: it signed with `{word}`" if word else _EMPTY
        yield recipe._replace(secret=word), what


_EMPTY = "the client had no secret access key: it signed with an empty text"


def _secrets(secret: str) -> Iterator[tuple[str, str]]:
    """List what becomes of a secret on its way through files, shells and forms; the words tell nothing of it."""
    yield secret.strip(), "without the spaces at its ends"
    for end, what in (
        ("\n", "a line break"),
        ("\r\n", "a line break"),
        ("\r", "a line break"),
        (" ", "a space"),
        ("\t", "a tab"),
    ):
        yield secret + end, f"with {what} at its end"
        yield end + secret, f"with {what} before it"
    for quotes in ('""', "''", "``", "<>", "“”"):
        yield quotes[0] + secret + quotes[1], f"with quotation marks or brackets around it: `{quotes}`"
    for end in (",", ";", "\\", "=", "\\n"):
        yield secret + end, f"with {end!r} at its end"
    yield encode_parameter(secret), "percent-encoded: `%2F` for `/`, `%2B` for `+`"
    yield decode_parameter(secret), "percent-decoded"
    yield secret.replace("+", "%2B"), "with `%2B` for its `+`"
    yield secret.replace("/", "%2F"), "with `%2F` for its `/`"
    yield secret.replace("+", " "), "with its `+` read as a space"
    yield secret.replace(" ", "+"), "with a `+` for its space"
    yield secret.replace("/", "\\/"), r"with its `/` escaped as `\/`"
    yield secret.replace("/", "+"), "with its `/` read as `+`"
    yield secret.replace("+", "/"), "with its `+` read as `/`"
    yield secret.replace("/", "").replace("+", ""), "without its `/` and `+`"
    yield secret.lower(), "in lowercase"
    yield secret.upper(), "in uppercase"
    yield secret[:-1], "without its last character"
    yield secret[1:], "without its first character"
    yield b64encode(secret.encode()).decode(), "in base64"
    yield secret + secret, "twice in a row"


def _other_key(recipe: Recipe, situation: Situation) -> Variations:
    for key in situation.other_keys:
        what = f"the client used the secret access key of `{key.access_key_id}`"
        yield recipe._replace(secret=key.secret_access_key), what


def _chain(recipe: Recipe, situation: Situation) -> Variations:
    for what, derive in _CHAINS:
        yield recipe._replace(derive=derive), f"the client {what}"


def _steps(
    start: Callable[[str], bytes],
    parts: Callable[[Scope], tuple[str, ...]],
    between: Callable[[bytes], bytes] = bytes,
    end: Callable[[bytes], bytes] = bytes,
    swap: bool = False,
) -> Derive:
    """Derive a key in some wrong way."""

    def derive(secret: str, scope: Scope) -> bytes:
        key, steps = start(secret), parts(scope)
        for number, part in enumerate(steps):
            key = hmac.digest(part.encode(), key, "sha256") if swap else hmac.digest(key, part.encode(), "sha256")
            if number < len(steps) - 1:
                key = between(key)
        return end(key)

    return derive


def _prefixed(secret: str) -> bytes:
    return b"AWS4" + secret.encode()


def _plain_hashes(secret: str, scope: Scope) -> bytes:
    key = _prefixed(secret)
    for part in scope:
        key = sha256(key + part.encode()).digest()
    return key


def _hex(key: bytes) -> bytes:
    return key.hex().encode()


_CHAINS: tuple[tuple[str, Derive], ...] = (
    ("passed hex text from one step of the key to the next; the steps take raw bytes", _steps(_prefixed, tuple, _hex)),
    (
        "turned every step of the key into hex text, also the last; keys are raw bytes",
        _steps(_prefixed, tuple, _hex, _hex),
    ),
    ("turned the signing key into hex text; it is raw bytes", _steps(_prefixed, tuple, end=_hex)),
    (
        "passed base64 from one step of the key to the next; the steps take raw bytes",
        _steps(_prefixed, tuple, b64encode),
    ),
    ("turned the signing key into base64; it is raw bytes", _steps(_prefixed, tuple, end=b64encode)),
    ("left out `AWS4` before the secret access key; the first key is `AWS4` and the secret", _steps(str.encode, tuple)),
    (
        "wrote `aws4` in lowercase before the secret access key; the service wants `AWS4`",
        _steps(lambda secret: b"aws4" + secret.encode(), tuple),
    ),
    (
        "wrote `AWS4` twice before the secret access key; the service wants it once",
        _steps(lambda secret: b"AWS4AWS4" + secret.encode(), tuple),
    ),
    (
        "put `AWS4` after the secret access key; the service wants it before",
        _steps(lambda secret: secret.encode() + b"AWS4", tuple),
    ),
    (
        "put a space after `AWS4`; the secret access key follows at once",
        _steps(lambda secret: b"AWS4 " + secret.encode(), tuple),
    ),
    (
        "left out the last step of the key, `aws4_request`; the chain has four steps",
        _steps(_prefixed, lambda scope: scope[:3]),
    ),
    ("left out the step of the date; the chain has four steps", _steps(_prefixed, lambda scope: scope[1:])),
    (
        "left out the step of the region; the chain has four steps",
        _steps(_prefixed, lambda scope: (scope.date, scope.service, scope.terminator)),
    ),
    (
        "left out the step of the service; the chain has four steps",
        _steps(_prefixed, lambda scope: (scope.date, scope.region, scope.terminator)),
    ),
    (
        "wrote `aws4-request` in the last step of the key; the service wants `aws4_request`",
        _steps(_prefixed, lambda scope: (*scope[:3], "aws4-request")),
    ),
    (
        "wrote `AWS4_REQUEST` in the last step of the key; the service wants `aws4_request`",
        _steps(_prefixed, lambda scope: (*scope[:3], "AWS4_REQUEST")),
    ),
    ("signed with the secret access key itself; the service derives a key from it", lambda secret, _: secret.encode()),
    (
        "signed with `AWS4` and the secret access key; the service derives a key from them",
        lambda secret, _: _prefixed(secret),
    ),
    (
        "swapped key and message in the steps of the key; the key of the step before comes first",
        _steps(_prefixed, tuple, swap=True),
    ),
    (
        "took the region before the date in the key; the order is date, region, service, `aws4_request`",
        _steps(_prefixed, lambda scope: (scope.region, scope.date, scope.service, scope.terminator)),
    ),
    (
        "took the service before the region in the key; the order is date, region, service, `aws4_request`",
        _steps(_prefixed, lambda scope: (scope.date, scope.service, scope.region, scope.terminator)),
    ),
    (
        "took the steps of the key in the opposite order; it is date, region, service, `aws4_request`",
        _steps(_prefixed, lambda scope: tuple(reversed(scope))),
    ),
    (
        "derived the key from the whole scope in one step; the chain has four steps",
        _steps(_prefixed, lambda scope: ("/".join(scope),)),
    ),
    ("made plain SHA-256 hashes in the steps of the key; each step is an HMAC", _plain_hashes),
)


def _last_step(recipe: Recipe, situation: Situation) -> Variations:
    for what, finish in _ENDS:
        yield recipe._replace(finish=finish), f"the client {what}"


_ENDS: tuple[tuple[str, Callable[[bytes, bytes], str]], ...] = (
    (
        "wrote the signature in uppercase; the service wants lowercase hex",
        lambda key, text: hmac.digest(key, text, "sha256").hex().upper(),
    ),
    (
        "wrote the signature in base64; the service wants hex",
        lambda key, text: b64encode(hmac.digest(key, text, "sha256")).decode(),
    ),
    (
        "signed the hash of the string to sign; the service signs the string itself",
        lambda key, text: hmac.digest(key, sha256(text).digest(), "sha256").hex(),
    ),
    (
        "swapped key and message in the last step; the signing key comes first",
        lambda key, text: hmac.digest(text, key, "sha256").hex(),
    ),
    (
        "hashed the key and the string to sign without HMAC; the service wants their HMAC",
        lambda key, text: sha256(key + text).hexdigest(),
    ),
    ("hashed the string to sign without a key; the service wants its HMAC", lambda key, text: sha256(text).hexdigest()),
    ("signed with HMAC-SHA1; the service wants HMAC-SHA256", lambda key, text: hmac.digest(key, text, sha1).hex()),
    (
        "signed with HMAC-SHA512; the service wants HMAC-SHA256",
        lambda key, text: hmac.digest(key, text, "sha512").hex(),
    ),
    (
        "hashed the signature once more; the service wants the HMAC itself",
        lambda key, text: sha256(hmac.digest(key, text, "sha256")).hexdigest(),
    ),
)

_COPY = "copy the secret access key again, without anything around it"
IN_THE_KEY = (
    UsualMistake("secret", "sign with the secret that belongs to the access key ID in Credential", _other_key),
    UsualMistake("secret", _COPY, _secret),
    UsualMistake(
        "key-chain",
        "HMAC four times: AWS4 + secret, then date, region, service, aws4_request; bytes between, hex at the end only",
        _chain,
    ),
    UsualMistake("signature", "the signature is HMAC-SHA256 of the string to sign, in lowercase hex", _last_step),
)
