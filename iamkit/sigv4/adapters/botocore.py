"""Sign what boto3 and botocore send, with sessions and clients that are otherwise as they came.

`use_in(session.events)` does so for a boto3 session and the clients it makes from then on, `use_in(client.meta.events)`
for one client, `AUTH_TYPE_MAPS.update(SIGNERS)` for all of them. botocore goes on to decide what is signed, for which
region and service, and whether a body is hashed. As ever with botocore, a presigned URL for S3 has Signature Version 4
only where the client has `Config(signature_version="s3v4")`.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import NoCredentialsError
from botocore.handlers import BUILTIN_HANDLERS

from iamkit.sigv4 import UNSIGNED_PAYLOAD, Credentials, HttpRequest, ServiceRules, presign, sign
from iamkit.sigv4.adapters.common import SIGNATURE_HEADERS, Clock, as_sent, host_of, target_of, utc_now, wire_text

CONTENT_SHA256 = "X-Amz-Content-SHA256"
# What botocore gives every request of the query protocol; a URL has no body that it could describe.
FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Signer(SigV4Auth):  # type: ignore[misc]
    """Sign in the headers, as botocore's `v4` does."""

    rules = ServiceRules()
    clock: Clock = staticmethod(utc_now)

    def add_auth(self, request: AWSRequest) -> None:
        """Sign a request in place."""
        for name in SIGNATURE_HEADERS:
            del request.headers[name]
        payload = self.chosen_payload(request)
        signed = sign(self.http_request(request), payload=payload, **self.scope())
        for name, value in (*signed.added_headers, ("Authorization", signed.authorization)):
            request.headers[name] = value

    def chosen_payload(self, request: AWSRequest) -> str | None:
        """Give the payload as botocore chose it; None where the header says it already."""
        if not request.context.get("payload_signing_enabled", True):
            del request.headers[CONTENT_SHA256]
            request.headers[CONTENT_SHA256] = UNSIGNED_PAYLOAD
        return None if CONTENT_SHA256 in request.headers else str(self.payload(request))

    def http_request(self, request: AWSRequest) -> HttpRequest:
        """Settle the URL and the Host header, and give the request as it will stand on the wire."""
        request.url, request.params = as_sent(_with_query(request.url, request.params)), {}
        if "Host" not in request.headers:
            request.headers["Host"] = host_of(request.url)
        headers = [(name, wire_text(value)) for name, value in request.headers.items()]
        return HttpRequest(request.method, target_of(request.url), headers, body=None)

    def scope(self) -> dict[str, Any]:
        """Give everything that a signature needs beside the request."""
        if self.credentials is None:
            raise NoCredentialsError
        key = Credentials(self.credentials.access_key, self.credentials.secret_key, self.credentials.token)
        return {
            "credentials": key,
            "region": self._region_name,
            "service": self._service_name,
            "at": self.clock(),
            "rules": self.rules,
        }


class S3Signer(Signer, S3SigV4Auth):  # type: ignore[misc]
    """Sign in the headers, as botocore's `s3v4` does."""

    rules = ServiceRules.of("s3")

    def chosen_payload(self, request: AWSRequest) -> str:
        """Give the payload as botocore chose it for S3, whatever the header said."""
        del request.headers[CONTENT_SHA256]
        return str(self.payload(request))


class UrlSigner(Signer, SigV4QueryAuth):  # type: ignore[misc]
    """Sign in the URL, as botocore's `v4-query` does."""

    def add_auth(self, request: AWSRequest) -> None:
        """Presign a request in place; what its body would say moves to the URL."""
        if request.headers.get("Content-Type") == FORM:
            del request.headers["Content-Type"]
        if data := request.data:
            request.url = _with_query(request.url, data if isinstance(data, dict) else json.loads(data))
            request.data = b""
        payload = str(self.payload(request))
        signed = presign(self.http_request(request), expires=self._expires, payload=payload, **self.scope())
        parts = urlsplit(request.url)
        request.url = f"{parts.scheme}://{parts.netloc}{signed.request.target}"


class S3UrlSigner(UrlSigner, S3SigV4QueryAuth):  # type: ignore[misc]
    """Sign in the URL, as botocore's `s3v4-query` does."""

    rules = ServiceRules.of("s3")


def _with_query(url: str, fields: Any) -> str:
    if not fields:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields, doseq=True, quote_via=quote)}"


SIGNERS = {"v4": Signer, "s3v4": S3Signer, "v4-query": UrlSigner, "s3v4-query": S3UrlSigner}


def use_in(events: Any) -> None:
    """Have the requests of a session or a client signed here that botocore would sign with Signature Version 4.

    Adds names of its own to botocore's table of signers and replaces none, so other sessions see no difference.
    """
    AUTH_TYPE_MAPS.update({f"iamkit-{name}": signer for name, signer in SIGNERS.items()})
    events.register_first("choose-signer", _choose_signer, unique_id="iamkit-choose-signer")


def _choose_signer(**event: Any) -> str | None:
    """Ask botocore's own handlers first; what is unsigned or signed otherwise stays with them, as a form to post."""
    if str(event["signature_version"]).endswith("-presign-post"):
        return None
    for name, handler, *_ in BUILTIN_HANDLERS:
        if name == "choose-signer" and (chosen := handler(**event)) is not None:
            break
    else:
        chosen = event["signature_version"]
    return f"iamkit-{chosen}" if chosen in SIGNERS else None
