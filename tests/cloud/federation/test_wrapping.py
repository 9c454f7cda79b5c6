"""Signature wrapping: a signed element is moved out of the way, and a forged one put where it is looked for (E23).

XSW1 to XSW8 are those of "On Breaking SAML: Be Whoever You Want to Be" (Somorovsky et al., USENIX Security 2012). In
all of them mallory wants to be somebody, with a response that was signed for alice.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]

from iamkit.cloud.federation.identity_provider import Says, encoded
from iamkit.cloud.federation.saml import check
from iamkit.cloud.federation.xml import NAMESPACES, tag
from tests.cloud.federation.forge import NOW, ROLES, Saml, identity_provider, refusal, tree

Attack = Callable[[Any], Any]


def signed(sign: str) -> Any:
    """Give a response that is signed for alice."""
    return tree(identity_provider().assertion("alice", ROLES, sign=sign))


def find(element: Any, path: str) -> Any:
    """Find an element."""
    found = element.find(path, NAMESPACES)
    assert found is not None, path
    return found


def cut(element: Any, path: str = "ds:Signature") -> Any:
    """Take an element out and give it."""
    found = find(element, path)
    found.getparent().remove(found)
    return found


def copied(element: Any) -> Any:
    """Copy an element with all that is in it."""
    return copy.deepcopy(element)


def mallorys(element: Any, identifier: str | None = "_forged") -> Any:
    """Copy an element without its signature for mallory; an ID of None stays as it was."""
    forged = copied(element)
    if forged.find("ds:Signature", NAMESPACES) is not None:
        cut(forged)
    find(forged, ".//saml:NameID").text = "mallory"
    if identifier is not None:
        forged.set("ID", identifier)
    return forged


def xsw1(response: Any) -> Any:
    """A forged response, whose signature has the original inside."""
    original, forged = copied(response), mallorys(response)
    signature = cut(original)
    signature.append(original)
    forged.insert(1, signature)
    return forged


def xsw2(response: Any) -> Any:
    """A forged response with the original before the signature."""
    original, forged = copied(response), mallorys(response)
    signature = cut(original)
    forged.insert(1, original)
    forged.insert(2, signature)
    return forged


def xsw3(response: Any) -> Any:
    """A forged assertion before the original."""
    assertion = find(response, "saml:Assertion")
    assertion.addprevious(mallorys(assertion))
    return response


def xsw4(response: Any) -> Any:
    """A forged assertion around the original."""
    assertion = find(response, "saml:Assertion")
    forged = mallorys(assertion)
    response.replace(assertion, forged)
    forged.append(assertion)
    return response


def xsw5(response: Any) -> Any:
    """A forged assertion with the signature, the original at the end."""
    assertion = find(response, "saml:Assertion")
    forged = mallorys(assertion)
    response.replace(assertion, forged)
    forged.insert(1, cut(assertion))
    response.append(assertion)
    return response


def xsw6(response: Any) -> Any:
    """A forged assertion with the signature, which has the original inside."""
    assertion = find(response, "saml:Assertion")
    forged = mallorys(assertion)
    response.replace(assertion, forged)
    signature = cut(assertion)
    forged.insert(1, signature)
    signature.append(assertion)
    return response


def xsw7(response: Any) -> Any:
    """A forged assertion of the same ID in extensions."""
    assertion = find(response, "saml:Assertion")
    extensions = etree.Element(tag("samlp", "Extensions"))
    extensions.append(mallorys(assertion, None))
    response.insert(1, extensions)
    return response


def xsw8(response: Any) -> Any:
    """A forged assertion of the same ID with the signature, in whose object the original is."""
    assertion = find(response, "saml:Assertion")
    forged = mallorys(assertion, None)
    response.replace(assertion, forged)
    signature = cut(assertion)
    forged.insert(1, signature)
    etree.SubElement(signature, tag("ds", "Object")).append(assertion)
    return response


def forged_after(response: Any) -> Any:
    """A forged assertion after the original."""
    assertion = find(response, "saml:Assertion")
    assertion.addnext(mallorys(assertion))
    return response


def same_id(response: Any) -> Any:
    """A forged assertion of the same ID before the original."""
    assertion = find(response, "saml:Assertion")
    assertion.addprevious(mallorys(assertion, None))
    return response


def other_id_attribute(response: Any) -> Any:
    """A forged assertion, and the original's ID once more in an attribute of another name."""
    forged = xsw5(response)
    find(forged, "samlp:Status").set("Id", find(forged, "saml:Assertion[2]").get("ID"))
    return forged


