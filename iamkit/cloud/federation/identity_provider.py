"""A SAML 2.0 identity provider without a web page: metadata and signed responses. For lessons and tests."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree  # type: ignore[import-untyped]
from lxml.builder import ElementMaker  # type: ignore[import-untyped]

from iamkit.cloud.federation.saml import ATTRIBUTES, BEARER, FORMATS, SIGN_IN, SUCCESS
from iamkit.cloud.federation.seeded import seeded_key
from iamkit.cloud.federation.xml import ASSERTION, METADATA, NAMESPACES, PROTOCOL, SIGNATURE

_SAML = ElementMaker(namespace=ASSERTION, nsmap={"saml": ASSERTION})
_SAMLP = ElementMaker(namespace=PROTOCOL, nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
_MD = ElementMaker(namespace=METADATA, nsmap={"md": METADATA, "ds": SIGNATURE})
_DS = ElementMaker(namespace=SIGNATURE, nsmap={"ds": SIGNATURE})
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


@dataclass(frozen=True, slots=True)
class Says:
    """What an identity provider says of a user, beside who that is.

    `roles` are pairs of role ARN and provider ARN. `lifetime` is how long the assertion can be redeemed, `session`
    how long the user stays signed in with the identity provider.
    """

    roles: Sequence[tuple[str, str]]
    session_name: str
    session_duration: timedelta | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: Sequence[str] = ()
    source_identity: str | None = None
    lifetime: timedelta = timedelta(minutes=5)
    session: timedelta | None = None
    name_format: str = "persistent"
    audience: str = SIGN_IN
    recipient: str = SIGN_IN

    def attributes(self) -> dict[str, tuple[str, ...]]:
        """Give AWS's attributes by their full names."""
        own: dict[str, tuple[str, ...]] = {
            "Role": tuple(f"{role},{provider}" for role, provider in self.roles),
            "RoleSessionName": (self.session_name,),
        }
        if self.session_duration is not None:
            own["SessionDuration"] = (str(int(self.session_duration.total_seconds())),)
        own |= {f"PrincipalTag:{key}": (value,) for key, value in self.tags.items()}
        if self.transitive_tag_keys:
            own["TransitiveTagKeys"] = tuple(self.transitive_tag_keys)
        if self.source_identity is not None:
            own["SourceIdentity"] = (self.source_identity,)
        return {ATTRIBUTES + name: values for name, values in own.items()}


