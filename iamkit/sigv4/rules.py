"""How a service wants its requests to be signed (A2, A4, A7)."""

from __future__ import annotations

from dataclasses import dataclass

HMAC_ALGORITHM = "AWS4-HMAC-SHA256"
ECDSA_ALGORITHM = "AWS4-ECDSA-P256-SHA256"

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
STREAMING_PAYLOAD = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAMING_PAYLOAD_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
STREAMING_UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
STREAMING = frozenset({STREAMING_PAYLOAD, STREAMING_PAYLOAD_TRAILER, STREAMING_UNSIGNED_TRAILER})


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """Say what a service asks of a signature; the defaults are those of every service but S3.

    `encode_path_twice` and `normalize_path` concern the canonical path (A2); where a path is not encoded twice it is
    decoded, then encoded once. `content_sha256_header` demands that header, `unsigned_payload` accepts its values that
    are no hash (A4). Without `sign_session_token` the token is added after signing (A7).
    """

    encode_path_twice: bool = True
    normalize_path: bool = True
    content_sha256_header: bool = False
    unsigned_payload: bool = False
    sign_session_token: bool = True

    @staticmethod
    def of(service: str) -> ServiceRules:
        """Give the rules of a service, named as in its credential scopes."""
        return _RULES.get(service, DEFAULT_RULES)


DEFAULT_RULES = ServiceRules()
S3_RULES = ServiceRules(
    encode_path_twice=False, normalize_path=False, content_sha256_header=True, unsigned_payload=True
)
S3_NAMES = frozenset({"s3", "s3express", "s3-object-lambda", "s3-outposts"})
_RULES = dict.fromkeys(S3_NAMES, S3_RULES)