def in_advice(response: Any) -> Any:
    """A forged assertion whose advice is the original, where SAML has assertions inside assertions."""
    assertion = find(response, "saml:Assertion")
    forged = mallorys(assertion)
    response.replace(assertion, forged)
    etree.SubElement(forged, tag("saml", "Advice")).append(assertion)
    return response


def signature_elsewhere(path: str) -> Attack:
    """A forged assertion of the original's ID; the signature is in another element."""

    def attack(response: Any) -> Any:
        assertion = find(response, "saml:Assertion")
        forged = mallorys(assertion, None)
        response.replace(assertion, forged)
        find(response, path).append(cut(assertion))
        return response

    return attack


def response_in_response(response: Any) -> Any:
    """A forged response around the original."""
    forged = mallorys(response)
    cut(forged, "saml:Assertion")
    forged.append(response)
    find(response, ".//saml:NameID").text = "mallory"
    return forged


def changed_in_place(response: Any) -> Any:
    """Another name under the old signature."""
    find(response, ".//saml:NameID").text = "mallory"
    return response


def without_signature(response: Any) -> Any:
    """Another name and no signature."""
    find(response, ".//saml:NameID").text = "mallory"
    for signature in response.findall(".//ds:Signature", NAMESPACES):
        signature.getparent().remove(signature)
    return response


def reference(uri: str | None) -> Attack:
    """A forged assertion; the reference says something else."""

    def attack(response: Any) -> Any:
        find(response, ".//saml:NameID").text = "mallory"
        element = find(response, ".//ds:Reference")
        element.attrib.pop("URI")
        if uri is not None:
            element.set("URI", uri)
        return response

    return attack


def no_id(response: Any) -> Any:
    """A forged assertion without ID; the reference is to the whole document."""
    assertion = find(response, "saml:Assertion")
    del assertion.attrib["ID"]
    return reference("")(response)


def two_references(response: Any) -> Any:
    """A second reference beside the good one."""
    find(response, ".//saml:NameID").text = "mallory"
    element = find(response, ".//ds:Reference")
    element.addprevious(copied(element))
    return response


def two_signed_infos(response: Any) -> Any:
    """A forged digest in a second SignedInfo, of which a verifier may take the wrong one (CVE-2025-29774)."""
    info = find(response, ".//ds:SignedInfo")
    forged = copied(info)
    find(response, ".//saml:NameID").text = "mallory"
    find(forged, ".//ds:DigestValue").text = _digest(response)
    info.addprevious(forged)
    return response


def comment_in_digest(response: Any) -> Any:
    """A forged digest in a comment of the digest (CVE-2025-29775)."""
    find(response, ".//saml:NameID").text = "mallory"
    value = find(response, ".//ds:DigestValue")
    comment = etree.Comment(_digest(response))
    comment.tail, value.text = value.text, None
    value.append(comment)
    return response


def digest_elsewhere(response: Any) -> Any:
    """A forged digest before the real one, where a search finds it first (CVE-2024-45409)."""
    find(response, ".//saml:NameID").text = "mallory"
    detail = etree.SubElement(find(response, "samlp:Status"), tag("samlp", "StatusDetail"))
    etree.SubElement(detail, tag("ds", "DigestValue")).text = _digest(response)
    return response


