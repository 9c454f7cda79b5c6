"""Who signs and verifies: iamkit, the SDKs' own signers, and the least that hashlib and hmac can do.

Every contestant makes its request object anew and signs it in the header at a fixed time, with the same key all day.
Nobody else verifies: a verifier's time is set beside the time that its peers take to sign.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from unittest import mock

from iamkit.sigv4 import AccessKey, Credentials, HttpRequest, derive_key_chain, sign, verify

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION, SERVICE, HOST = "us-east-1", "service", "example.amazonaws.com"
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
STAMP = "20150830T123600Z"

Sign = Callable[[], str]


@dataclass(frozen=True)
class SigningLoad:
    """A request to sign."""

    name: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


HEADERS = (("Host", HOST), ("Accept", "*/*"), ("Content-Type", "application/json"), ("X-Amz-Target", "Orders.Get"))
LOADS = (
    SigningLoad("GET, 5 headers", "GET", "/orders?id=7&part=1", (*HEADERS, ("X-Team", "blue")), b""),
    SigningLoad("POST, 1 KiB", "POST", "/orders", HEADERS, b"x" * 1024),
)


def iamkit_sign(load: SigningLoad) -> Sign:
    """Sign, and give the Authorization header."""
    credentials = Credentials(KEY_ID, SECRET)

    def run() -> str:
        request = HttpRequest(load.method, load.target, load.headers, load.body)
        return sign(request, credentials, region=REGION, service=SERVICE, at=AT).authorization or ""

    return run


def iamkit_trace(load: SigningLoad) -> Sign:
    """Sign, and read every step and the signed request."""
    credentials = Credentials(KEY_ID, SECRET)

    def run() -> str:
        request = HttpRequest(load.method, load.target, load.headers, load.body)
        signed = sign(request, credentials, region=REGION, service=SERVICE, at=AT)
        assert signed.keys is not None
        _ = *signed.canonical, signed.canonical_request, signed.string_to_sign, signed.scope, *signed.keys
        _ = signed.signature, signed.request, signed.added_headers
        return signed.authorization or ""

    return run


def iamkit_verify(load: SigningLoad) -> Sign:
    """Verify what `sign` signed."""
    request = HttpRequest(load.method, load.target, load.headers, load.body)
    signed = sign(request, Credentials(KEY_ID, SECRET), region=REGION, service=SERVICE, at=AT)
    headers, known = signed.request.headers, {KEY_ID: AccessKey(Credentials(KEY_ID, SECRET))}

    def run() -> str:
        request = HttpRequest(load.method, load.target, headers, load.body)
        verify(request, known.get, region=REGION, service=SERVICE, now=AT)
        return headers[-1][1]

    return run


def awscrt(load: SigningLoad) -> Sign:
    """Sign with AWS's C library."""
    from awscrt import auth, http, io

    provider = auth.AwsCredentialsProvider.new_static(KEY_ID, SECRET)

    def run() -> str:
        request = http.HttpRequest(
            load.method, load.target, http.HttpHeaders(load.headers), io.InputStream(BytesIO(load.body))
        )
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=provider,
            region=REGION,
            service=SERVICE,
            date=AT,
        )
        auth.aws_sign_request(request, config).result()
        return str(request.headers.get("Authorization"))

    return run


def awscrt_given_hash(load: SigningLoad) -> Sign:
    """Sign with AWS's C library, which is told the body's hash: it reads a body slowly through Python."""
    from awscrt import auth, http

    provider = auth.AwsCredentialsProvider.new_static(KEY_ID, SECRET)

    def run() -> str:
        request = http.HttpRequest(load.method, load.target, http.HttpHeaders(load.headers))
        config = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=provider,
            region=REGION,
            service=SERVICE,
            date=AT,
            signed_body_value=sha256(load.body).hexdigest(),
        )
        auth.aws_sign_request(request, config).result()
        return str(request.headers.get("Authorization"))

    return run


def botocore(load: SigningLoad) -> Sign:
    """Sign with botocore's SigV4Auth, its clock stopped."""
    from botocore import auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials as BotocoreCredentials

    signer = auth.SigV4Auth(BotocoreCredentials(KEY_ID, SECRET), SERVICE, REGION)
    headers = dict(load.headers)
    mock.patch.object(auth, "get_current_datetime", return_value=AT).start()

    def run() -> str:
        request = AWSRequest(load.method, f"https://{HOST}{load.target}", headers, load.body)
        signer.add_auth(request)
        return str(request.headers["Authorization"])

    return run


def requests_aws4auth(load: SigningLoad) -> Sign:
    """Sign with requests-aws4auth; it signs headers of its own choice, among them x-amz-content-sha256."""
    from requests import Request
    from requests_aws4auth import AWS4Auth

    signer = AWS4Auth(KEY_ID, SECRET, REGION, SERVICE)
    headers = {**dict(load.headers), "X-Amz-Date": STAMP}

    def run() -> str:
        request: Any = Request(load.method, f"https://{HOST}{load.target}", headers, data=load.body).prepare()
        return str(signer(request).headers["Authorization"])

    return run


def floor(load: SigningLoad) -> Sign:
    """Do the least: fixed names of headers, nothing to encode or to check, and the key at hand."""
    key = derive_key_chain(SECRET, STAMP[:8], REGION, SERVICE).signing
    names = ";".join(sorted(name.lower() for name, _ in (*load.headers, ("X-Amz-Date", ""))))
    scope = f"{STAMP[:8]}/{REGION}/{SERVICE}/aws4_request"

    def run() -> str:
        path, _, query = load.target.partition("?")
        values = {name.lower(): value for name, value in load.headers} | {"x-amz-date": STAMP}
        lines = "".join(f"{name}:{values[name]}\n" for name in sorted(values))
        ordered = "&".join(sorted(query.split("&")))
        canonical = f"{load.method}\n{path}\n{ordered}\n{lines}\n{names}\n{sha256(load.body).hexdigest()}"
        hashed = sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{STAMP}\n{scope}\n{hashed}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return f"AWS4-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders={names}, Signature={signature}"

    return run


CONTESTANTS: dict[str, Callable[[SigningLoad], Sign]] = {
    "iamkit sign": iamkit_sign,
    "iamkit sign, every step read": iamkit_trace,
    "iamkit verify": iamkit_verify,
    "awscrt": awscrt,
    "awscrt, hash given": awscrt_given_hash,
    "botocore": botocore,
    "requests-aws4auth": requests_aws4auth,
    "floor": floor,
}
# It adds headers of its own, so its signature is another one.
OTHER_SIGNATURE = frozenset({"requests-aws4auth"})
