"""Tell which service a request is for: its signature says so, and few requests may come without one."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, parse_qsl

from iamkit.cloud.calls import NotModelled
from iamkit.cloud.services import REGIONS, SERVICES
from iamkit.sigv4 import HttpRequest
from iamkit.sigv4.faults import Protocol

DEFAULT_REGION = "us-east-1"
# Whoever calls these has no AWS credentials yet (E22, E23).
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})
# Which service speaks JSON to whom: the beginning of X-Amz-Target, where no signature says so.
_TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "AmazonSQS": "sqs",
    "secretsmanager": "secretsmanager",
    "TrentService": "kms",
    "Logs_20140328": "logs",
}


class Address(NamedTuple):
    """Where a request goes: a service and a region, and whether it carries a signature."""

    service: str
    region: str
    signed: bool


def address(request: HttpRequest, bucket: str | None) -> Address:
    """Find the service of a request; raises NotModelled for one that is not here.

    What the scope claims is not believed yet: verifying the signature proves it.
    """
    credential = _credential(request)
    if credential is None:
        return _unsigned(request, bucket)
    parts = credential.split("/")
    # A credential of another shape is refused when it is verified, whatever the service.
    region, service = (parts[-3], parts[-2]) if len(parts) >= 4 else (DEFAULT_REGION, "sts")
    if service not in SERVICES:
        raise NotModelled(f"the service `{service[:40]}`", f"there are {', '.join(sorted(SERVICES))}")
    known = SERVICES[service]
    return Address(service, region if region in REGIONS and not known.is_global else DEFAULT_REGION, True)


def _credential(request: HttpRequest) -> str | None:
    for header in request.header("authorization"):
        _, found, rest = header.partition("Credential=")
        return rest.partition(",")[0].strip() if found else ""
    given = parse_qs(request.query, keep_blank_values=True).get("X-Amz-Credential")
    return given[0] if given else None


def _unsigned(request: HttpRequest, bucket: str | None) -> Address:
    """Without a signature a request is anonymous: for S3, or to be given credentials."""
    form = "" if request.method == "GET" else (request.body or b"").decode("utf-8", "replace")
    if request.path == "/" and bucket is None:
        for text in (form, request.query):
            if dict(parse_qsl(text, keep_blank_values=True)).get("Action") in _UNSIGNED:
                return Address("sts", DEFAULT_REGION, False)
        targets = [target.partition(".")[0] for target in request.header("x-amz-target")]
        return Address(_TARGETS.get(targets[0], "sts") if targets else "sts", DEFAULT_REGION, True)
    return Address("s3", DEFAULT_REGION, False)


def protocol_of(address: Address) -> Protocol:
    """Tell in which shape the errors of a service are written (A11)."""
    return Protocol.of(address.service)
