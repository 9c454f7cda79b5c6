"""Amazon CloudWatch Logs: log groups and their streams.

A log group stands in requests as `log-group:NAME:log-stream:`, so that a policy names it with `:*` behind its name
(User Guide: "CloudWatch Logs resources and operations"); only tagging takes the ARN without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of, tags_of
from iamkit.cloud.actions.rows import Row, Service, both, on, table, when
from iamkit.cloud.calls import NotModelled

_SERVICE = "logs.amazonaws.com"


def _named(ask: Ask, name: str, parameter: str) -> str:
    """Give the ARN of a log group, without anything behind its name, by its name or its ARN."""
    if name.startswith("arn:"):
        arn = ask.given_arn(name, parameter, kind="log-group:").removesuffix(":*")
        if arn.count(":") != 6 or arn.endswith(":"):
            raise ask.refuse(f"Invalid {parameter}: {name} is no log group.")
        return arn
    return ask.arn(f"log-group:{ask.checked(name, parameter, ':')}")


def _plain_group(ask: Ask) -> str:
    for parameter in ("logGroupName", "logGroupIdentifier"):
        if ask.given(parameter) is not None:
            both = ask.given("logGroupName") is not None and ask.given("logGroupIdentifier") is not None
            if both:
                raise ask.refuse("Only one of logGroupName and logGroupIdentifier can be given.")
            return _named(ask, ask.text(parameter), parameter)
    raise ask.refuse("The request must contain the parameter logGroupName.")


def _group(ask: Ask) -> str:
    return f"{_plain_group(ask)}:log-stream:"


def _stream(ask: Ask) -> str:
    return f"{_group(ask)}{ask.text('logStreamName', ':')}"


def _create_group(ask: Ask) -> Iterator[Authorization]:
    """CreateLogGroup; tags need an action of their own (API reference: tags)."""
    yield ask.need("logs:CreateLogGroup", _group(ask))
    if tags_of(ask):
        yield ask.need("logs:TagResource", _plain_group(ask))


def _query(ask: Ask) -> Iterator[Authorization]:
    """StartQuery needs every log group that it reads."""
    names = [ask.given("logGroupName"), *ask.items("logGroupNames"), *ask.items("logGroupIdentifiers")]
    names = [name for name in names if name is not None]
    if not names:
        raise NotModelled("a query that names its log groups in its text", "give logGroupNames")
    for name in names:
        arn = _named(ask, ask.checked(name, "logGroupNames"), "logGroupNames")
        yield ask.need("logs:StartQuery", f"{arn}:log-stream:")


def _unmasked(row: Row) -> Row:
    """Reading without masks needs an action of its own (API reference: unmask)."""
    return both(row, when("unmask", on("logs:Unmask", _group)))


def _subscribe(ask: Ask) -> Iterator[Authorization]:
    """PutSubscriptionFilter hands a role to CloudWatch Logs, unless a function is the destination (API reference)."""
    yield ask.need("logs:PutSubscriptionFilter", _group(ask))
    target = ask.text("destinationArn")
    if target.startswith("arn:aws:logs:"):
        arn = ask.given_arn(target, "destinationArn", kind="destination:")
        yield ask.need("logs:PutSubscriptionFilter", arn)
    if ask.optional("roleArn"):
        yield ask.pass_role(ask.text("roleArn"), _SERVICE)


def _destination(ask: Ask) -> str:
    return ask.arn(f"destination:{ask.text('destinationName', ':')}")


def _put_destination(ask: Ask) -> Iterator[Authorization]:
    """PutDestination hands a role to CloudWatch Logs (API reference)."""
    arn = _destination(ask)
    yield ask.need("logs:PutDestination", arn)
    yield ask.pass_role(ask.text("roleArn"), _SERVICE)
    if tags_of(ask):
        yield ask.need("logs:TagResource", arn)


def _tagged(ask: Ask) -> str:
    """Take the ARN of a log group without the `:*`, or of a destination."""
    text = ask.text("resourceArn")
    if ":log-group:" in text:
        return _named(ask, text, "resourceArn")
    return ask.given_arn(text, "resourceArn", kind="destination:")


def _key(ask: Ask) -> str:
    """AssociateKmsKey may name its log group as a resource."""
    if ask.given("resourceIdentifier") is not None:
        return f"{_named(ask, ask.text('resourceIdentifier'), 'resourceIdentifier')}:log-stream:"
    return _group(ask)


ROWS = table(
    CreateLogGroup=_create_group,
    GetLogEvents=_unmasked(on("logs:GetLogEvents", _stream)),
    FilterLogEvents=_unmasked(on("logs:FilterLogEvents", _group)),
    AssociateKmsKey=on("logs:AssociateKmsKey", _key),
    DisassociateKmsKey=on("logs:DisassociateKmsKey", _key),
    StartQuery=_query,
    PutSubscriptionFilter=_subscribe,
    PutDestination=_put_destination,
    **{name: on(f"logs:{name}", _tagged) for name in ("ListTagsForResource", "TagResource", "UntagResource")},
)

# Deliveries, integrations, imports, anomaly detectors, lookup tables, scheduled queries, account policies, live tail;
# results of queries, whose IDs do not tell the log groups.
NOT_MODELLED = frozenset(
    {
        "AssociateSourceToS3TableIntegration", "CancelImportTask", "CreateDelivery", "CreateImportTask",
        "CreateLogAnomalyDetector", "CreateLookupTable", "CreateScheduledQuery", "DeleteAccountPolicy",
        "DeleteDelivery", "DeleteDeliveryDestination", "DeleteDeliveryDestinationPolicy", "DeleteDeliverySource",
        "DeleteIndexPolicy", "DeleteIntegration", "DeleteLogAnomalyDetector", "DeleteLookupTable",
        "DeleteScheduledQuery", "DescribeAccountPolicies", "DescribeFieldIndexes", "DescribeIndexPolicies",
        "DisassociateSourceFromS3TableIntegration", "GetDelivery", "GetDeliveryDestination",
        "GetDeliveryDestinationPolicy", "GetDeliverySource", "GetIntegration", "GetLogAnomalyDetector", "GetLogObject",
        "GetLogRecord", "GetLookupTable", "GetQueryResults", "GetScheduledQuery", "GetScheduledQueryHistory",
        "ListAnomalies", "ListLogAnomalyDetectors", "PutAccountPolicy", "PutDeliveryDestination",
        "PutDeliveryDestinationPolicy", "PutDeliverySource", "PutIndexPolicy", "PutIntegration", "StartLiveTail",
        "UpdateAnomaly", "UpdateDeliveryConfiguration", "UpdateLogAnomalyDetector", "UpdateLookupTable",
        "UpdateScheduledQuery",
    }
)  # fmt: skip

LOGS = Service(
    "logs",
    "logs",
    {"log-group": _group, "log-stream": _stream, "destination": _destination},
    ROWS,
    keys_of({}),
    NOT_MODELLED,
    "InvalidParameterException",
)
