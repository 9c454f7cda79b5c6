"""Check the responses of SAML 2.0 identity providers, and read what their signature covers (E23)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol, runtime_checkable

from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.cloud.federation.refusing import expired, invalid, rejected
from iamkit.cloud.federation.signatures import BadSignature, Signed, certificates_of, signed_parts
from iamkit.cloud.federation.xml import NAMESPACES, BadXml, local_name, one, read_xml, tag, text

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
MOST_CHARACTERS = 100_000
REDEEMED_WITHIN = timedelta(minutes=5)
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
FORMATS = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
SIGN_IN = "https://signin.aws.amazon.com/saml"
_SIGN_IN = re.compile(r"https://([a-z]{2}(-[a-z]+)+-\d\.)?signin\.aws\.amazon\.com/saml").fullmatch
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII).fullmatch
_CONDITIONS = frozenset({"AudienceRestriction", "OneTimeUse", "ProxyRestriction"})
_ENCRYPTED = ("EncryptedAssertion", "EncryptedID", "EncryptedAttribute")


@runtime_checkable
class SamlProvider(Protocol):
    """An identity provider as IAM keeps it; `metadata` is XML."""

    @property
    def arn(self) -> str: ...
    @property
    def metadata(self) -> str: ...


class RolePair(NamedTuple):
    """A role that the assertion offers, and the provider that it is offered through."""

    role: str
    provider: str


@dataclass(frozen=True, slots=True)
class SamlAssertion:
    """What an assertion says, after all checks.

    `subject_type` is the NameID's format without SAML 2.0's prefix, `recipient` the sign-in URL that it was meant for
    (`saml:aud`). `attributes` have AWS's full names, such as `https://aws.amazon.com/SAML/Attributes/Role`.
    """

    provider: str
    issuer: str
    subject: str
    subject_type: str
    recipient: str
    session_not_on_or_after: datetime | None
    attributes: Mapping[str, tuple[str, ...]] = field(repr=False)

    @property
    def roles(self) -> tuple[RolePair, ...]:
        """List the roles that are offered; the ARNs of a pair come in either order."""
        pairs = []
        for value in self.values("Role"):
            first, _, second = (part.strip() for part in value.partition(","))
            pairs.append(RolePair(second, first) if ":saml-provider/" in first else RolePair(first, second))
        return tuple(pairs)

    @property
    def session_name(self) -> str | None:
        """Give the role session name."""
        return self._single("RoleSessionName")

    @property
    def session_duration(self) -> int | None:
        """Give the seconds that a console session lasts, 900 to 43,200."""
        value = self._single("SessionDuration")
        if value is None or not re.fullmatch("[0-9]{3,5}", value) or not 900 <= int(value) <= 43200:
            return None
        return int(value)

    @property
    def principal_tags(self) -> dict[str, str]:
        """Give the session tags; only those with one value."""
        start = f"{ATTRIBUTES}PrincipalTag:"
        named = {name.removeprefix(start): each for name, each in self.attributes.items() if name.startswith(start)}
        return {name: each[0] for name, each in named.items() if len(each) == 1}

    @property
    def transitive_tag_keys(self) -> tuple[str, ...]:
        """Name the session tags that go on when roles are chained."""
        return self.values("TransitiveTagKeys")

    @property
    def source_identity(self) -> str | None:
        """Give the source identity, if there is one."""
        return self._single("SourceIdentity")

    @property
    def name_qualifier(self) -> str:
        """Give `saml:namequalifier`, a hash of issuer, account and the provider's name."""
        parts = self.provider.split(":", 5)
        named = f"{self.issuer}{parts[4]}/{parts[5].rpartition('/')[2]}"
        # SHA-1 is what AWS documents; it identifies and protects nothing.
        return base64.b64encode(hashlib.sha1(named.encode(), usedforsecurity=False).digest()).decode()

    def values(self, name: str) -> tuple[str, ...]:
        """Give the values of one of AWS's attributes."""
        return tuple(self.attributes.get(ATTRIBUTES + name, ()))

    def _single(self, name: str) -> str | None:
        values = self.values(name)
        return values[0] if len(values) == 1 else None


def check(assertion_base64: str, providers: Sequence[SamlProvider], now: datetime) -> SamlAssertion:
    """Check a response, in base64, against the metadata of providers; raises ServiceError with STS's codes (E23)."""
    response = _read(assertion_base64)
    for name in _ENCRYPTED:
        if response.find(f".//{tag('saml', name)}") is not None:
            raise NotModelled(f"SAML's {name}", "let the identity provider sign and not encrypt")
    try:
        provider, signed = _signed(response, providers)
        return _checked(response, signed, provider, now)
    except BadXml as error:
        raise _invalid(str(error)) from None


