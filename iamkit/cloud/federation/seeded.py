"""Keys that are the same in every run of a lesson. They protect nothing: whoever knows the seed has the key."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec

# The number of points of P-256: a private key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def seeded_key(seed: int | None, purpose: str) -> ec.EllipticCurvePrivateKey:
    """Derive a P-256 key from a seed and what it is for; without a seed make a new one."""
    if seed is None:
        return ec.generate_private_key(ec.SECP256R1())
    digest = hashlib.sha512(f"iamkit {purpose} {seed}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
