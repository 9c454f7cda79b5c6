"""Whatever is moved, copied or changed in a signed response: nobody but alice comes out of it (E23)."""

from __future__ import annotations

import base64
import copy
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.federation.identity_provider import encoded
from iamkit.cloud.federation.saml import SamlAssertion, check
from iamkit.cloud.federation.xml import NAMESPACES, tag
from tests.cloud.federation.forge import NOW, ROLES, Saml, identity_provider, tree

_PROVIDER = Saml(identity_provider().metadata)
_SIGNED = {
    sign: identity_provider().assertion("alice", ROLES, sign=sign, tags={"team": "red"})
    for sign in ("assertion", "response", "both")
}
_EXPECTED = check(_SIGNED["assertion"], (_PROVIDER,), NOW)
_SIGNS = st.sampled_from(sorted(_SIGNED))
_MANY = settings(derandomize=True, max_examples=400, deadline=None)


def outcome(assertion: str) -> SamlAssertion | str:
    """Check a response that may be good or not; gives what is read, or the code of the refusal."""
    try:
        return check(assertion, (_PROVIDER,), NOW)
    except ServiceError as error:
        return error.code


def place(data: st.DataObject, response: Any, element: Any) -> None:
    """Put an element anywhere in a response."""
    parents = [each for each in response.iter("*") if each is not element and element not in each.iterancestors()]
    parent = data.draw(st.sampled_from(parents))
    parent.insert(data.draw(st.integers(0, len(parent))), element)


@_MANY
@given(_SIGNS, st.data())
def test_any_element_moved(sign: str, data: st.DataObject) -> None:
    """An element that is moved anywhere leaves a response that is refused, or that says the same."""
    response = tree(_SIGNED[sign])
    element = data.draw(st.sampled_from([*response.iter("*")][1:]))
    element.tail = None
    place(data, response, element)
    assert outcome(encoded(response)) in (_EXPECTED, "InvalidIdentityToken", "NotModelled")


@_MANY
@given(_SIGNS, st.booleans(), st.booleans(), st.data())
def test_forged_assertion_anywhere(sign: str, same_id: bool, with_signature: bool, data: st.DataObject) -> None:
    """A forged assertion, and the original, anywhere in the document never make mallory of alice."""
    response = tree(_SIGNED[sign])
    original = response.find("saml:Assertion", NAMESPACES)
    forged = copy.deepcopy(original)
    forged.find(".//saml:NameID", NAMESPACES).text = "mallory"
    signature = forged.find("ds:Signature", NAMESPACES)
    if signature is not None and not with_signature:
        forged.remove(signature)
    if not same_id:
        forged.set("ID", "_forged")
    if data.draw(st.booleans()):
        response.replace(original, forged)
        if data.draw(st.booleans()):
            place(data, response, original)
    else:
        place(data, response, forged)
        if data.draw(st.booleans()):
            place(data, response, original)
    assert outcome(encoded(response)) in (_EXPECTED, "InvalidIdentityToken")


@_MANY
@given(_SIGNS, st.data())
def test_any_text_or_attribute_changed(sign: str, data: st.DataObject) -> None:
    """A text or an attribute of the signed part that is changed is refused."""
    response = tree(_SIGNED[sign])
    signed = response if sign != "assertion" else response.find("saml:Assertion", NAMESPACES)
    key_info = {each for info in response.iter(tag("ds", "KeyInfo")) for each in info.iter("*")}
    element = data.draw(st.sampled_from([each for each in signed.iter("*") if each not in key_info]))
    other = data.draw(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=5))
    if element.attrib and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(element.attrib)))
        assume(element.get(name) != other)
        element.set(name, other)
    else:
        assume((element.text or "") != other)
        element.text = other
    assert isinstance(outcome(encoded(response)), str)


@_MANY
@given(_SIGNS, st.integers(0, 100_000), st.integers(1, 255))
def test_any_byte_changed(sign: str, position: int, flip: int) -> None:
    """A byte of the document that is changed leaves a response that is refused, or that says the same."""
    raw = bytearray(base64.b64decode(_SIGNED[sign]))
    raw[position % len(raw)] ^= flip
    codes = {"InvalidIdentityToken", "ExpiredTokenException", "IDPRejectedClaim"}
    result = outcome(base64.b64encode(bytes(raw)).decode())
    assert result == _EXPECTED or result in codes


@_MANY
@given(_SIGNS, st.data())
def test_any_element_removed_or_repeated(sign: str, data: st.DataObject) -> None:
    """An element that is gone, or there twice, leaves a response that is refused, or that says the same."""
    response = tree(_SIGNED[sign])
    element = data.draw(st.sampled_from([*response.iter("*")][1:]))
    if data.draw(st.booleans()):
        element.addnext(copy.deepcopy(element))
    else:
        element.getparent().remove(element)
    assert outcome(encoded(response)) in (_EXPECTED, "InvalidIdentityToken")


@_MANY
@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    """Whatever is sent is refused with a code of STS."""
    assert outcome(base64.b64encode(raw).decode()) == "InvalidIdentityToken"
    assert outcome(base64.b64encode(b"<a>" + raw + b"</a>").decode()) == "InvalidIdentityToken"


def test_expected_is_alice() -> None:
    """What the properties compare with is what was signed, whichever part was."""
    assert _EXPECTED.subject == "alice"
    assert {sign: outcome(assertion) for sign, assertion in _SIGNED.items()} == dict.fromkeys(_SIGNED, _EXPECTED)
    assert etree.tostring(tree(_SIGNED["both"])).count(b"SignatureValue>") == 4
