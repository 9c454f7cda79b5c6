"""AssumeRoleWithSAML: a signed assertion instead of a signature (E23)."""

from __future__ import annotations

import base64
import hashlib
import re

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts.parts import Answer, Asked, Parts
from iamkit.cloud.sts.providers import Assertion, SamlProvider
from iamkit.cloud.sts.role_sessions import Wanted, open_role_session, role_account, seconds_until
from iamkit.cloud.sts.tags import SessionTags, session_tags
from iamkit.cloud.sts.validating import refuse, tag_problems
from iamkit.cloud.sts.web_identities import not_authorized
from iamkit.policy import Caller
from iamkit.policy.variables import ContextValue

_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_NAME = re.compile(r"[a-zA-Z_0-9+=,.@-]{2,64}").fullmatch
_ACTION = "sts:AssumeRoleWithSAML"


def assume_role_with_saml(parts: Parts, asked: Asked) -> Answer:
    """Answer AssumeRoleWithSAML."""
    role_arn, provider_arn = asked.parameters["RoleArn"], asked.parameters["PrincipalArn"]
    account = role_account(role_arn)
    provider = _provider(parts, account, provider_arn)
    assertion = parts.federation.saml(asked.parameters["SAMLAssertion"], provider, asked.now)
    if (role_arn, provider_arn) not in _roles(assertion):
        raise ServiceError("AccessDenied", f"Not authorized to perform {_ACTION}", 403)
    keys = _session_keys(provider_arn, assertion)
    wanted = Wanted(
        Caller.parse(provider_arn),
        role_arn,
        _session_name(assertion),
        _tags(assertion),
        _source_identity(assertion),
        request_keys=keys | _trust_keys(provider_arn, assertion),
        session_keys=keys,
        at_most=seconds_until(asked, assertion.session_not_on_or_after),
    )
    _, answer = open_role_session(parts, asked, wanted, not_authorized)
    return answer | {
        "Subject": assertion.subject,
        "SubjectType": assertion.subject_type,
        "Issuer": assertion.issuer,
        "Audience": assertion.recipient,
        "NameQualifier": _name_qualifier(provider_arn, assertion),
    }


def _provider(parts: Parts, account: str, arn: str) -> SamlProvider:
    for provider in parts.directory.saml_providers(account):
        if provider.arn == arn:
            return provider
    raise ServiceError("InvalidIdentityToken", "Specified provider doesn't exist")


def _session_keys(provider_arn: str, assertion: Assertion) -> dict[str, ContextValue]:
    """Give the keys that the session goes on to have."""
    return {
        "aws:FederatedProvider": provider_arn,
        "saml:namequalifier": _name_qualifier(provider_arn, assertion),
        "saml:sub": assertion.subject,
        "saml:sub_type": assertion.subject_type,
    }


def _trust_keys(provider_arn: str, assertion: Assertion) -> dict[str, ContextValue]:
    """Give the keys that only the trust policy sees; saml:aud is the recipient, not the audience."""
    return {
        "saml:aud": assertion.recipient,
        "saml:iss": assertion.issuer,
        "saml:doc": f"{provider_arn.split(':')[4]}/{_friendly_name(provider_arn)}",
    }


def _name_qualifier(provider_arn: str, assertion: Assertion) -> str:
    text = f"{assertion.issuer}{provider_arn.split(':')[4]}/{_friendly_name(provider_arn)}"
    return base64.b64encode(hashlib.sha1(text.encode()).digest()).decode()


def _friendly_name(provider_arn: str) -> str:
    return provider_arn.rpartition("/")[2]


def _values(assertion: Assertion, name: str) -> tuple[str, ...]:
    return tuple(assertion.attributes.get(_ATTRIBUTES + name, ()))


def _roles(assertion: Assertion) -> set[tuple[str, str]]:
    """Read the pairs of role and provider, which come in either order."""
    pairs = set()
    for value in _values(assertion, "Role"):
        first, _, second = (part.strip() for part in value.partition(","))
        pairs.add((second, first) if ":saml-provider/" in first else (first, second))
    return pairs


def _session_name(assertion: Assertion) -> str:
    name = _single(assertion, "RoleSessionName")
    if name is None:
        raise _invalid("RoleSessionName is required in AuthnResponse")
    if not _NAME(name):
        raise _invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
    return name


def _source_identity(assertion: Assertion) -> str | None:
    value = _single(assertion, "SourceIdentity")
    if value is not None and not _NAME(value):
        raise _invalid('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"')
    return value


def _tags(assertion: Assertion) -> SessionTags:
    start = f"{_ATTRIBUTES}PrincipalTag:"
    names = [name.removeprefix(start) for name in assertion.attributes if name.startswith(start)]
    pairs = [(name, _single(assertion, f"PrincipalTag:{name}") or "") for name in names]
    refuse([*tag_problems({"Key": key, "Value": value} for key, value in pairs)])
    if len(pairs) > 50:
        raise _invalid("More than 50 session tags are in AuthnResponse")
    return session_tags(pairs, _values(assertion, "TransitiveTagKeys"))


def _single(assertion: Assertion, name: str) -> str | None:
    """Take the one value of an attribute; None where it is missing."""
    values = _values(assertion, name)
    if len(values) > 1:
        raise _invalid(f"{name} has more than one value in AuthnResponse")
    return values[0] if values else None


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidIdentityToken", message)
