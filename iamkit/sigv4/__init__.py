"""Signature Version 4: sign, presign, verify and explain (A1–A14). Standard library only, but for SigV4A (A8)."""

from iamkit.sigv4.canonical import CanonicalRequest, canonical_request
from iamkit.sigv4.chunks import ChunkContext, InvalidChunks, decode_chunks, encode_chunks, encoded_length
from iamkit.sigv4.credentials import AccessKey, Credentials, Lookup
from iamkit.sigv4.explaining import Explanation, explain
from iamkit.sigv4.failures import AuthenticationFailure
from iamkit.sigv4.faults import Fault, Protocol
from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
from iamkit.sigv4.rules import (
    EMPTY_SHA256,
    STREAMING_PAYLOAD,
    STREAMING_PAYLOAD_TRAILER,
    STREAMING_UNSIGNED_TRAILER,
    UNSIGNED_PAYLOAD,
    ServiceRules,
)
from iamkit.sigv4.scheme import KeyChain, derive_key_chain
from iamkit.sigv4.signing import Signed, presign, sign
from iamkit.sigv4.v4a import presign_v4a, sign_v4a
from iamkit.sigv4.verified import Verified
from iamkit.sigv4.verifying import verify
from iamkit.sigv4.wire import ErrorResponse

__all__ = [
    "EMPTY_SHA256",
    "STREAMING_PAYLOAD",
    "STREAMING_PAYLOAD_TRAILER",
    "STREAMING_UNSIGNED_TRAILER",
    "UNSIGNED_PAYLOAD",
    "AccessKey",
    "AuthenticationFailure",
    "CanonicalRequest",
    "ChunkContext",
    "Credentials",
    "ErrorResponse",
    "Explanation",
    "Fault",
    "HttpRequest",
    "InvalidChunks",
    "InvalidHttpRequest",
    "KeyChain",
    "Lookup",
    "Protocol",
    "ServiceRules",
    "Signed",
    "Verified",
    "canonical_request",
    "decode_chunks",
    "derive_key_chain",
    "encode_chunks",
    "encoded_length",
    "explain",
    "presign",
    "presign_v4a",
    "sign",
    "sign_v4a",
    "verify",
]
