"""SAML responses: what is read of a good one, and each way in which one is not good (E23)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree  # type: ignore[import-untyped]
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from iamkit.cloud.federation.identity_provider import IdentityProvider, Says, encoded
from iamkit.cloud.federation.saml import ATTRIBUTES, RolePair, SamlAssertion, check
from iamkit.cloud.federation.xml import NAMESPACES, tag
from tests.cloud.federation.forge import (
    ACCOUNT,
    ENTITY,
    NOW,
    ROLE_ARN,
    ROLES,
    SAML_ARN,
    Refusal,
    Saml,
    identity_provider,
    refusal,
    tree,
)

INVALID = "Your request included an invalid SAML response: "
SIGNATURE = "Response signature invalid"
SAML_1_1 = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
VOUCHES = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"


def checked(assertion: str, after: float = 0, metadata: str | None = None) -> SamlAssertion:
    """Check a response some seconds after it was signed."""
    provider = Saml(identity_provider().metadata if metadata is None else metadata)
    return check(assertion, (provider,), NOW + timedelta(seconds=after))


def changed(change: Callable[[Any], object], sign: str = "both", **says: Any) -> str:
    """Change a response before the identity provider signs it."""
    idp = identity_provider()
    response = idp.response("alice", Says(**{"roles": ROLES, "session_name": "alice"} | says))
    change(response)
    return encoded(idp.signed(response, sign))


def at(path: str) -> Callable[[Any], Any]:
    """Find an element of a response."""

    def find(response: Any) -> Any:
        found = response.find(path, NAMESPACES)
        assert found is not None, path
        return found

    return find


def setting(path: str, name: str, value: str | None) -> Callable[[Any], None]:
    """Set an attribute of an element, or take it away."""

    def change(response: Any) -> None:
        element = at(path)(response)
        element.attrib.pop(name, None)
        if value is not None:
            element.set(name, value)

    return change


def without(path: str) -> Callable[[Any], None]:
    """Take an element away."""

    def change(response: Any) -> None:
        element = at(path)(response)
        element.getparent().remove(element)

    return change


def twice(path: str) -> Callable[[Any], None]:
    """Put an element there twice."""

    def change(response: Any) -> None:
        element = at(path)(response)
        element.addnext(etree.fromstring(etree.tostring(element)))

    return change


def saying(path: str, text: str) -> Callable[[Any], None]:
    """Give an element another text."""

    def change(response: Any) -> None:
        at(path)(response).text = text

    return change


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_good_assertion(sign: str) -> None:
    """All that a good assertion says is there, whichever part is signed."""
    idp = identity_provider()
    read = checked(
        idp.assertion(
            "_alice",
            ROLES,
            sign=sign,
            session_name="alice@example.com",
            session_duration=timedelta(hours=8),
            tags={"Department": "Sales", "Team": "red"},
            transitive_tag_keys=["Team"],
            source_identity="alice",
            session=timedelta(hours=4),
        )
    )
    assert (read.provider, read.issuer, read.subject, read.subject_type) == (SAML_ARN, ENTITY, "_alice", "persistent")
    assert read.recipient == "https://signin.aws.amazon.com/saml"
    assert read.session_not_on_or_after == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert read.roles == (RolePair(ROLE_ARN, SAML_ARN),)
    assert (read.session_name, read.session_duration, read.source_identity) == ("alice@example.com", 28800, "alice")
    assert (read.principal_tags, read.transitive_tag_keys) == ({"Department": "Sales", "Team": "red"}, ("Team",))


def test_name_qualifier() -> None:
    """The hash is of issuer, account and the provider's name, as AWS documents it."""
    read = checked(identity_provider().assertion("alice", ROLES))
    expected = base64.b64encode(hashlib.sha1(f"{ENTITY}{ACCOUNT}/ExampleCorp".encode()).digest()).decode()
    assert read.name_qualifier == expected


