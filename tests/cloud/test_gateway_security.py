"""Attempts to be somebody else, or to have something else done than what was authorized; each must fail."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from iamkit.cloud.local_cloud import Keys, LocalCloud
from iamkit.sigv4 import Credentials, HttpRequest, ServiceRules, sign
from tests.cloud.test_local_cloud import BUCKET, KEY, allow, file, user

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JSON = ("Content-Type", "application/x-amz-json-1.0")


def host(cloud: LocalCloud) -> tuple[str, str]:
    return ("Host", cloud.endpoint.partition("://")[2])


def signed(cloud: LocalCloud, keys: Keys, request: HttpRequest, service: str, minutes: int = 0) -> HttpRequest:
    """Sign a request for the cloud."""
    held = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    whole = request._replace(headers=(host(cloud), *request.headers))
    return sign(whole, held, region="us-east-1", service=service, at=at, rules=ServiceRules.of(service)).request


def send(cloud: LocalCloud, request: HttpRequest) -> tuple[int, str]:
    """Send it as it is, byte for byte."""
    name, _, port = host(cloud)[1].partition(":")
    connection = http.client.HTTPConnection(name, int(port), timeout=10)
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for header, value in request.headers:
        connection.putheader(header, value)
    if not request.header("content-length"):
        connection.putheader("Content-Length", str(len(request.body or b"")))
    connection.endheaders(request.body or None)
    response = connection.getresponse()
    text = response.read().decode("utf-8", "replace")
    connection.close()
    return response.status, text


def tables(cloud: LocalCloud) -> list[str]:
    return list(cloud.client("dynamodb").list_tables()["TableNames"])


def table(cloud: LocalCloud) -> None:
    """Make a table that nobody may delete."""
    cloud.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.mark.parametrize(
    ("target", "headers", "body"),
    [
        ("/?Action=DeleteTable&TableName=orders", (), b"{}"),
        ("/?X-Amz-Target=DynamoDB_20120810.DeleteTable", (), b'{"TableName": "orders"}'),
        ("/DeleteTable", (), b'{"TableName": "orders"}'),
        ("/", (("X_Amz_Target", "DynamoDB_20120810.DeleteTable"),), b'{"TableName": "orders"}'),
        ("/", (("X-HTTP-Method-Override", "DELETE"),), b'{"TableName": "orders"}'),
    ],
)
def test_one_operation_is_authorized_and_the_same_is_done(
    cloud: LocalCloud, target: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    """A header says ListTables; whatever else says DeleteTable is refused, or not heard."""
    table(cloud)
    alice = user(cloud, "alice", allow("dynamodb:ListTables"))
    request = HttpRequest("POST", target, (JSON, ("X-Amz-Target", "DynamoDB_20120810.ListTables"), *headers), body)
    status, text = send(cloud, signed(cloud, alice, request, "dynamodb"))
    assert status in (200, 400), text
    assert tables(cloud) == ["orders"]


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/", b"Action=ListUsers&Version=2010-05-08&Action=DeleteUser&UserName=bob"),
        ("/?Action=DeleteUser&UserName=bob&Version=2010-05-08", b"Action=ListUsers&Version=2010-05-08"),
        ("/", b"Action=DeleteUser&UserName=alice&UserName=bob&Version=2010-05-08"),
        ("/anything", b"Action=DeleteUser&UserName=bob&Version=2010-05-08"),
    ],
)
def test_a_query_names_its_operation_once(cloud: LocalCloud, target: str, body: bytes) -> None:
    """Parameters twice, or in two places."""
    alice = user(cloud, "alice", allow("iam:ListUsers"), allow("iam:DeleteUser", resource="arn:aws:iam::*:user/alice"))
    user(cloud, "bob")
    status, text = send(cloud, signed(cloud, alice, HttpRequest("POST", target, (FORM,), body), "iam"))
    assert status == 400, text
    assert {"alice", "bob"} <= {each["UserName"] for each in cloud.client("iam").list_users()["Users"]}


@pytest.mark.parametrize(
    "header",
    [("X-Moto-Account-Id", "444455556666"), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")],
)
def test_headers_that_claim_something_are_refused(cloud: LocalCloud, header: tuple[str, str]) -> None:
    """However well the request is signed."""
    request = HttpRequest("POST", "/", (FORM, header), b"Action=GetCallerIdentity&Version=2011-06-15")
    status, _ = send(cloud, signed(cloud, cloud.administrator(), request, "sts"))
    assert status == 403


def test_a_request_is_not_replayed_after_its_window(cloud: LocalCloud) -> None:
    """A9.6."""
    request = HttpRequest("POST", "/", (FORM,), b"Action=GetCallerIdentity&Version=2011-06-15")
    assert send(cloud, signed(cloud, cloud.administrator(), request, "sts"))[0] == 200
    status, text = send(cloud, signed(cloud, cloud.administrator(), request, "sts", minutes=-16))
    assert (status, "Signature expired" in text) == (403, True)


def test_keys_of_another_run_are_unknown() -> None:
    """Each run has its own, unless a seed says otherwise."""
    with LocalCloud() as first:
        old = first.administrator()
    with LocalCloud() as second:
        request = HttpRequest("POST", "/", (FORM,), b"Action=GetCallerIdentity&Version=2011-06-15")
        status, text = send(second, signed(second, old, request, "sts"))
        assert (status, "InvalidClientTokenId" in text) == (403, True)


def test_a_stolen_id_is_no_key(cloud: LocalCloud) -> None:
    """A long-term key with somebody's session token, a session without its own."""
    request = HttpRequest("POST", "/", (FORM,), b"Action=GetCallerIdentity&Version=2011-06-15")
    admin = cloud.administrator()
    with_token = Keys(admin.access_key_id, admin.secret_access_key, "token")
    assert send(cloud, signed(cloud, with_token, request, "sts"))[0] == 403
    given = cloud.client("sts").get_session_token()["Credentials"]
    without = Keys(given["AccessKeyId"], given["SecretAccessKey"])
    assert send(cloud, signed(cloud, without, request, "sts"))[0] == 403


