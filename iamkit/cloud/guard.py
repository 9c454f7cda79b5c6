"""Refuse what no SDK sends: requests for other hosts, from web pages, or meant to be read in two ways.

The cloud listens on loopback, but a page in the learner's browser can reach loopback too. What stops here was neither
authenticated nor read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamkit.sigv4 import HttpRequest

METHODS = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
# A server and whatever stands before it might pick different ones.
_ONCE = ("host", "content-length", "content-type", "authorization", "x-amz-target", "x-amz-content-sha256")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]").fullmatch
_S3_SUFFIX = re.compile(r"(.*?)(?:^|\.)(?:s3)(?:[.-][a-z]{2}(?:-[a-z]+)+-\d)?$").fullmatch
_PATHS = ("/moto-api", "/_")


class Refused(Exception):
    """A request that goes no further: an HTTP status and one line that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Passed(NamedTuple):
    """A request that may go on, and the bucket that its host names."""

    request: HttpRequest
    bucket: str | None


def guard(request: HttpRequest, port: int) -> Passed:
    """Check a request as it arrived; raises Refused."""
    bucket = guard_connection(request, port)
    if request.path.startswith(_PATHS):
        raise Refused(404, "there is nothing here")
    return Passed(request, bucket)


def guard_connection(request: HttpRequest, port: int) -> str | None:
    """Check who sends a request and to whom, and give the bucket that the host names; raises Refused."""
    if request.method not in METHODS:
        raise Refused(405, f"no service has the method {request.method[:20]!a}")
    if not request.target.startswith("/"):
        raise Refused(400, "the target must be a path: this is no proxy")
    names = [name.lower() for name, _ in request.headers]
    for name in _ONCE:
        if names.count(name) > 1:
            raise Refused(400, f"the header {name} is given more than once")
    for name in names:
        if name == "origin" or name.startswith("sec-fetch-"):
            raise Refused(403, "web pages may not send requests here")
        if name.startswith("x-moto-"):
            raise Refused(403, "nothing but a signature says whose request this is")
    return _bucket(request, port)


def _bucket(request: HttpRequest, port: int) -> str | None:
    """Tell the bucket of a virtual-hosted request; raises Refused for any host but this one."""
    hosts = request.header("host")
    host, _, given = hosts[0].lower().rpartition(":") if hosts else ("", "", "")
    if given != str(port) or not (host in ("127.0.0.1", "localhost") or host.endswith(".localhost")):
        raise Refused(421, "this is the local cloud of iamkit; it answers for 127.0.0.1 and localhost only")
    label = host.removesuffix(".localhost")
    if label == host:
        return None
    addressed = _S3_SUFFIX(label)
    name = addressed[1] if addressed else label
    if not name:
        return None
    if not _BUCKET(name):
        raise Refused(421, f"the host {host[:80]!a} names no bucket")
    return name