class IdentityProvider:
    """Vouch for users in signed SAML responses.

    `clock` gives the time, aware. With a `seed` key, certificate, IDs and signatures are the same in every run.
    """

    def __init__(self, entity_id: str, clock: Callable[[], datetime], *, seed: int | None = None) -> None:
        self.entity_id = entity_id
        self._clock = clock
        self._seed = seed
        self._ids = 0
        self._key = seeded_key(seed, f"identity provider {entity_id}")
        self.certificate = _certificate(self._key, entity_id)

    def __repr__(self) -> str:
        return f"IdentityProvider({self.entity_id})"

    @property
    def metadata(self) -> str:
        """Give the metadata document as IAM's CreateSAMLProvider takes it."""
        der = base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()
        sign_on = [
            _MD.SingleSignOnService(Binding=binding, Location=f"{self.entity_id.rstrip('/')}/sso")
            for binding in (_POST, _REDIRECT)
        ]
        root = _MD.EntityDescriptor(
            _MD.IDPSSODescriptor(
                _MD.KeyDescriptor(_DS.KeyInfo(_DS.X509Data(_DS.X509Certificate(der))), use="signing"),
                *(_MD.NameIDFormat(f"{FORMATS}{name}") for name in ("persistent", "transient")),
                *sign_on,
                protocolSupportEnumeration=PROTOCOL,
                WantAuthnRequestsSigned="false",
            ),
            entityID=self.entity_id,
        )
        return str(etree.tostring(root, encoding="unicode", pretty_print=True))

    def assertion(self, user: str, roles: Iterable[tuple[str, str]], *, sign: str = "assertion", **says: Any) -> str:
        """Vouch for a user: a signed response in base64, as AssumeRoleWithSAML takes it.

        `roles` are pairs of role ARN and provider ARN; `sign` is `assertion`, `response` or `both`; the others are
        those of `Says`, where the session name is the user's unless it is given.
        """
        response = self.response(user, Says(**{"roles": tuple(roles), "session_name": user} | says))
        return encoded(self.signed(response, sign))

    def response(self, user: str, says: Says) -> Any:
        """Write a response, not signed yet, as an lxml element."""
        now = self._clock()
        issued = _time(now)
        assertion = _SAML.Assertion(
            _SAML.Issuer(self.entity_id),
            _subject(user, says, now),
            _SAML.Conditions(
                _SAML.AudienceRestriction(_SAML.Audience(says.audience)),
                NotBefore=issued,
                NotOnOrAfter=_time(now + says.lifetime),
            ),
            _authentication(says, now),
            _SAML.AttributeStatement(
                *(
                    _SAML.Attribute(*(_SAML.AttributeValue(value) for value in values), Name=name)
                    for name, values in says.attributes().items()
                )
            ),
            ID=self._new_id(),
            Version="2.0",
            IssueInstant=issued,
        )
        return _SAMLP.Response(
            _SAML.Issuer(self.entity_id),
            _SAMLP.Status(_SAMLP.StatusCode(Value=SUCCESS)),
            assertion,
            ID=self._new_id(),
            Version="2.0",
            IssueInstant=issued,
            Destination=says.recipient,
        )

    def signed(self, response: Any, sign: str = "assertion") -> Any:
        """Sign the response's assertion, the response, or first the one and then the other."""
        if sign not in ("assertion", "response", "both"):
            raise ValueError(f"unknown part `{sign}`\nhelp: assertion, response or both")
        if sign != "response":
            assertion = response.find("saml:Assertion", NAMESPACES)
            response.replace(assertion, self._with_signature(assertion))
        return response if sign == "assertion" else self._with_signature(response)

    def _with_signature(self, element: Any) -> Any:
        from signxml.algorithms import CanonicalizationMethod
        from signxml.signer import XMLSigner

        # The schema has the signature right after the issuer; signxml puts it where this one is.
        element.insert(1, _DS.Signature(Id="placeholder"))
        signer = XMLSigner(
            signature_algorithm="ecdsa-sha256",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        key: Any = _Repeatable(self._key)
        return signer.sign(
            element, key=key, cert=[self.certificate], reference_uri=f"#{element.get('ID')}", id_attribute="ID"
        )

    def _new_id(self) -> str:
        self._ids += 1
        if self._seed is None:
            return f"_{secrets.token_hex(16)}"
        return "_" + hashlib.sha256(f"{self.entity_id} {self._seed} {self._ids}".encode()).hexdigest()[:32]


class _Repeatable:
    """A private key that signs the same bytes the same way every time (RFC 6979)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.key_size = key.key_size

    def sign(self, data: bytes, signature_algorithm: object) -> bytes:
        """Sign with SHA-256, the algorithm that the signer is set to."""
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def encoded(response: Any) -> str:
    """Write a response in base64."""
    return base64.b64encode(etree.tostring(response)).decode()


def _subject(user: str, says: Says, now: datetime) -> Any:
    confirmation = _SAML.SubjectConfirmationData(NotOnOrAfter=_time(now + says.lifetime), Recipient=says.recipient)
    return _SAML.Subject(
        _SAML.NameID(user, Format=f"{FORMATS}{says.name_format}"),
        _SAML.SubjectConfirmation(confirmation, Method=BEARER),
    )


def _authentication(says: Says, now: datetime) -> Any:
    statement = _SAML.AuthnStatement(_SAML.AuthnContext(_SAML.AuthnContextClassRef(_PASSWORD)), AuthnInstant=_time(now))
    if says.session is not None:
        statement.set("SessionNotOnOrAfter", _time(now + says.session))
    return statement


def _certificate(key: ec.EllipticCurvePrivateKey, entity_id: str) -> x509.Certificate:
    """Sign a certificate for the key with the key itself; IAM reads nothing of it but the key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "identity provider of a lesson")])
    digest = hashlib.sha256(entity_id.encode()).digest()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(digest[:15], "big") | 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 12, 31, tzinfo=UTC))
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
