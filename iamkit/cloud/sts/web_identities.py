"""AssumeRoleWithWebIdentity: a token of an identity provider for OpenID Connect instead of a signature (E22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.cloud.sts.parts import Answer, Asked, Parts
from iamkit.cloud.sts.providers import Claims, OidcProvider, issuer_named_in, without_scheme
from iamkit.cloud.sts.role_sessions import Wanted, open_role_session, role_account
from iamkit.cloud.sts.tags import SessionTags, session_tags
from iamkit.cloud.sts.validating import PARAMETERS, refuse, tag_problems, text_problems
from iamkit.evaluation import Evaluation
from iamkit.policy import Caller
from iamkit.policy.variables import ContextValue

_TAGS = "https://aws.amazon.com/tags"
_SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"


def assume_role_with_web_identity(parts: Parts, asked: Asked) -> Answer:
    """Answer AssumeRoleWithWebIdentity."""
    if asked.parameters.get("ProviderId"):
        raise NotModelled("OAuth 2.0 access tokens (`ProviderId`)", "pass an OpenID Connect ID token")
    account = role_account(asked.parameters["RoleArn"])
    token = asked.parameters["WebIdentityToken"]
    provider = _provider(parts, account, issuer_named_in(token))
    claims = parts.federation.web_identity(token, provider, asked.now)
    keys = _keys(provider, claims)
    wanted = Wanted(
        Caller.parse(provider.arn),
        asked.parameters["RoleArn"],
        asked.parameters["RoleSessionName"],
        _tags(claims.values),
        _source_identity(claims.values),
        request_keys=keys,
        session_keys=keys,
    )
    _, answer = open_role_session(parts, asked, wanted, not_authorized)
    return answer | {
        "SubjectFromWebIdentityToken": claims.subject,
        "Audience": claims.audience,
        "Provider": provider.arn,
    }


def not_authorized(evaluation: Evaluation) -> ServiceError:
    """Deny as AWS does where the caller is nobody that it knows."""
    return ServiceError("AccessDenied", f"Not authorized to perform {evaluation.request.action}", 403)


def _provider(parts: Parts, account: str, issuer: str) -> OidcProvider:
    for provider in parts.directory.oidc_providers(account):
        if without_scheme(provider.url) == without_scheme(issuer):
            return provider
    raise ServiceError("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {issuer}")


def _keys(provider: OidcProvider, claims: Claims) -> dict[str, ContextValue]:
    """Give the keys that the provider's claims become; an authorized party is the audience that counts."""
    name = without_scheme(provider.url)
    keys: dict[str, ContextValue] = {
        "aws:FederatedProvider": provider.arn,
        f"{name}:sub": claims.subject,
        f"{name}:aud": claims.audience,
    }
    authorized = claims.values.get("azp")
    if isinstance(authorized, str) and authorized:
        keys |= {f"{name}:aud": authorized, f"{name}:oaud": claims.audience}
    methods = claims.values.get("amr")
    if isinstance(methods, list) and all(isinstance(method, str) for method in methods):
        keys[f"{name}:amr"] = tuple(methods)
    return keys


def _tags(claims: Mapping[str, Any]) -> SessionTags:
    """Read session tags, which come in one claim or in a claim for each."""
    nested = claims.get(_TAGS, {})
    if not isinstance(nested, Mapping):
        raise _bad_claim(_TAGS)
    tags = dict(nested.get("principal_tags") or {})
    start = f"{_TAGS}/principal_tags/"
    tags |= {name.removeprefix(start): value for name, value in claims.items() if name.startswith(start)}
    transitive = nested.get("transitive_tag_keys") or claims.get(f"{_TAGS}/transitive_tag_keys") or []
    pairs = [(key, _one(key, value)) for key, value in tags.items()]
    if not isinstance(transitive, list) or not all(isinstance(key, str) for key in transitive):
        raise _bad_claim(f"{_TAGS}/transitive_tag_keys")
    refuse([*tag_problems({"Key": key, "Value": value} for key, value in pairs)])
    if len(pairs) > 50:
        raise _bad_claim(_TAGS)
    return session_tags(pairs, transitive)


def _one(key: str, value: Any) -> str:
    """Take the one value of a tag; multivalued session tags do not exist."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise _bad_claim(f"{_TAGS}/principal_tags/{key}")
    return value


def _source_identity(claims: Mapping[str, Any]) -> str | None:
    value = claims.get(_SOURCE_IDENTITY)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _bad_claim(_SOURCE_IDENTITY)
    refuse([*text_problems("sourceIdentity", value, PARAMETERS["AssumeRole"]["SourceIdentity"])])
    return value


def _bad_claim(name: str) -> ServiceError:
    return ServiceError("InvalidIdentityToken", f"The claim {name} cannot be read")
