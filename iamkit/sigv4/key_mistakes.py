"""The usual mistakes in what follows the canonical request: its hash, the string to sign, the key (A17)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from iamkit.sigv4.canonical import decode_parameter, encode_parameter
from iamkit.sigv4.mistakes import UsualMistake, Variations
from iamkit.sigv4.recipe import Recipe, Situation, derive_signing_key
from iamkit.sigv4.server import Scope
from iamkit.sigv4.times import read_time, write_time

# fmt: off
_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "ap-south-1",
    "ap-south-2", "ap-east-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "me-south-1", "me-central-1", "af-south-1",
    "il-central-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1", "global", "aws-global",
)
# Names that a service's host or SDK client suggests beside the name it signs with.
_SERVICES = (
    "s3", "iam", "sts", "ec2", "sqs", "sns", "dynamodb", "lambda", "execute-api", "kms", "secretsmanager", "ssm",
    "logs", "monitoring", "cloudwatch", "ses", "email", "es", "opensearch", "aoss", "bedrock", "bedrock-runtime",
    "appsync", "iotdata", "iotdevicegateway", "events", "kinesis", "firehose", "states", "ecr",
)
# fmt: on


def _region(recipe: Recipe, situation: Situation) -> Variations:
    for region in _REGIONS:
        if region != situation.region:
            yield from _both(recipe, recipe.scope._replace(region=region), f"the region `{region}`", situation.region)


def _service(recipe: Recipe, situation: Situation) -> Variations:
    named = situation.received.values["host"].partition(".")[0]
    for service in (named, *_SERVICES):
        if service != situation.service:
            scope = recipe.scope._replace(service=service)
            yield from _both(recipe, scope, f"the service `{service}`", situation.service)


def _both(recipe: Recipe, scope: Scope, what: str, right: str) -> Variations:
    """Vary a scope in the key alone, which the Credential does not show, and in the string to sign too."""
    yield (
        recipe._replace(derive=lambda secret, _: derive_signing_key(secret, scope)),
        f"the client derived the key for {what} instead of `{right}`",
    )
    yield recipe._replace(scope=scope), f"the client signed for {what} instead of `{right}`"


def _date(recipe: Recipe, situation: Situation) -> Variations:
    signed = read_time(recipe.timestamp)
    if signed is None:
        return
    for days in (-1, 1):
        date = write_time(signed + timedelta(days=days))[:8]
        yield from _both(recipe, recipe.scope._replace(date=date), f"the day {date}", recipe.scope.date)
    for quarters in (n for n in range(-48, 57) if n):
        at = write_time(signed + timedelta(minutes=15 * quarters))
        what = f"the client signed the time {at}, but sent {recipe.timestamp}: times are in UTC"
        yield recipe._replace(timestamp=at), what
    for seconds in (-3, -2, -1, 1, 2, 3):
        at = write_time(signed + timedelta(seconds=seconds))
        yield (
            recipe._replace(timestamp=at),
            f"the client read the clock twice: it signed {at} and sent {recipe.timestamp}",
        )
    extended = signed.isoformat().replace("+00:00", "Z")
    yield recipe._replace(timestamp=extended), f"the client signed the time as `{extended}`"
    yield recipe._replace(timestamp=recipe.timestamp[:8]), "the client signed the date alone, without the time"


def _secret(recipe: Recipe, situation: Situation) -> Variations:
    secret = recipe.secret
    for other, what in (
        (secret.strip(), "without the white space around it"),
        (f"{secret}\n", "with a line break at its end"),
        (f"{secret}\r\n", "with a line break at its end"),
        (f"{secret} ", "with a space at its end"),
        (f" {secret}", "with a space before it"),
        (f'"{secret}"', "with quotation marks around it"),
        (encode_parameter(secret), "percent-encoded"),
        (decode_parameter(secret), "percent-decoded"),
        (secret.replace("+", " "), "with its `+` read as a space"),
        (secret.replace("/", "\\/"), "with its `/` escaped"),
        (situation.credentials.access_key_id, "which is the access key ID itself"),
    ):
        yield recipe._replace(secret=other), f"the client used a secret access key {what}"
    for key in situation.other_keys:
        what = f"the client used the secret access key of `{key.access_key_id}`"
        yield recipe._replace(secret=key.secret_access_key), what


def _chain(recipe: Recipe, situation: Situation) -> Variations:
    for what, derive in _CHAINS:
        yield recipe._replace(derive=derive), what


def _steps(
    start: Callable[[str], bytes],
    parts: Callable[[Scope], tuple[str, ...]],
    between: Callable[[bytes], bytes] = bytes,
    end: Callable[[bytes], bytes] = bytes,
    swap: bool = False,
) -> Callable[[str, Scope], bytes]:
    """Derive a key in some wrong way."""

    def derive(secret: str, scope: Scope) -> bytes:
        key, steps = start(secret), parts(scope)
        for number, part in enumerate(steps):
            key = hmac.digest(part.encode(), key, "sha256") if swap else hmac.digest(key, part.encode(), "sha256")
            if number < len(steps) - 1:
                key = between(key)
        return end(key)

    return derive


def _with_prefix(secret: str) -> bytes:
    return b"AWS4" + secret.encode()


def _hex(key: bytes) -> bytes:
    return key.hex().encode()


_CHAINS = (
    (
        "the client passed hex text from one step of the key to the next; the steps take raw bytes",
        _steps(_with_prefix, tuple, between=_hex),
    ),
    (
        "the client turned every step of the key into hex text, also the last; keys are raw bytes",
        _steps(_with_prefix, tuple, between=_hex, end=_hex),
    ),
    ("the client turned the signing key into hex text; it is raw bytes", _steps(_with_prefix, tuple, end=_hex)),
    ("the client left out `AWS4` before the secret access key", _steps(str.encode, tuple)),
    ("the client left out the last step of the key, `aws4_request`", _steps(_with_prefix, lambda scope: scope[:3])),
    (
        "the client signed with the secret access key itself; a key is derived from it",
        lambda secret, _: secret.encode(),
    ),
    ("the client signed with `AWS4` and the secret; a key is derived from it", lambda secret, _: _with_prefix(secret)),
    ("the client swapped key and text in the steps of the key", _steps(_with_prefix, tuple, swap=True)),
    (
        "the client took the steps of the key in another order: region before date",
        _steps(_with_prefix, lambda scope: (scope.region, scope.date, scope.service, scope.terminator)),
    ),
    (
        "the client took the steps of the key in another order: service before region",
        _steps(_with_prefix, lambda scope: (scope.date, scope.service, scope.region, scope.terminator)),
    ),
    (
        "the client took the steps of the key in the opposite order",
        _steps(_with_prefix, lambda scope: tuple(reversed(scope))),
    ),
    (
        "the client derived the key from the whole scope in one step",
        _steps(_with_prefix, lambda scope: ("/".join(scope),)),
    ),
)


def _layout(recipe: Recipe, situation: Situation) -> Variations:
    text = recipe.canonical()
    marker = f"\n\n{recipe.signed_headers}\n"
    for changed, what in (
        (text.replace(marker, f"\n{recipe.signed_headers}\n"), "left out the blank line after the headers"),
        (f"{text}\n", "put a line break after the payload hash"),
        (text.replace("\n", "\r\n"), "broke the lines with `\\r\\n` instead of `\\n`"),
        (text.replace("\n", "\\n"), "wrote `\\n` as two characters instead of line breaks"),
        (_with_spaces(recipe), "put a space after the colons of the headers"),
        (text.strip(), "left out an empty line"),
        (text.replace("\n\n", "\n"), "left out the empty lines"),
    ):
        yield recipe._replace(layout=lambda _, changed=changed: changed), f"the client {what}"  # type: ignore[misc]


def _with_spaces(recipe: Recipe) -> str:
    return recipe._replace(headers=tuple((name, f" {value}") for name, value in recipe.headers)).canonical()


def _string_to_sign(recipe: Recipe, situation: Situation) -> Variations:
    canonical = recipe.canonical()
    raw = sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    for what, change in (
        ("signed the canonical request itself, not its hash", lambda text: text.replace(raw, canonical)),
        ("signed the hash of the canonical request alone", lambda _: raw),
        ("signed the canonical request alone", lambda _: canonical),
        ("wrote the hash of the canonical request in capital letters", lambda text: text.replace(raw, raw.upper())),
        ("put a line break after the string to sign", lambda text: f"{text}\n"),
        ("broke the string to sign with `\\r\\n`", lambda text: text.replace("\n", "\r\n")),
        ("wrote `\\n` as two characters in the string to sign", lambda text: text.replace("\n", "\\n")),
        ("left out the algorithm's line", lambda text: text.partition("\n")[2]),
        ("hashed the string to sign once more", lambda text: sha256(text.encode()).hexdigest()),
        ("left out `aws4_request` in the scope", lambda text: text.replace("/aws4_request", "")),
        ("put the access key ID into the scope", _key_in_scope(recipe, situation)),
    ):
        yield recipe._replace(to_sign=change), f"the client {what}"


def _key_in_scope(recipe: Recipe, situation: Situation) -> Callable[[str], str]:
    scope = "/".join(recipe.scope)
    return lambda text: text.replace(scope, f"{situation.credentials.access_key_id}/{scope}")


AFTER_THE_REQUEST = (
    UsualMistake(
        "key-chain",
        "key",
        "HMAC four times: AWS4 + secret, then date, region, service, aws4_request; bytes between, hex at the end only",
        _chain,
    ),
    UsualMistake("layout", "layout", "each header's line ends in a line break, then an empty line follows", _layout),
    UsualMistake(
        "string-to-sign",
        "string to sign",
        "four lines: algorithm, time, scope, SHA-256 of the canonical request in small hex",
        _string_to_sign,
    ),
    UsualMistake("region", "key", "sign for the region that is asked", _region),
    UsualMistake("service", "key", "sign with the service's signing name, which its host need not show", _service),
    UsualMistake(
        "time", "time", "read the clock once, in UTC, and use that in the header, the scope and the key", _date
    ),
    UsualMistake("secret", "secret", "copy the secret access key again, without anything around it", _secret),
)
