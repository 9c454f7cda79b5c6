"""The names under which a signature travels, in headers and in queries (A6)."""

from __future__ import annotations

# The parameters of a presigned URL; DATE, TOKEN and REGION_SET are headers too.
ALGORITHM = "X-Amz-Algorithm"
CREDENTIAL = "X-Amz-Credential"
DATE = "X-Amz-Date"
SIGNED_HEADERS = "X-Amz-SignedHeaders"
EXPIRES = "X-Amz-Expires"
TOKEN = "X-Amz-Security-Token"
REGION_SET = "X-Amz-Region-Set"
SIGNATURE = "X-Amz-Signature"
PARAMETERS = frozenset({ALGORITHM, CREDENTIAL, DATE, SIGNED_HEADERS, EXPIRES, TOKEN, REGION_SET, SIGNATURE})

CONTENT_SHA256 = "x-amz-content-sha256"
DECODED_LENGTH = "x-amz-decoded-content-length"
ANNOUNCED_TRAILERS = "x-amz-trailer"

LONGEST_EXPIRES = 604_800
