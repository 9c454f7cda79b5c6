"""The condition keys that a request carries for its caller, its network and its time (E4).

Keys that follow from the caller's ARN and from the resource the engine derives itself; those of a service's operation
come with what the operation needs to be allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from iamkit.cloud.calls import Call
from iamkit.cloud.network import Network
from iamkit.cloud.sessions import Holder
from iamkit.cloud.sts import context_of
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import Verified
from iamkit.sigv4.times import read_time

_S3_TYPES = {True: "REST-QUERY-STRING", False: "REST-HEADER"}


def request_context(
    call: Call, holder: Holder | None, verified: Verified | None, network: Network, now: datetime
) -> dict[str, ContextValue]:
    """Collect the keys of a request; those of its organization are added where there is one."""
    context: dict[str, ContextValue] = {
        "aws:CurrentTime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true" if network.secure_transport else "false",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
    }
    context |= _network(network)
    for key, header in (("aws:UserAgent", "user-agent"), ("aws:Referer", "referer")):
        values = call.request.header(header)
        if values:
            context[key] = values[0]
    if holder is not None and holder.session is not None:
        context |= context_of(holder.session, now)
    if call.service == "s3" and verified is not None:
        context |= _s3(verified, now)
    return context


# A service's own request comes from an address of its own (KMS Developer Guide, "Using the IP address condition" and
# "Using VPC endpoint conditions in policies with AWS KMS permissions").
_OF_THE_CALLER = frozenset({"aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"})


def forwarded(context: Mapping[str, ContextValue]) -> Mapping[str, ContextValue]:
    """Keep the keys that are true of the request which a service makes on behalf of the caller.

    It is the same caller with the same session, from elsewhere (IAM User Guide, "Forward access sessions").
    """
    return {key: value for key, value in context.items() if key not in _OF_THE_CALLER and not key.startswith("s3:")}


def _network(network: Network) -> Mapping[str, ContextValue]:
    """Through a VPC endpoint the address is a private one, and has a key of its own."""
    if network.vpc_endpoint is None:
        return {"aws:SourceIp": network.source_ip}
    keys = {"aws:SourceVpce": network.vpc_endpoint, "aws:VpcSourceIp": network.source_ip}
    return keys if network.vpc is None else {**keys, "aws:SourceVpc": network.vpc}


def _s3(verified: Verified, now: datetime) -> Mapping[str, ContextValue]:
    """S3 tells policies how a request was signed, and how long ago, in milliseconds."""
    keys: dict[str, ContextValue] = {
        "s3:authType": _S3_TYPES[verified.presigned],
        "s3:signatureversion": verified.algorithm,
        "s3:signatureAge": _age(verified, now),
        "s3:TlsVersion": "1.3",
    }
    if not verified.presigned or verified.received.values.get("x-amz-content-sha256"):
        keys["s3:x-amz-content-sha256"] = verified.payload_hash
    return keys


def _age(verified: Verified, now: datetime) -> str:
    signed = read_time(verified.timestamp)
    return str(max(0, int((now - signed).total_seconds() * 1000))) if signed else "0"