def _read(assertion_base64: str) -> Any:
    if len(assertion_base64) > MOST_CHARACTERS:
        raise _invalid(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        # Clients break the lines of base64 or do not; nothing else may be in it.
        raw = base64.b64decode(re.sub(r"[\r\n]", "", assertion_base64), validate=True)
    except (binascii.Error, ValueError):
        raise invalid("Invalid base64 SAMLResponse", "it is not base64") from None
    try:
        return read_xml(raw)
    except BadXml as error:
        raise _invalid(str(error)) from None


def _signed(response: Any, providers: Sequence[SamlProvider]) -> tuple[SamlProvider, Signed]:
    """Find the provider whose metadata has the issuer's name, and verify with its keys."""
    issuer = _claimed_issuer(response)
    problem = invalid("Issuer not present in specified provider", f"no provider's metadata is of `{issuer}`")
    for provider in providers:
        metadata = _metadata(provider)
        if metadata.get("entityID") != issuer:
            continue
        try:
            signed = signed_parts(response, certificates_of(metadata))
            if text(one(signed.assertion, "saml:Issuer")) != issuer:
                raise BadSignature("the signed assertion has another issuer")
            return provider, signed
        except BadSignature as error:
            problem = invalid("Response signature invalid", str(error))
    raise problem


def _claimed_issuer(response: Any) -> str:
    """Read who the document says it is from; only used to choose a provider."""
    found = response.find(f"{tag('saml', 'Assertion')}/{tag('saml', 'Issuer')}")
    if found is None:
        raise BadXml("it has no assertion with an issuer")
    return text(found)


def _metadata(provider: SamlProvider) -> Any:
    try:
        metadata = read_xml(provider.metadata.encode())
        if metadata.tag != tag("md", "EntityDescriptor"):
            raise BadXml("it is not an EntityDescriptor")
    except BadXml as error:
        raise invalid("Could not parse metadata", f"the metadata of {provider.arn}: {error}") from None
    return metadata


def _checked(response: Any, signed: Signed, provider: SamlProvider, now: datetime) -> SamlAssertion:
    """Check what the signed part says; the envelope, if it is not signed, can only make things worse."""
    assertion = signed.assertion
    _check_envelope(response if signed.response is None else signed.response, assertion)
    _check_conditions(one(assertion, "saml:Conditions"), now)
    name = one(assertion, "saml:Subject/saml:NameID")
    return SamlAssertion(
        provider.arn,
        text(one(assertion, "saml:Issuer")),
        text(name),
        name.get("Format", UNSPECIFIED).removeprefix(FORMATS),
        _check_confirmation(assertion, now),
        _session_end(assertion, now),
        _attributes(assertion),
    )


def _check_envelope(response: Any, assertion: Any) -> None:
    for element in (response, assertion):
        if element.get("Version") != "2.0":
            raise BadXml(f"{local_name(element)} is not of version 2.0")
    status = one(response, "samlp:Status/samlp:StatusCode").get("Value")
    if status != SUCCESS:
        raise rejected("The identity provider reported that authentication failed", f"its status is `{status}`")
    issuers = [text(each) for each in response.findall("saml:Issuer", NAMESPACES)]
    if issuers not in ([], [text(one(assertion, "saml:Issuer"))]):
        raise BadXml("response and assertion have different issuers")
    destination = response.get("Destination")
    if destination is not None and not _SIGN_IN(destination):
        raise BadXml(f"its destination is `{destination}`")


def _check_conditions(conditions: Any, now: datetime) -> None:
    _check_window(conditions, now)
    for condition in conditions.iterchildren("*"):
        if condition.tag not in {tag("saml", name) for name in _CONDITIONS}:
            raise BadXml(f"it has the unknown condition {local_name(condition)}")
    restrictions = conditions.findall("saml:AudienceRestriction", NAMESPACES)
    audiences = [[text(each) for each in one.findall("saml:Audience", NAMESPACES)] for one in restrictions]
    # Of each restriction one audience must fit.
    if not audiences or not all(any(_is_audience(each) for each in among) for among in audiences):
        raise invalid("Response does not contain the required audience", f"its audiences are {audiences}")


def _is_audience(value: str) -> bool:
    return value == "urn:amazon:webservices" or _SIGN_IN(value) is not None


def _check_confirmation(assertion: Any, now: datetime) -> str:
    """Check who may bring the assertion, where to and until when; gives the recipient."""
    issued = _time(assertion, "IssueInstant")
    if issued is None or issued > now:
        raise BadXml("it is issued in the future, or never")
    confirmation = one(assertion, "saml:Subject/saml:SubjectConfirmation")
    if confirmation.get("Method") != BEARER:
        raise BadXml(f"its confirmation method is `{confirmation.get('Method')}`")
    data = one(confirmation, "saml:SubjectConfirmationData")
    if data.get("NotOnOrAfter") is None:
        raise BadXml("its SubjectConfirmationData has no NotOnOrAfter")
    _check_window(data, now)
    if now >= issued + REDEEMED_WITHIN:
        raise expired("Token must be redeemed within 5 minutes of issuance", f"it was issued at {issued}")
    recipient = data.get("Recipient", "")
    if not _SIGN_IN(recipient):
        raise BadXml(f"its recipient is `{recipient}`")
    return str(recipient)


def _check_window(element: Any, now: datetime) -> None:
    begin, end = _time(element, "NotBefore"), _time(element, "NotOnOrAfter")
    if end is not None and now >= end:
        raise expired("Response has expired", f"{local_name(element)} was good until {end}")
    if begin is not None and now < begin:
        raise BadXml(f"its {local_name(element)} is not valid before {begin}")


def _session_end(assertion: Any, now: datetime) -> datetime | None:
    """Find when the user's session with the identity provider ends, the earliest where there are several."""
    statements = assertion.findall("saml:AuthnStatement", NAMESPACES)
    ends = [end for each in statements if (end := _time(each, "SessionNotOnOrAfter")) is not None]
    if ends and min(ends) <= now:
        raise expired("Response has expired", f"the user's session ended at {min(ends)}")
    return min(ends, default=None)


def _attributes(assertion: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.findall("saml:AttributeStatement/saml:Attribute", NAMESPACES):
        name = attribute.get("Name", "")
        values = tuple(text(each) for each in attribute.findall("saml:AttributeValue", NAMESPACES))
        found[name] = (*found.get(name, ()), *values)
    if f"{ATTRIBUTES}Role" not in found:
        raise BadXml("it has no attribute Role")
    return found


def _time(element: Any, name: str) -> datetime | None:
    value = element.get(name)
    if value is None:
        return None
    try:
        if _TIME(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise BadXml(f"{name} `{value}` is not a time in UTC")


def _invalid(why: str) -> ServiceError:
    return invalid(f"Your request included an invalid SAML response: {why}", why)
