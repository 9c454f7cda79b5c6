"""XML that attacks its reader is refused before it is read."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from iamkit.cloud.federation.saml import check
from iamkit.cloud.federation.xml import BadXml, read_xml, text
from tests.cloud.federation.forge import NOW, ROLES, Saml, identity_provider, refusal

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "it declares a document type"),
        ('<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x"> %b;]><a/>', "it declares a document type"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "it declares a document type"),
        ("<!doctype a><a/>", "it declares a document type"),
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]><a>&l9;</a>', "it declares a document type"),
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]><a b="&l9;"/>', "it declares a document type"),
        ("<a>&undeclared;</a>", "it is not XML"),
        ("<a><?php evil() ?></a>", "it has an entity or a processing instruction"),
        ('<?xml-stylesheet href="http://127.0.0.1:9/x"?><a/>', "it has an entity or a processing instruction"),
        ("<a/><?after?>", "it has an entity or a processing instruction"),
        ('<a xmlns:xi="http://www.w3.org/2001/XInclude"', "it is not XML"),
        ("<a></a><a></a>", "it is not XML"),
        ("", "it is not XML"),
        ("<a>" * 1000 + "</a>" * 1000, "it is not XML"),
        ("<a x='1' x='2'/>", "it is not XML"),
        ("<a>\x00</a>", "it is not XML"),
    ],
)
def test_attack(document: str, why: str) -> None:
    """Document types, entities, instructions and depth without end are refused, with the reason."""
    with pytest.raises(BadXml, match=why):
        read_xml(document.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-7"])
def test_document_type_in_another_encoding(encoding: str) -> None:
    """Writing a document type in another encoding does not hide it."""
    document = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    raw = document.replace("<!", "+ADwAIQ-") if encoding == "utf-7" else document
    with pytest.raises(BadXml):
        read_xml(raw.encode("ascii" if encoding == "utf-7" else encoding))


def test_files_are_not_read(tmp_path: Path) -> None:
    """Neither an entity nor XInclude brings a file in."""
    secret = tmp_path / "secret"
    secret.write_text("wJalrXUtnFEMI")
    document = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret.as_uri()}" parse="text"/></a>'
    assert "".join(read_xml(document.encode()).itertext()) == ""


def test_text_is_whole() -> None:
    """Comments and CDATA do not split a text; elements in it are refused."""
    assert text(read_xml(b"<a>admin<!-- x -->@example.com<![CDATA[.evil]]></a>")) == "admin@example.com.evil"
    with pytest.raises(BadXml, match="a has elements inside"):
        text(read_xml(b"<a>admin<b/>.evil</a>"))


def test_refused_by_the_check() -> None:
    """An attack comes back as STS refuses, not as an error of a parser."""
    document = base64.b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>').decode()
    answer = refusal(lambda: check(document, (Saml(identity_provider().metadata),), NOW))
    assert (answer.code, answer.status, answer.why) == ("InvalidIdentityToken", 400, "it declares a document type")


def test_document_type_around_a_good_response() -> None:
    """A good signature does not excuse a document type."""
    raw = base64.b64decode(identity_provider().assertion("alice", ROLES))
    document = base64.b64encode(b"<!DOCTYPE x>" + raw).decode()
    answer = refusal(lambda: check(document, (Saml(identity_provider().metadata),), NOW))
    assert answer.why == "it declares a document type"
