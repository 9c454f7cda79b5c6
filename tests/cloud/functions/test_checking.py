"""What Lambda refuses before anything runs."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.functions.checking import check_package, check_runnable, check_settings, read_invoke
from iamkit.sigv4 import HttpRequest
from tests.cloud.functions.world import deployed, package


def call(operation: str = "Invoke", **parameters: Any) -> Call:
    """Make a call of Lambda."""
    return Call("lambda", operation, parameters, "rest-json", "us-east-1", HttpRequest("POST", "/", [], b""))


def test_nothing_given_is_an_empty_event() -> None:
    """RequestResponse, no log, no client context."""
    wanted = read_invoke(call(FunctionName="report"))
    assert (wanted.kind, wanted.tail, wanted.event, wanted.client_context) == ("RequestResponse", False, "{}", None)


def test_all_given() -> None:
    """A client context is for those who wait (API reference, Invoke)."""
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    given: dict[str, Any] = {"Payload": b"[1]", "LogType": "Tail", "ClientContext": context}
    wanted = read_invoke(call(**given, InvocationType="RequestResponse"))
    assert (wanted.tail, wanted.event, wanted.client_context) == (True, "[1]", {"custom": {"a": "b"}})
    assert read_invoke(call(**given, InvocationType="Event")).client_context is None


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        ({"Payload": b"{"}, "InvalidRequestContentException", 400),
        ({"Payload": b'"\xff"'}, "InvalidRequestContentException", 400),
        ({"Payload": b"[" * 100_000}, "InvalidRequestContentException", 400),
        ({"Payload": b" " * 6_291_457}, "RequestTooLargeException", 413),
        ({"Payload": b" " * 1_048_577, "InvocationType": "Event"}, "RequestTooLargeException", 413),
        ({"InvocationType": "Sometime"}, "ValidationException", 400),
        ({"LogType": "Head"}, "ValidationException", 400),
        ({"ClientContext": "e30"}, "InvalidRequestContentException", 400),
        ({"ClientContext": base64.b64encode(b"[]").decode()}, "InvalidRequestContentException", 400),
        ({"DurableExecutionName": "a"}, "NotModelled", 501),
        ({"TenantId": "a"}, "NotModelled", 501),
    ],
)
def test_what_invoke_does_not_take(parameters: dict[str, Any], code: str, status: int) -> None:
    """Sizes, JSON, words, and what is not modelled."""
    with pytest.raises(ServiceError) as caught:
        read_invoke(call(**parameters))
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"package_type": "Image"}, "RequestResponse"),
        ({"runtime": "nodejs22.x"}, "RequestResponse"),
        ({"runtime": "python2.7"}, "RequestResponse"),
        ({"runtime": ""}, "RequestResponse"),
        ({"has_layers": True}, "RequestResponse"),
        ({"has_destinations": True}, "Event"),
        ({"reserved": 0}, "Event"),
    ],
)
def test_what_does_not_run_here(more: dict[str, Any], kind: str) -> None:
    """Only Python from a package; nobody is told of the end of an event."""
    with pytest.raises(NotModelled):
        check_runnable(deployed(**more), kind)


def test_what_runs_here() -> None:
    """Destinations are for events only."""
    check_runnable(deployed(runtime="python3.9", has_destinations=True), "RequestResponse")
    check_runnable(deployed(), "Event")


def test_settings_that_are_refused() -> None:
    """Lambda's own variables (Developer Guide, "Defined runtime environment variables"), and dead letters."""
    variables = {"STAGE": "a", "AWS_REGION": "b", "_HANDLER": "c"}
    with pytest.raises(ServiceError, match="in this request: AWS_REGION, _HANDLER") as caught:
        check_settings(call("CreateFunction", Environment={"Variables": variables}))
    assert caught.value.code == "InvalidParameterValueException"
    check_settings(call("CreateFunction", Environment={"Variables": {"STAGE": "a"}}, DeadLetterConfig={}))
    with pytest.raises(NotModelled):
        check_settings(call("CreateFunction", DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:1:q"}))


@pytest.mark.parametrize("content", [b"", b"PK", package("x" * 200)[:-30]])
def test_packages_that_are_none(content: bytes) -> None:
    """A package that cannot be unpacked is refused when it arrives."""
    with pytest.raises(ServiceError, match="Could not unzip uploaded file"):
        check_package(content)
    check_package(package(""))