def transform(algorithm: str) -> Attack:
    """A transform that would cut the forgery out before it is hashed."""

    def attack(response: Any) -> Any:
        find(response, ".//saml:NameID").text = "mallory"
        transforms = find(response, ".//ds:Transforms")
        etree.SubElement(transforms, tag("ds", "Transform"), Algorithm=algorithm)
        return response

    return attack


def two_signatures(response: Any) -> Any:
    """The signature twice."""
    signature = find(response, ".//ds:Signature")
    find(response, ".//saml:NameID").text = "mallory"
    signature.addnext(copied(signature))
    return response


def own_key(response: Any) -> Any:
    """A forgery that mallory signed, with the certificate of the identity provider in it."""
    mallory = identity_provider(seed=666)
    theirs = find(response, ".//ds:X509Certificate").text
    forged = mallory.signed(mallory.response("mallory", Says(ROLES, "mallory")))
    find(forged, ".//ds:X509Certificate").text = theirs
    return forged


def _digest(response: Any) -> str:
    """Compute the digest of the forged assertion, as its signature would have it."""
    assertion = copied(find(response, "saml:Assertion"))
    cut(assertion)
    data = etree.tostring(etree.fromstring(etree.tostring(assertion)), method="c14n", exclusive=True)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


ONE = "a response has one assertion, right below it"
TWICE = "an ID is there twice"
MISPLACED = "a signature is where none belongs"
BAD = "the signature of Assertion is by none of the metadata's keys"
ELSEWHERE = "the signature of Assertion does not refer to it"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"


@pytest.mark.parametrize(
    ("attack", "sign", "why"),
    [
        (xsw1, "response", ONE),
        (xsw2, "response", ONE),
        (xsw3, "assertion", ONE),
        (xsw4, "assertion", ONE),
        (xsw5, "assertion", ONE),
        (xsw6, "assertion", ONE),
        (xsw7, "assertion", ONE),
        (xsw8, "assertion", ONE),
        (xsw1, "both", ONE),
        (xsw3, "both", ONE),
        (xsw8, "both", ONE),
        (forged_after, "assertion", ONE),
        (same_id, "assertion", ONE),
        (other_id_attribute, "assertion", ONE),
        (in_advice, "assertion", ONE),
        (signature_elsewhere(".//saml:Subject"), "assertion", MISPLACED),
        (signature_elsewhere(".//saml:AttributeValue"), "assertion", MISPLACED),
        (signature_elsewhere("samlp:Status"), "assertion", MISPLACED),
        (signature_elsewhere("."), "assertion", "the signature of Response does not refer to it"),
        (changed_in_place, "assertion", BAD),
        (changed_in_place, "both", "the signature of Response is by none of the metadata's keys"),
        (without_signature, "both", "neither the response nor the assertion is signed"),
        (reference(""), "assertion", ELSEWHERE),
        (reference("#_other"), "assertion", ELSEWHERE),
        (reference("#xpointer(/)"), "assertion", ELSEWHERE),
        (reference("http://127.0.0.1:9/evil"), "assertion", ELSEWHERE),
        (reference(None), "assertion", ELSEWHERE),
        (no_id, "assertion", ELSEWHERE),
        (two_references, "assertion", ELSEWHERE),
        (two_signed_infos, "assertion", ELSEWHERE),
        (comment_in_digest, "assertion", BAD),
        (digest_elsewhere, "assertion", BAD),
        (transform(XPATH), "assertion", f"'{XPATH}'] are not those of SAML"),
        (transform(XSLT), "assertion", f"'{XSLT}'] are not those of SAML"),
        (transform("http://www.w3.org/2000/09/xmldsig#base64"), "assertion", "#base64'] are not those of SAML"),
        (transform("http://www.w3.org/2001/10/xml-exc-c14n#WithComments"), "assertion", "are not those of SAML"),
        (two_signatures, "assertion", "Assertion has 2 signatures"),
        (own_key, "assertion", BAD),
    ],
)
def test_attack(attack: Attack, sign: str, why: str) -> None:
    """Mallory is never let in, and it is known why."""
    forged = etree.fromstring(etree.tostring(attack(signed(sign))))
    assert any(each.text == "mallory" for each in forged.iter(tag("saml", "NameID")))
    answer = refusal(lambda: check(encoded(forged), (Saml(identity_provider().metadata),), NOW))
    assert (answer.code, answer.status, answer.message) == ("InvalidIdentityToken", 400, "Response signature invalid")
    assert why in answer.why


