"""What the signature lab can start from: requests that work, and mistakes that everybody makes once (A17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import MappingProxyType

from iamkit.notebook.signing.clock import write_clock
from iamkit.notebook.signing.desk import work
from iamkit.notebook.signing.inputs import Inputs

# The time of AWS's own examples.
AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luEXAMPLETOKEN"

_BUCKET = "Host: amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com"
_DYNAMODB = "Host: dynamodb.us-east-1.amazonaws.com\nContent-Type: application/x-amz-json-1.0\nX-Amz-Target: "


class Group(Enum):
    WORKS = "Requests that work"
    MISTAKE = "What goes wrong most often"


@dataclass(frozen=True, slots=True)
class Preset:
    """One thing to start from; `task` says what to try.

    `server` differs from what the client uses; `on_the_way` replaces texts of the message, one time each; the server's
    clock is `minutes_later`.
    """

    slug: str
    title: str
    group: Group
    task: str
    client: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    server: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    on_the_way: tuple[str, str] = ("", "")
    minutes_later: int = 0

    def inputs(self, at: datetime = AT) -> Inputs:
        """Give the fields as they are at the start, for a client whose clock says `at`."""
        client = {"time": write_clock(at), "access_key_id": "AKIDEXAMPLE", "secret": SECRET, **_IAM, **self.client}
        shared = ("region", "service", "access_key_id", "secret", "token")
        server = {f"server_{name}": client.get(name, "") for name in shared} | dict(self.server)
        server["server_time"] = write_clock(at + timedelta(minutes=self.minutes_later))
        sent = work(Inputs(preset=self.slug, **client, **server)).inputs
        before, after = self.on_the_way
        return replace(sent, wire=sent.sent.replace(before, after, 1) if before else sent.sent)


_IAM = {
    "query": "Action=ListUsers&Version=2010-05-08",
    "headers": "Host: iam.amazonaws.com\nContent-Type: application/x-www-form-urlencoded; charset=utf-8",
    "region": "us-east-1",
    "service": "iam",
}
_OBJECT = {"path": "/annual%20report.txt", "query": "", "headers": _BUCKET, "service": "s3"}
_ORDER = {
    "method": "POST",
    "query": "",
    "headers": f"{_DYNAMODB}DynamoDB_20120810.PutItem",
    "body": '{"TableName": "orders", "Item": {"id": {"S": "7"}, "price": {"N": "10"}}}',
    "service": "dynamodb",
}
_TEMPORARY = {
    "query": "Action=GetCallerIdentity&Version=2011-06-15",
    "headers": "Host: sts.us-east-1.amazonaws.com",
    "service": "sts",
    "access_key_id": "ASIAIOSFODNN7EXAMPLE",
    "token": TOKEN,
}
_LAMBDA = {
    "path": "/2015-03-31/functions/report%3Aprod",
    "query": "",
    "headers": "Host: lambda.us-east-1.amazonaws.com",
    "service": "lambda",
    "encoding": "once",
}
_URL = {**_OBJECT, "style": "url"}

_ALL = (
    Preset(
        "iam-get",
        "A GET to IAM",
        Group.WORKS,
        "Change one letter of the query: how many characters of the signature stay as they were?",
    ),
    Preset(
        "s3-space",
        "S3 object with a space",
        Group.WORKS,
        "S3 encodes the path once. Let your client encode it twice: one line of the canonical request changes.",
        _OBJECT,
    ),
    Preset(
        "post-body",
        "POST with a body",
        Group.WORKS,
        "Change the price in the body: only its hash, the last line of the canonical request, knows of it.",
        _ORDER,
    ),
    Preset(
        "temporary-credentials",
        "Temporary credentials",
        Group.WORKS,
        "Empty the session token of your client: the error sounds as if the key were wrong.",
        _TEMPORARY,
    ),
    Preset(
        "presigned-url",
        "Presigned URL",
        Group.WORKS,
        "This URL lives 60 seconds. Move the server's clock by 5 minutes.",
        _URL,
    ),
    Preset(
        "replayed",
        "The same request again, ten minutes later",
        Group.WORKS,
        "Somebody recorded the request and sends it again: the signature is still good. "
        "TLS keeps it from being recorded; the signature alone does not.",
        minutes_later=10,
    ),
    Preset(
        "proxy-adds-port",
        "A proxy adds a port to Host",
        Group.MISTAKE,
        "Host is signed, and a proxy rewrote it. Remove the port from what arrives.",
        on_the_way=("Host: iam.amazonaws.com", "Host: iam.amazonaws.com:8443"),
    ),
    Preset(
        "clock-behind",
        "Your clock is 20 minutes behind",
        Group.MISTAKE,
        "15 minutes are tolerated. Move the server's clock back by 5 minutes.",
        minutes_later=20,
    ),
    Preset(
        "path-encoded-once",
        "The path is encoded once",
        Group.MISTAKE,
        "Every service but S3 encodes the path of the URL again. Let your client do as the service wants.",
        _LAMBDA,
    ),
    Preset(
        "body-changed",
        "The body is changed on the way",
        Group.MISTAKE,
        "Somebody lowered the price. Put back 10 in what arrives.",
        _ORDER,
        on_the_way=('"N": "10"', '"N": "1"'),
    ),
    Preset(
        "token-lost",
        "The session token is lost",
        Group.MISTAKE,
        "A proxy dropped a header that it did not know. Undo it, and see whom the server recognizes.",
        _TEMPORARY,
        on_the_way=(f"X-Amz-Security-Token: {TOKEN}\n", ""),
    ),
    Preset(
        "secret-mistyped",
        "One letter of the secret is wrong",
        Group.MISTAKE,
        "Both sides write the same canonical request. Mend the last letter of your client's secret.",
        {"secret": SECRET[:-1] + "X"},
        {"server_secret": SECRET},
    ),
    Preset(
        "other-region",
        "Signed for another region",
        Group.MISTAKE,
        "The scope binds a signature to one region. Let your client sign for us-east-1.",
        {**_ORDER, "region": "eu-west-1"},
        {"server_region": "us-east-1"},
    ),
    Preset(
        "url-with-other-method",
        "A presigned URL with another method",
        Group.MISTAKE,
        "The URL was signed for GET. Whoever has it cannot DELETE with it.",
        _URL,
        on_the_way=("GET ", "DELETE "),
    ),
)
PRESETS: Mapping[str, Preset] = MappingProxyType({each.slug: each for each in _ALL})