def test_roles_in_either_order() -> None:
    """The ARNs of a pair come in either order, with or without spaces."""
    pairs = [f"{SAML_ARN}, {ROLE_ARN}", f" {ROLE_ARN},{SAML_ARN} "]
    roles = [tuple(pair.split(",", 1)) for pair in pairs]
    assert checked(identity_provider().assertion("alice", roles)).roles == (RolePair(ROLE_ARN, SAML_ARN),) * 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "transient"),
        (f"{SAML_1_1}emailAddress", f"{SAML_1_1}emailAddress"),
        (None, f"{SAML_1_1}unspecified"),
    ],
)
def test_subject_type(format: str | None, expected: str) -> None:
    """SAML 2.0's own prefix goes, any other stays."""
    assert checked(changed(setting(".//saml:NameID", "Format", format))).subject_type == expected


@pytest.mark.parametrize("value", ["899", "43201", "1e4", "-900", "", "9000000", "٩٠٠"])
def test_session_duration_out_of_bounds(value: str) -> None:
    """A duration that AWS would not take is none."""
    path = f".//saml:Attribute[@Name='{ATTRIBUTES}SessionDuration']/saml:AttributeValue"
    read = checked(changed(saying(path, value), session_duration=timedelta(hours=1)))
    assert read.session_duration is None


@pytest.mark.parametrize("region", ["us-west-2", "ap-southeast-2", "us-gov-east-1"])
def test_regional_sign_in(region: str) -> None:
    """Regions have sign-in URLs of their own."""
    recipient = f"https://{region}.signin.aws.amazon.com/saml"
    read = checked(identity_provider().assertion("alice", ROLES, recipient=recipient, audience=recipient))
    assert read.recipient == recipient


def test_other_audience_of_aws() -> None:
    """AWS's older name is an audience as well."""
    assert checked(identity_provider().assertion("alice", ROLES, audience="urn:amazon:webservices")).subject == "alice"


@pytest.mark.parametrize("after", [300, 301, 86400])
def test_expired(after: float) -> None:
    """An assertion ends at the moment that it names."""
    answer = refusal(lambda: checked(identity_provider().assertion("alice", ROLES), after))
    why = "Conditions was good until 2026-03-01 12:05:00+00:00"
    assert Refusal("ExpiredTokenException", 400, "Response has expired", why) == answer


def test_redeemed_within_five_minutes() -> None:
    """However long an assertion says that it is good, AWS takes it for five minutes."""
    assertion = identity_provider().assertion("alice", ROLES, lifetime=timedelta(hours=1))
    assert checked(assertion, 299.9).subject == "alice"
    answer = refusal(lambda: checked(assertion, 300))
    assert answer[:3] == ("ExpiredTokenException", 400, "Token must be redeemed within 5 minutes of issuance")


def test_ended_session() -> None:
    """A user whose session with the identity provider is over is not let in."""
    assertion = identity_provider().assertion("alice", ROLES, session=timedelta(minutes=1))
    assert checked(assertion, 59).subject == "alice"
    answer = refusal(lambda: checked(assertion, 60))
    assert answer[:3] == ("ExpiredTokenException", 400, "Response has expired")