def test_response_in_a_response() -> None:
    """A response around a response has no assertion of its own to read."""
    forged = response_in_response(signed("response"))
    answer = refusal(lambda: check(encoded(forged), (Saml(identity_provider().metadata),), NOW))
    assert (answer.code, answer.status) == ("InvalidIdentityToken", 400)
    assert "it has no assertion with an issuer" in answer.message


def test_same_id_elsewhere() -> None:
    """An ID that two elements have is nobody's, whatever the attribute is called and whatever the elements are."""
    for name in ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", "{urn:x}ID"):
        response = signed("assertion")
        find(response, "samlp:Status").set(name, find(response, "saml:Assertion").get("ID"))
        assert refusal(lambda r=response: check(encoded(r), (Saml(identity_provider().metadata),), NOW)).why == TWICE  # type: ignore[misc]


def test_object_in_a_signature() -> None:
    """A signature has nothing in it that it could sign."""
    response = signed("assertion")
    etree.SubElement(find(response, ".//ds:Signature"), tag("ds", "Object"))
    answer = refusal(lambda: check(encoded(response), (Saml(identity_provider().metadata),), NOW))
    assert answer.why == "a signature has something inside that it may sign"


@pytest.mark.parametrize("sign", ["assertion", "response"])
@pytest.mark.parametrize(
    "path", [".//saml:NameID", ".//saml:AttributeValue", ".//saml:Assertion/saml:Issuer", ".//saml:Audience"]
)
def test_comment_does_not_split_a_text(sign: str, path: str) -> None:
    """A comment, which the signature does not cover, changes nothing of what is read (CVE-2017-11427)."""
    metadata = Saml(identity_provider().metadata)
    response = signed(sign)
    expected = check(encoded(response), (metadata,), NOW)
    element = find(response, path)
    comment = etree.Comment("evil")
    comment.tail, element.text = element.text[3:], element.text[:3]
    element.append(comment)
    assert b"<!--evil-->" in etree.tostring(response)
    assert check(encoded(response), (metadata,), NOW) == expected


@pytest.mark.parametrize("path", [".//saml:NameID", "."])
def test_instruction_is_refused(path: str) -> None:
    """A processing instruction is refused, signed or not."""
    idp = identity_provider()
    response = idp.response("alice.evil", Says(ROLES, "alice"))
    find(response, path).append(etree.ProcessingInstruction("evil"))
    answer = refusal(lambda: check(encoded(idp.signed(response)), (Saml(idp.metadata),), NOW))
    assert answer.why == "it has an entity or a processing instruction"


def test_unsigned_attributes_beside_a_signed_assertion() -> None:
    """What is in the response but not in the signed assertion is not read."""
    response = signed("assertion")
    statement = copied(find(response, ".//saml:AttributeStatement"))
    find(statement, ".//saml:AttributeValue").text = "arn:aws:iam::111122223333:role/admin"
    response.append(statement)
    read = check(encoded(response), (Saml(identity_provider().metadata),), NOW)
    assert [pair.role for pair in read.roles] == [ROLES[0][0]]


def test_envelope_of_a_signed_assertion_can_only_harm() -> None:
    """The status of an unsigned response is heeded, so that a failure cannot pass for a success."""
    response = signed("assertion")
    find(response, "samlp:Status/samlp:StatusCode").set("Value", "urn:oasis:names:tc:SAML:2.0:status:Requester")
    answer = refusal(lambda: check(encoded(response), (Saml(identity_provider().metadata),), NOW))
    assert (answer.code, answer.status) == ("IDPRejectedClaim", 403)
