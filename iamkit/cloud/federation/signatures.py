"""Find out what a SAML response's signatures cover, and give that and nothing else (E23).

Signature wrapping moves a signed element out of the way and puts a forged one where it is looked for. Two things stop
it: the shape of the whole document is fixed, and what is read afterwards is made anew from the bytes that were signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit.cloud.federation.xml import SIGNATURE, BadXml, local_name, parser, tag

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_ENVELOPED = f"{SIGNATURE}enveloped-signature"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TRANSFORMS = frozenset({_ENVELOPED, _EXCLUSIVE})
_METHODS = ("RSA_SHA256", "RSA_SHA384", "RSA_SHA512", "ECDSA_SHA256", "ECDSA_SHA384", "ECDSA_SHA512")
_DIGESTS = ("SHA256", "SHA384", "SHA512")
LEAST_RSA_BITS = 2048


class BadSignature(ValueError):
    """Nothing in the document is signed as it must be."""


@dataclass(frozen=True, slots=True)
class Signed:
    """The assertion as it was signed, read again from the signed bytes; `response` too where that was signed."""

    assertion: Any
    response: Any | None


def signed_parts(response: Any, certificates: Iterable[Certificate]) -> Signed:
    """Verify every signature of a response; BadSignature where one is not good, or there is none."""
    trusted = tuple(certificates)
    assertion = _only_assertion(response)
    _check_shape(response, assertion)
    whole = _verified(response, trusted)
    own = _verified(assertion, trusted)
    if own is None and whole is None:
        raise BadSignature("neither the response nor the assertion is signed")
    if own is None:
        own = _only_assertion(whole)
    return Signed(own, whole)


def _only_assertion(response: Any) -> Any:
    if response.tag != tag("samlp", "Response"):
        raise BadSignature("the document is not a SAML response")
    # Wherever else an assertion is, it is there to be taken for the other one.
    found = list(response.iter(tag("saml", "Assertion")))
    if len(found) != 1 or found[0].getparent() is not response:
        raise BadSignature("a response has one assertion, right below it")
    return found[0]


def _check_shape(response: Any, assertion: Any) -> None:
    """Refuse a document in which an ID or a signature could be taken for another."""
    names = Counter(
        value
        for element in response.iter("*")
        for name, value in element.attrib.items()
        if name.rpartition("}")[2].lower() == "id"
    )
    if any(count > 1 for count in names.values()):
        raise BadSignature("an ID is there twice")
    for signature in response.iter(tag("ds", "Signature")):
        if signature.getparent() is not response and signature.getparent() is not assertion:
            raise BadSignature("a signature is where none belongs")
        if signature.find(tag("ds", "Object")) is not None:
            raise BadSignature("a signature has something inside that it may sign")
    for name in ("Response", "LogoutResponse", "ArtifactResponse"):
        if any(each is not response for each in response.iter(tag("samlp", name))):
            raise BadSignature("a response is inside a response")


def _verified(element: Any, certificates: tuple[Certificate, ...]) -> Any | None:
    """Give an element as it was signed by the signature right below it; None where it has none."""
    found = element.findall(tag("ds", "Signature"))
    if not found:
        return None
    if len(found) > 1:
        raise BadSignature(f"{local_name(element)} has {len(found)} signatures")
    _check_reference(element, found[0])
    for certificate in certificates:
        signed = _signed_by(element, certificate)
        if signed is None:
            continue
        if (signed.tag, signed.get("ID")) != (element.tag, element.get("ID")):
            raise BadSignature("the signature covers another element")
        return signed
    raise BadSignature(f"the signature of {local_name(element)} is by none of the metadata's keys")


def _check_reference(element: Any, signature: Any) -> None:
    """Demand one reference, to the element around the signature, with the transforms that SAML allows."""
    identifier = element.get("ID")
    references = signature.findall(f"{tag('ds', 'SignedInfo')}/{tag('ds', 'Reference')}")
    if not identifier or [each.get("URI") for each in references] != [f"#{identifier}"]:
        raise BadSignature(f"the signature of {local_name(element)} does not refer to it")
    transforms = [each.get("Algorithm") for each in references[0].iter(tag("ds", "Transform"))]
    if not set(transforms) <= _TRANSFORMS or len(transforms) != len(set(transforms)) or _ENVELOPED not in transforms:
        raise BadSignature(f"the transforms {transforms} are not those of SAML")


def _signed_by(element: Any, certificate: Certificate) -> Any | None:
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    expected = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(SignatureMethod[name] for name in _METHODS),
        digest_algorithms=frozenset(DigestAlgorithm[name] for name in _DIGESTS),
        # IAM takes no notice of when a certificate of the metadata expires.
        verification_time=certificate.not_valid_before_utc,
        default_reference_c14n_method=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    try:
        result = XMLVerifier().verify(
            element, x509_cert=certificate, expect_config=expected, parser=parser(), id_attribute="ID"
        )
    except Exception:  # Whatever goes wrong on the way: it is not verified.
        return None
    return result.signed_xml  # type: ignore[union-attr]


def certificates_of(metadata: Any) -> tuple[Certificate, ...]:
    """Read the certificates that an identity provider's metadata signs with; BadXml where none can be read."""
    import base64

    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509 import load_der_x509_certificate

    found = []
    for descriptor in metadata.iterfind(f"{tag('md', 'IDPSSODescriptor')}/{tag('md', 'KeyDescriptor')}"):
        if descriptor.get("use", "signing") != "signing":
            continue
        for each in descriptor.iter(tag("ds", "X509Certificate")):
            try:
                certificate = load_der_x509_certificate(base64.b64decode(each.text or ""))
                key = certificate.public_key()
            except ValueError:
                raise BadXml("a certificate in the metadata cannot be read") from None
            if not isinstance(key, rsa.RSAPublicKey) or key.key_size >= LEAST_RSA_BITS:
                found.append(certificate)
    if not found:
        raise BadXml("the metadata has no certificate to sign with")
    return tuple(found)