_DATA = ".//saml:SubjectConfirmationData"
_AUDIENCE = ".//saml:Audience"
_ASSERTION = "saml:Assertion"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (setting(_ASSERTION, "Version", "1.1"), "Assertion is not of version 2.0"),
        (setting(".", "Version", None), "Response is not of version 2.0"),
        (setting(".", "Destination", "https://evil.example.com/saml"), "its destination is `https://evil"),
        (saying("saml:Issuer", "https://evil.example.com"), "response and assertion have different issuers"),
        (twice("saml:Issuer"), "response and assertion have different issuers"),
        (without("samlp:Status"), "it has no elements samlp:Status/samlp:StatusCode"),
        (twice("samlp:Status"), "it has 2 elements samlp:Status/samlp:StatusCode"),
        (setting(_ASSERTION, "IssueInstant", None), "it is issued in the future, or never"),
        (setting(_ASSERTION, "IssueInstant", "2026-03-01T12:00:01Z"), "it is issued in the future, or never"),
        (setting(_ASSERTION, "IssueInstant", "2026-03-01T12:00:00"), "IssueInstant `2026-03-01T12:00:00` is not a"),
        (setting(_ASSERTION, "IssueInstant", "2026-03-01T13:00:00+01:00"), "IssueInstant `2026-03-01T13:00:00+01:00`"),
        (setting(_ASSERTION, "IssueInstant", "2026-02-30T12:00:00Z"), "IssueInstant `2026-02-30T12:00:00Z` is not"),
        (setting(_ASSERTION, "IssueInstant", "٢٠٢٦-03-01T12:00:00Z"), "IssueInstant `٢٠٢٦-03-01T12:00:00Z` is not"),
        (without(".//saml:Conditions"), "it has no elements saml:Conditions"),
        (twice(".//saml:Conditions"), "it has 2 elements saml:Conditions"),
        (setting(".//saml:Conditions", "NotBefore", "2026-03-01T12:00:01Z"), "its Conditions is not valid before"),
        (setting(_DATA, "NotBefore", "2026-03-01T12:00:01Z"), "its SubjectConfirmationData is not valid before"),
        (setting(_DATA, "NotOnOrAfter", None), "its SubjectConfirmationData has no NotOnOrAfter"),
        (setting(_DATA, "NotOnOrAfter", "never"), "NotOnOrAfter `never` is not a time in UTC"),
        (setting(_DATA, "Recipient", None), "its recipient is ``"),
        (setting(_DATA, "Recipient", "https://evil.example.com/saml"), "its recipient is `https://evil.example.com"),
        (setting(_DATA, "Recipient", "http://signin.aws.amazon.com/saml"), "its recipient is `http://signin"),
        (setting(_DATA, "Recipient", "https://signin.aws.amazon.com/saml/"), "its recipient is `https://signin"),
        (setting(_DATA, "Recipient", "https://evil.signin.aws.amazon.com/saml"), "its recipient is `https://evil"),
        (setting(_DATA, "Recipient", "https://signin.aws.amazon.com/saml\n"), "its recipient is `https://signin"),
        (without(_DATA), "it has no elements saml:SubjectConfirmationData"),
        (without(".//saml:SubjectConfirmation"), "it has no elements saml:Subject/saml:SubjectConfirmation"),
        (twice(".//saml:SubjectConfirmation"), "it has 2 elements saml:Subject/saml:SubjectConfirmation"),
        (setting(".//saml:SubjectConfirmation", "Method", VOUCHES), "its confirmation method is"),
        (without(".//saml:NameID"), "it has no elements saml:Subject/saml:NameID"),
        (twice(".//saml:NameID"), "it has 2 elements saml:Subject/saml:NameID"),
        (without(".//saml:AttributeStatement"), "it has no attribute Role"),
        (setting(f".//saml:Attribute[@Name='{ATTRIBUTES}Role']", "Name", "Role"), "it has no attribute Role"),
        (without("saml:Assertion/saml:Issuer"), "it has no assertion with an issuer"),
        (lambda response: etree.SubElement(at(".//saml:NameID")(response), "b"), "NameID has elements inside"),
        (lambda response: etree.SubElement(at(".//saml:Conditions")(response), tag("saml", "Condition")),
         "it has the unknown condition Condition"),
        (lambda response: etree.SubElement(at(".//saml:Conditions")(response), "OneTimeUse"),
         "it has the unknown condition OneTimeUse"),
    ],
)  # fmt: skip
def test_signed_but_not_good(change: Callable[[Any], object], why: str) -> None:
    """A good signature under something else than AWS needs is not enough."""
    answer = refusal(lambda: checked(changed(change)))
    assert (answer.code, answer.status) == ("InvalidIdentityToken", 400)
    assert answer.why.startswith(why)
    assert answer.message == INVALID + answer.why


@pytest.mark.parametrize(
    ("change", "audiences"),
    [
        (saying(_AUDIENCE, "https://sp.example.com"), "[['https://sp.example.com']]"),
        (saying(_AUDIENCE, ""), "[['']]"),
        (without(_AUDIENCE), "[[]]"),
        (without(".//saml:AudienceRestriction"), "[]"),
        (lambda response: (twice(".//saml:AudienceRestriction")(response), saying(_AUDIENCE, "x")(response)),
         "[['x'], ['https://signin.aws.amazon.com/saml']]"),
    ],
)  # fmt: skip
def test_wrong_audience(change: Callable[[Any], object], audiences: str) -> None:
    """An assertion for another service is refused, in AWS's words; every restriction must be met."""
    message = "Response does not contain the required audience"
    answer = refusal(lambda: checked(changed(change)))
    assert Refusal("InvalidIdentityToken", 400, message, f"its audiences are {audiences}") == answer