def test_unsigned_requests_reach_nothing(cloud: LocalCloud) -> None:
    """But for what a policy gives to everyone, and nobody gave anything."""
    file(cloud)
    for method, target, body in (
        ("GET", f"/{BUCKET}/", b""),
        ("GET", "/", b""),
        ("PUT", f"/{BUCKET}/new", b"x"),
        ("DELETE", f"/{BUCKET}", b""),
        ("POST", "/", b"Action=ListUsers&Version=2010-05-08"),
        ("GET", "/?Action=ListUsers&Version=2010-05-08", b""),
        ("POST", "/2015-03-31/functions", b"{}"),
    ):
        status, text = send(cloud, HttpRequest(method, target, (host(cloud), FORM), body))
        assert status in (403, 404, 501), (method, target, text)
        assert "Succeed" not in text
    assert cloud.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("DynamoDB_20120810.ListTables", '"com.amazon.coral.service#MissingAuthenticationTokenException"'),
        ("AmazonSQS.ListQueues", "MissingAuthenticationTokenException"),
        ("secretsmanager.ListSecrets", "MissingAuthenticationTokenException"),
        ("TrentService.ListKeys", "MissingAuthenticationTokenException"),
        ("Logs_20140328.DescribeLogGroups", "MissingAuthenticationTokenException"),
        ("Nothing.AtAll", "<Code>MissingAuthenticationToken</Code>"),
    ],
)
def test_unsigned_requests_are_refused_in_the_words_of_the_service(cloud: LocalCloud, target: str, code: str) -> None:
    """A11: whoever speaks JSON is answered in JSON, though no signature names the service."""
    status, text = send(cloud, HttpRequest("POST", "/", (host(cloud), JSON, ("X-Amz-Target", target)), b"{}"))
    assert status == (403 if text.startswith("<") else 400)
    assert code in text


