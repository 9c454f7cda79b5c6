"""How something is encrypted with AWS KMS: what its service needs to know to ask for the key."""

from __future__ import annotations

from typing import NamedTuple


class Encryption(NamedTuple):
    """The ARN of the key; for an object, whether its bucket has a key of its own; for a secret, the version."""

    key: str
    bucket_key: bool = False
    version: str | None = None
