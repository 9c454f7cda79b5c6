"""How boto3 sends and fetches objects: in chunks with trailers, in parts, with checksums, by links, under two kinds of
address.
"""

from __future__ import annotations

import io
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from tests.cloud.real.harness import World, a_world
from tests.cloud.real.test_s3_buckets import a_bucket

DATA = bytes(range(256)) * 4096
MIB = 1024 * 1024
SSE = {"ServerSideEncryption": "AES256"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all tests."""
    yield from a_world()


@pytest.fixture
def bucket(world: World) -> str:
    """An empty bucket."""
    return str(a_bucket(world)["bucket"])


def permit(world: World, bucket: str, *actions: str, **more: Any) -> None:
    """Allow the caller exactly these actions on the objects of a bucket."""
    world.permit({"Effect": "Allow", "Action": list(actions), "Resource": f"arn:aws:s3:::{bucket}/*", **more})


def sent(world: World) -> Mapping[str, str]:
    """Give the headers of the last request as it arrived."""
    *_, event = world.cloud.trail
    assert event.call is not None
    return {name.lower(): value for name, value in event.call.request.headers}


def code(call: Any, **parameters: Any) -> str:
    """Call, and give code and status of the error; nothing where it succeeds."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
    return ""


def as_over_tls(world: World) -> Any:
    """Make the caller's client sign as it does for HTTPS, where it uploads in chunks, and send in the clear."""
    plain = URLLib3Session()
    client = _client(world, world.cloud.endpoint.replace("http://", "https://"))

    def send(request: Any, **_: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return plain.send(request)

    client.meta.events.register("before-send.s3", send)
    return client


def _client(world: World, endpoint: str, **config: Any) -> Any:
    return boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=world.keys.access_key_id,
        aws_secret_access_key=world.keys.secret_access_key,
        config=Config(signature_version="s3v4", **config),
    )


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_uploads_in_chunks_with_a_trailer(world: World, bucket: str, algorithm: str) -> None:
    """What botocore sends over HTTPS: unsigned chunks, and the checksum after them."""
    permit(world, bucket, "s3:PutObject", "s3:GetObject")
    seen: list[Mapping[str, Any]] = []
    client = as_over_tls(world)
    client.meta.events.register_first("before-send.s3", lambda request, **_: seen.append(dict(request.headers)))
    client.put_object(Bucket=bucket, Key="a", Body=io.BytesIO(DATA), ChecksumAlgorithm=algorithm)
    headers = {name.lower(): value for name, value in seen[0].items()}
    text = {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    assert text["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    assert text["x-amz-trailer"] == f"x-amz-checksum-{algorithm.lower()}"
    assert f"x-amz-checksum-{algorithm.lower()}" in sent(world)
    assert world.caller("s3").get_object(Bucket=bucket, Key="a")["Body"].read() == DATA


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_uploads_with_a_checksum(world: World, bucket: str, algorithm: str) -> None:
    """Without TLS the checksum is a header; a wrong one is refused, and nothing is kept."""
    permit(world, bucket, "s3:PutObject")
    put = world.caller("s3").put_object
    put(Bucket=bucket, Key="a", Body=DATA, ChecksumAlgorithm=algorithm)
    length = {"SHA1": 28, "SHA256": 44, "CRC64NVME": 12}.get(algorithm, 8)
    wrong = {f"Checksum{algorithm}": "A" * (length - 2) + "=="}
    assert code(put, Bucket=bucket, Key="b", Body=DATA, **wrong) == "BadDigest 400"
    assert [each["Key"] for each in world.admin("s3").list_objects_v2(Bucket=bucket)["Contents"]] == ["a"]


def test_a_large_file_goes_in_parts(world: World, bucket: str) -> None:
    """upload_fileobj needs s3:PutObject alone; download_fileobj fetches ranges."""
    permit(world, bucket, "s3:PutObject", "s3:GetObject")
    data, config = DATA * 12, TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    s3 = world.caller("s3")
    s3.upload_fileobj(io.BytesIO(data), bucket, "big", Config=config)
    operations = [event.call.operation for event in world.cloud.trail if event.call is not None][-5:]
    assert operations[0] == "CreateMultipartUpload"
    assert operations[1:4] == ["UploadPart"] * 3
    assert operations[4] == "CompleteMultipartUpload"
    fetched = io.BytesIO()
    s3.download_fileobj(bucket, "big", fetched, Config=config)
    assert fetched.getvalue() == data


def test_a_denied_transfer_leaves_nothing(world: World, bucket: str) -> None:
    """Who may not put cannot begin either."""
    permit(world, bucket, "s3:GetObject")
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    with pytest.raises(Exception, match="AccessDenied"):
        world.caller("s3").upload_fileobj(io.BytesIO(DATA * 6), bucket, "big", Config=config)
    assert "Uploads" not in world.admin("s3").list_multipart_uploads(Bucket=bucket)


def fetch(link: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """Use a link, as a browser or curl would."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(link, data=body, method=method, headers=named)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def test_a_link_gets_what_its_signer_may_get(world: World, bucket: str) -> None:
    """The signer's permissions count when the link is used, not when it is made."""
    world.admin("s3").put_object(Bucket=bucket, Key="a b.txt", Body=b"hello")
    permit(world, bucket, "s3:GetObject", Condition={"StringEquals": {"s3:authType": "REST-QUERY-STRING"}})
    link = world.caller("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b.txt"})
    assert fetch(link) == (200, b"hello")
    assert code(world.caller("s3").get_object, Bucket=bucket, Key="a b.txt") == "AccessDenied 403"
    permit(world, bucket, "s3:PutObject")
    status, body = fetch(link)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body


def test_a_link_puts_with_the_headers_it_was_signed_for(world: World, bucket: str) -> None:
    """A policy that wants encryption is met by a signed header, and by nothing else."""
    encrypted = {"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}}
    permit(world, bucket, "s3:PutObject", Condition=encrypted)
    named = {"Bucket": bucket, "Key": "new.txt"}
    s3 = world.caller("s3")
    link = s3.generate_presigned_url("put_object", Params={**named, **SSE})
    plain = s3.generate_presigned_url("put_object", Params=named)
    assert fetch(link, "PUT", b"x", x_amz_server_side_encryption="AES256")[0] == 200
    assert b"SignatureDoesNotMatch" in fetch(link, "PUT", b"x")[1]
    assert b"<Code>AccessDenied</Code>" in fetch(plain, "PUT", b"x")[1]
    assert fetch(link, "DELETE")[0] == 403
    assert world.admin("s3").get_object(**named)["Body"].read() == b"x"


FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
IN_PARTS = b'--b\r\nContent-Disposition: form-data; name="tagging"\r\n\r\nx\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (FORM, b"acl=&tagging=&retention=&legal-hold=&uploads="),
        (FORM, b"key=other&file=stolen"),
        (FORM, b"uploadId=1&partNumber=1"),
        (PARTS, IN_PARTS),
        ("text/plain", b"tagging="),
    ],
)
def test_a_file_is_kept_whatever_it_says_it_is(world: World, bucket: str, kind: str, content: bytes) -> None:
    """urllib and curl call a body a form unless they are told otherwise; no parameters are read out of it."""
    permit(world, bucket, "s3:PutObject")
    named = {"Bucket": bucket, "Key": "a"}
    link = world.caller("s3").generate_presigned_url("put_object", Params=named)
    assert fetch(link, "PUT", content, Content_Type=kind) == (200, b"")
    kept = world.admin("s3").get_object(**named)
    assert (kept["Body"].read(), kept["ContentType"]) == (content, kind)
    world.caller("s3").put_object(**named, Body=content + b"!", ContentType=kind)
    assert world.admin("s3").get_object(**named)["Body"].read() == content + b"!"


def test_a_link_may_bring_a_header_that_was_not_signed_to_no_effect(world: World, bucket: str) -> None:
    """An x-amz- header that the signature does not cover is refused."""
    permit(world, bucket, "s3:PutObject")
    link = world.caller("s3").generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a"})
    status, _ = fetch(link, "PUT", b"x", x_amz_acl="public-read")
    assert status == 403


def test_a_bucket_may_stand_in_the_host(world: World, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual-hosted and path-style requests are decided alike."""
    found = socket.getaddrinfo

    def to_loopback(host: Any, *arguments: Any, **named: Any) -> Any:
        return found("127.0.0.1" if str(host).endswith(".localhost") else host, *arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", to_loopback)
    permit(world, bucket, "s3:PutObject", "s3:GetObject")
    endpoint = world.cloud.endpoint.replace("127.0.0.1", "localhost")
    for style in ("virtual", "path"):
        s3 = _client(world, endpoint, s3={"addressing_style": style})
        s3.put_object(Bucket=bucket, Key=f"{style}/a b.txt", Body=b"hello")
        host = sent(world)["host"].partition(":")[0]
        assert host == (f"{bucket}.localhost" if style == "virtual" else "localhost")
        assert s3.get_object(Bucket=bucket, Key=f"{style}/a b.txt")["Body"].read() == b"hello"
        assert code(s3.delete_object, Bucket=bucket, Key=f"{style}/a b.txt") == "AccessDenied 403"
        link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": f"{style}/a b.txt"})
        assert fetch(link) == (200, b"hello")


def test_a_denied_head_says_its_status_only(world: World, bucket: str) -> None:
    """A HEAD has no body: boto3 knows 403, and the trail knows why."""
    world.admin("s3").put_object(Bucket=bucket, Key="a", Body=b"hello")
    permit(world, bucket, "s3:PutObject")
    s3 = world.caller("s3")
    assert code(s3.head_object, Bucket=bucket, Key="a") == "403 403"
    *_, event = world.cloud.trail
    assert event.error_code == "AccessDenied"
    assert "s3:GetObject" in event.error_message
    assert code(s3.head_bucket, Bucket=bucket) == "403 403"
    assert code(s3.head_object, Bucket=bucket, Key="none") == "403 403"
    permit(world, bucket, "s3:GetObject")
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 5
    assert code(s3.head_object, Bucket=bucket, Key="none") == "403 403"