def test_mutations_of_recorded_requests_do_nothing_else(cloud: LocalCloud) -> None:
    """One byte of a signed request changed, 400 times: refused, or the very same thing is done."""
    file(cloud)
    alice = user(cloud, "alice", allow("s3:*"))
    random = Random(11)
    body = b"content of a file"
    request = HttpRequest("PUT", f"/{BUCKET}/mine.txt?x-id=PutObject", (("Content-Type", "text/plain"),), body)
    right = signed(cloud, alice, request, "s3")
    assert send(cloud, right)[0] == 200
    before = contents(cloud)
    for _ in range(400):
        status, text = send(cloud, mutated(right, random))
        assert status in (200, 400, 403, 404, 405, 421, 501), text
        assert contents(cloud) == before


def contents(cloud: LocalCloud) -> dict[str, bytes]:
    """Read every file of the bucket, without a request."""
    from iamkit.cloud.store.backends import backend

    bucket = backend("s3", "111122223333").buckets[BUCKET]
    return {name: bucket.keys[name].value for name in bucket.keys}


def mutated(request: HttpRequest, random: Random) -> HttpRequest:
    """Change a character of the target, of a header's value, or of the body."""
    place = random.randrange(3)
    if place == 0:
        return request._replace(target="/" + changed(request.target[1:], random))
    if place == 1:
        headers = list(request.headers)
        index = random.randrange(1, len(headers))
        headers[index] = (headers[index][0], changed(headers[index][1], random))
        return request._replace(headers=tuple(headers))
    return request._replace(body=changed((request.body or b"").decode(), random).encode())


def changed(text: str, random: Random) -> str:
    index = random.randrange(len(text))
    other = random.choice([each for each in "abzAZ09-_./%=&" if each != text[index]])
    return text[:index] + other + text[index + 1 :]


def test_a_body_that_is_too_large_is_refused(cloud: LocalCloud) -> None:
    """Before all of it has been read."""
    name, _, port = host(cloud)[1].partition(":")
    connection = http.client.HTTPConnection(name, int(port), timeout=30)
    connection.putrequest("PUT", f"/{BUCKET}/big", skip_host=True)
    connection.putheader(*host(cloud))
    connection.putheader("Content-Length", str(65 * 1024 * 1024))
    connection.endheaders()
    piece = b"x" * 1024 * 1024
    try:
        for _ in range(65):
            connection.send(piece)
    except OSError:
        return  # the server has hung up, which is an answer too
    assert connection.getresponse().status == 413


def test_errors_are_json_where_json_is_spoken(cloud: LocalCloud) -> None:
    """A request that cannot be read is answered in its protocol, too."""
    request = HttpRequest("POST", "/", (JSON, ("X-Amz-Target", "DynamoDB_20120810.NoSuchThing")), b"{}")
    status, text = send(cloud, signed(cloud, cloud.administrator(), request, "dynamodb"))
    assert (status, json.loads(text)["__type"].rpartition("#")[2]) == (501, "NotModelled")


def test_the_key_named_in_the_target_is_the_one_that_is_written(cloud: LocalCloud) -> None:
    """Encoded slashes, dots and semicolons in a key are the key's own."""
    file(cloud)
    alice = user(cloud, "alice", allow("s3:PutObject", resource=f"arn:aws:s3:::{BUCKET}/mine/*"))
    for key in ("mine/../theirs", "mine%2F..%2Ftheirs", "/mine/x", "mine;/x"):
        send(cloud, signed(cloud, alice, HttpRequest("PUT", f"/{BUCKET}/{key}", (), b"x"), "s3"))
    assert {name for name in contents(cloud) if name != KEY} <= {"mine/../theirs"}
