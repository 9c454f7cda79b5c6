"""Read an answer of ours as a client does, with parsers that know nothing of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from xml.etree import ElementTree

from iamkit.sigv4 import ErrorResponse, Protocol


@dataclass
class Answer:
    """What a client reads in an error."""

    code: str
    message: str
    request_id: str
    fields: dict[str, str] = field(default_factory=dict)


def header_of(response: ErrorResponse, name: str) -> str | None:
    """Find a header, in any letter case; twice would be a mistake."""
    found = [value for own, value in response.headers if own.lower() == name.lower()]
    assert len(found) <= 1, found
    return found[0] if found else None


def local(tag: str) -> str:
    """Drop the namespace of a tag."""
    return tag.rpartition("}")[2]


def read_query(response: ErrorResponse) -> Answer:
    """Read the XML of IAM and STS."""
    root = ElementTree.fromstring(response.body)
    assert local(root.tag) == "ErrorResponse"
    parts = {local(child.tag): child for child in root}
    assert set(parts) == {"Error", "RequestId"}
    fields = {local(child.tag): child.text or "" for child in parts["Error"]}
    assert fields.pop("Type") == "Sender"
    assert set(fields) == {"Code", "Message"}
    return Answer(fields["Code"], fields["Message"], parts["RequestId"].text or "")


def read_ec2(response: ErrorResponse) -> Answer:
    """Read the XML of EC2, which has a list of one error."""
    root = ElementTree.fromstring(response.body)
    assert root.tag == "Response"
    assert [child.tag for child in root] == ["Errors", "RequestID"]
    (error,) = root[0]
    fields = {child.tag: child.text or "" for child in error}
    assert set(fields) == {"Code", "Message"}
    return Answer(fields["Code"], fields["Message"], root[1].text or "")


def read_s3(response: ErrorResponse) -> Answer:
    """Read the XML of S3, where every further field is an element."""
    root = ElementTree.fromstring(response.body)
    assert root.tag == "Error"
    fields = [(child.tag, child.text or "") for child in root]
    assert all(not len(child) for child in root)
    assert len(dict(fields)) == len(fields)
    names = dict(fields)
    assert "HostId" in names
    del names["HostId"]
    return Answer(names.pop("Code"), names.pop("Message"), names.pop("RequestId"), names)


def read_json(response: ErrorResponse) -> Answer:
    """Read the JSON of DynamoDB and its like; the type is after the `#`."""
    content = json.loads(response.body)
    assert set(content) == {"__type", "message"}
    namespace, _, code = content["__type"].rpartition("#")
    assert namespace
    return Answer(code, content["message"], header_of(response, "x-amzn-RequestId") or "")


def read_rest_json(response: ErrorResponse) -> Answer:
    """Read the JSON of Lambda: the code is a header."""
    content = json.loads(response.body)
    code = header_of(response, "x-amzn-ErrorType")
    assert code is not None
    return Answer(code.partition(":")[0], content["message"], header_of(response, "x-amzn-RequestId") or "")


READERS = {
    Protocol.QUERY: read_query,
    Protocol.EC2: read_ec2,
    Protocol.S3: read_s3,
    Protocol.JSON: read_json,
    Protocol.REST_JSON: read_rest_json,
}


def read(protocol: Protocol, response: ErrorResponse) -> Answer:
    """Read an answer of a protocol; what its headers promise must hold."""
    length = header_of(response, "Content-Length")
    assert length is None or int(length) == len(response.body)
    for name, value in response.headers:
        assert not {"\r", "\n", "\0"} & set(name + value), (name, value)
    return READERS[protocol](response)