def test_authentication_failed() -> None:
    """A response that says that nobody was let in has a code of its own."""
    status = "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"
    answer = refusal(lambda: checked(changed(setting("samlp:Status/samlp:StatusCode", "Value", status))))
    assert (answer.code, answer.status, answer.why) == ("IDPRejectedClaim", 403, f"its status is `{status}`")


@pytest.mark.parametrize("entity", ["https://other.example.com/metadata", f"{ENTITY}/", ENTITY.upper()])
def test_other_issuer(entity: str) -> None:
    """The issuer is the metadata's entity ID, to the letter."""
    answer = refusal(lambda: checked(identity_provider(entity_id=entity).assertion("alice", ROLES)))
    why = f"no provider's metadata is of `{entity}`"
    assert Refusal("InvalidIdentityToken", 400, "Issuer not present in specified provider", why) == answer


def test_provider_is_chosen_by_its_entity_id() -> None:
    """Of several providers the one counts that the issuer names, and its keys alone."""
    first, second = identity_provider(), identity_provider(entity_id="https://second.example.com")
    providers = (Saml(first.metadata), Saml(second.metadata, f"{SAML_ARN}2"))
    assert check(second.assertion("alice", ROLES), providers, NOW).provider == f"{SAML_ARN}2"
    forger = IdentityProvider(second.entity_id, lambda: NOW, seed=7)
    forger._key, forger.certificate = first._key, first.certificate
    assert refusal(lambda: check(forger.assertion("alice", ROLES), providers, NOW)).message == SIGNATURE


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_other_key(sign: str) -> None:
    """A key that is not in the metadata signs nothing, though its certificate comes along."""
    answer = refusal(lambda: checked(identity_provider(seed=8).assertion("alice", ROLES, sign=sign)))
    assert (answer.code, answer.status, answer.message) == ("InvalidIdentityToken", 400, SIGNATURE)
    assert answer.why.endswith("is by none of the metadata's keys")


def test_key_rollover() -> None:
    """Metadata may have several keys, each of which signs; one for encryption does not."""
    old, new = identity_provider(seed=8), identity_provider()
    metadata = etree.fromstring(new.metadata)
    other = etree.fromstring(old.metadata).find(".//md:KeyDescriptor", NAMESPACES)
    metadata.find("md:IDPSSODescriptor", NAMESPACES).insert(0, other)
    both = etree.tostring(metadata, encoding="unicode")
    for idp in (old, new):
        assert checked(idp.assertion("alice", ROLES), metadata=both).subject == "alice"
    encryption = both.replace('use="signing"', 'use="encryption"', 1)
    assert refusal(lambda: checked(old.assertion("alice", ROLES), metadata=encryption)).message == SIGNATURE
    any_use = both.replace(' use="signing"', "", 1)
    assert checked(old.assertion("alice", ROLES), metadata=any_use).subject == "alice"


def test_certificate_may_have_expired() -> None:
    """IAM takes no notice of a certificate's dates."""
    long_after = datetime(2060, 1, 1, tzinfo=UTC)
    idp = IdentityProvider(ENTITY, lambda: long_after, seed=7)
    assert check(idp.assertion("alice", ROLES), (Saml(idp.metadata),), long_after).subject == "alice"


def test_not_signed() -> None:
    """What nobody signed is refused."""
    idp = identity_provider()
    answer = refusal(lambda: checked(encoded(idp.response("alice", Says(ROLES, "alice")))))
    expected = Refusal("InvalidIdentityToken", 400, SIGNATURE, "neither the response nor the assertion is signed")
    assert expected == answer


class _Loose(XMLSigner):
    """A signer that takes SHA-1."""

    def check_deprecated_methods(self) -> None:
        """Let everything pass."""


