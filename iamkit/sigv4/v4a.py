"""SigV4A: one signature for several regions, made with an elliptic curve (A8). Needs the `sigv4a` extra."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iamkit.sigv4.credentials import Credentials
from iamkit.sigv4.http_request import HttpRequest
from iamkit.sigv4.rules import ECDSA_ALGORITHM, ServiceRules
from iamkit.sigv4.scheme import TERMINATOR, Scheme
from iamkit.sigv4.signing import Signed, sign_headers, sign_query
from iamkit.sigv4.times import write_time

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# The order of the curve P-256 (FIPS 186): a private key is less than it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sign_v4a(
    request: HttpRequest,
    credentials: Credentials,
    *,
    region_set: Sequence[str],
    service: str,
    at: datetime,
    payload: str | None = None,
    rules: ServiceRules | None = None,
) -> Signed:
    """Sign a request in its headers for a set of regions, `("us-east-1", "eu-*")`; else as `sign`."""
    stamp = write_time(at)
    scheme = ecdsa_scheme(credentials, stamp[:8], service, ",".join(region_set))
    return sign_headers(request, credentials, scheme, stamp, payload, rules or ServiceRules.of(service))


def presign_v4a(
    request: HttpRequest,
    credentials: Credentials,
    *,
    region_set: Sequence[str],
    service: str,
    at: datetime,
    expires: int | timedelta = 3600,
    payload: str | None = None,
    rules: ServiceRules | None = None,
) -> Signed:
    """Sign a request in its query for a set of regions; else as `presign`."""
    stamp = write_time(at)
    scheme = ecdsa_scheme(credentials, stamp[:8], service, ",".join(region_set))
    return sign_query(request, credentials, scheme, stamp, expires, payload, rules or ServiceRules.of(service))


def derive_private_value(credentials: Credentials) -> int:
    """Derive the private key of SigV4A: the first counter whose HMAC is below the curve's order (A8)."""
    for counter in range(1, 255):
        context = credentials.access_key_id.encode() + bytes([counter])
        text = b"\0\0\0\1" + ECDSA_ALGORITHM.encode() + b"\0" + context + b"\0\0\1\0"
        candidate = int.from_bytes(hmac.digest(b"AWS4A" + credentials.secret_access_key.encode(), text, "sha256"))
        if candidate <= _ORDER - 2:
            return candidate + 1
    raise ValueError("no key can be derived from this secret access key\n  help: use another one")


def private_key(credentials: Credentials) -> EllipticCurvePrivateKey:
    """Give the private key of SigV4A; raises ImportError with a help line without the `cryptography` package."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError as error:
        raise ImportError(
            "SigV4A needs the cryptography package\n  help: pip install 'iamkit[sigv4a]'", name="cryptography"
        ) from error
    return ec.derive_private_key(derive_private_value(credentials), ec.SECP256R1())


def ecdsa_scheme(credentials: Credentials, date: str, service: str, region_set: str) -> Scheme:
    """Give the scheme of AWS4-ECDSA-P256-SHA256 for a scope and a region set (A8)."""
    key = private_key(credentials)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    def signature(text: bytes) -> str:
        return key.sign(text, ECDSA(SHA256())).hex()

    def verifies(text: bytes, signature: str) -> bool:
        try:
            key.public_key().verify(bytes.fromhex(signature), text, ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

    return Scheme(ECDSA_ALGORITHM, f"{date}/{service}/{TERMINATOR}", signature, verifies, None, region_set)