@pytest.mark.parametrize(
    ("method", "digest", "good"),
    [
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256, True),
        (SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA384, True),
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA256, False),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1, False),
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1, False),
        (SignatureMethod.RSA_SHA224, DigestAlgorithm.SHA256, False),
    ],
)
def test_algorithms(method: SignatureMethod, digest: DigestAlgorithm, good: bool) -> None:
    """SHA-256 and longer is taken, for the signature and for the digest; SHA-1 is not."""
    idp, key = _rsa_provider(2048)
    response = idp.response("alice", Says(ROLES, "alice"))
    signer = _Loose(
        signature_algorithm=method, digest_algorithm=digest, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"
    )
    assertion = response.find("saml:Assertion", NAMESPACES)
    signed = signer.sign(
        assertion, key=key, cert=[idp.certificate], reference_uri=f"#{assertion.get('ID')}", id_attribute="ID"
    )
    response.replace(assertion, signed)
    if good:
        assert checked(encoded(response), metadata=idp.metadata).subject == "alice"
    else:
        answer = refusal(lambda: checked(encoded(response), metadata=idp.metadata))
        assert (answer.message, answer.why) == (
            SIGNATURE,
            "the signature of Assertion is by none of the metadata's keys",
        )


_MORE = "http://www.w3.org/2001/04/xmldsig-more#"


@pytest.mark.parametrize("algorithm", [f"{_MORE}rsa-md5", f"{_MORE}hmac-sha256", "none", ""])
def test_algorithm_named_otherwise(algorithm: str) -> None:
    """A signature under the name of another algorithm, MD5 or a shared secret, is refused."""
    response = tree(identity_provider().assertion("alice", ROLES))
    response.find(".//ds:SignatureMethod", NAMESPACES).set("Algorithm", algorithm)
    assert refusal(lambda: checked(encoded(response))).message == SIGNATURE


def _rsa_provider(bits: int) -> tuple[IdentityProvider, rsa.RSAPrivateKey]:
    """Make an identity provider whose metadata has an RSA key."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509 import CertificateBuilder

    idp, key = identity_provider(), rsa.generate_private_key(public_exponent=65537, key_size=bits)
    old = idp.certificate
    idp.certificate = CertificateBuilder(
        old.issuer, old.subject, key.public_key(), 1, old.not_valid_before_utc, old.not_valid_after_utc
    ).sign(key, hashes.SHA256())
    return idp, key


def test_weak_key_in_metadata() -> None:
    """An RSA key of 1,024 bits is no key."""
    idp, _ = _rsa_provider(1024)
    answer = refusal(lambda: checked(identity_provider().assertion("alice", ROLES), metadata=idp.metadata))
    assert answer.why == "the metadata has no certificate to sign with"


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ("", "it is not XML in UTF-8"),
        ("<a/>", "it is not an EntityDescriptor"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "it declares a document type"),
    ],
)
def test_bad_metadata(metadata: str, why: str) -> None:
    """Metadata that cannot be read trusts nobody."""
    answer = refusal(lambda: checked(identity_provider().assertion("alice", ROLES), metadata=metadata))
    assert (answer.code, answer.message) == ("InvalidIdentityToken", "Could not parse metadata")
    assert why in answer.why


def test_metadata_with_a_broken_certificate() -> None:
    """A certificate that cannot be read is not passed over."""
    metadata = re.sub("<ds:X509Certificate>.{8}", "<ds:X509Certificate>AAAAAAAA", identity_provider().metadata)
    answer = refusal(lambda: checked(identity_provider().assertion("alice", ROLES), metadata=metadata))
    assert answer.why == "a certificate in the metadata cannot be read"


@pytest.mark.parametrize("text", ["%%%", "PHNhbWw", "PHNhbWw+PC9zYW1sPg==!", "é", " "])
def test_not_base64(text: str) -> None:
    """What is not base64 is told so."""
    answer = refusal(lambda: checked(text))
    assert Refusal("InvalidIdentityToken", 400, "Invalid base64 SAMLResponse", "it is not base64") == answer


def test_base64_in_lines() -> None:
    """Base64 may come in lines."""
    assertion = identity_provider().assertion("alice", ROLES)
    lines = "\r\n".join(assertion[at : at + 76] for at in range(0, len(assertion), 76))
    assert checked(lines).subject == "alice"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("EncryptedAssertion", "."),
        ("EncryptedID", ".//saml:Subject"),
        ("EncryptedAttribute", ".//saml:AttributeStatement"),
    ],
)
def test_encryption_is_not_modelled(name: str, what: str) -> None:
    """What is encrypted is not passed over as if it were not there."""
    answer = refusal(lambda: checked(changed(lambda tree: etree.SubElement(at(what)(tree), tag("saml", name)))))
    assert (answer.code, answer.status) == ("NotModelled", 501)
