"""Which callers can make which requests, and which condition keys come with them: no other request is worth trying.

A small table about STS and IAM, like `plausible`: what it does not know counts as possible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.policy import Caller, CallerKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from iamkit import Request

# E22, E23: nobody signs these; an identity provider vouches for whoever asks.
OIDC = "sts:assumerolewithwebidentity"
SAML = "sts:assumerolewithsaml"
# What a call that makes a role session may need besides (E21).
BESIDES = frozenset({"sts:tagsession", "sts:setsourceidentity"})
MAKES_SESSIONS = frozenset({"sts:assumerole", OIDC, SAML}) | BESIDES

# Keys that come with some actions alone.
ONLY_WITH: dict[str, Collection[str]] = {
    "sts:externalid": frozenset({"sts:assumerole"}) | BESIDES,
    "sts:rolesessionname": MAKES_SESSIONS,
    "iam:passedtoservice": ("iam:passrole",),
    "iam:associatedresourcearn": ("iam:passrole",),
}
# A request over a VPC endpoint has no `aws:SourceIp` (IAM User Guide, "AWS global condition context keys").
NEVER_TOGETHER = tuple(("aws:sourceip", key) for key in ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"))
# What every token and every assertion says.
CLAIMS = frozenset({"sub", "aud"})
ASSERTED = frozenset({"saml:sub", "saml:aud", "saml:iss"})


def can_be_asked(request: Request, asked: Collection[str]) -> bool:
    """Tell whether such a request can be made: by this caller, with these keys and none missing.

    `asked` are the keys, in lower case, that conditions look at: of those a request must have what it cannot lack.
    """
    caller, action = request.principal, request.folded_action
    if caller.arn.startswith("arn:aws-"):  # all who ask, and all that is asked for, stand in the partition `aws`
        return False
    if not _can_make(caller, action):
        return False
    keys = {key.lower() for key in request.context}
    if any(one in keys and other in keys for one, other in NEVER_TOGETHER):
        return False
    return all(_can_come(key, caller, action) for key in keys) and _always(caller, action, asked) <= keys


def is_claim(key: str) -> bool:
    """Tell whether a condition key is a claim of a web identity: it begins with the issuer, which is a host's name."""
    return "." in key.partition(":")[0]


def has_one_value(key: str) -> bool:
    """Tell whether a key in lower case is a claim that every token has once."""
    return is_claim(key) and key.rpartition(":")[2] in CLAIMS


def _can_make(caller: Caller, action: str) -> bool:
    if caller.kind is CallerKind.IDENTITY_PROVIDER:
        return action in BESIDES or action == (SAML if _is_saml(caller) else OIDC)
    return action not in (OIDC, SAML) and not (caller.kind is CallerKind.ANONYMOUS and action in MAKES_SESSIONS)


def _can_come(key: str, caller: Caller, action: str) -> bool:
    if key.startswith("saml:"):
        return _is_saml(caller)
    if is_claim(key):
        return key.rpartition(":")[0] == _issuer(caller)
    actions = ONLY_WITH.get(key)
    if key == "sts:externalid" and caller.kind is CallerKind.IDENTITY_PROVIDER:
        return False
    return actions is None or action in actions


def _always(caller: Caller, action: str, asked: Collection[str]) -> set[str]:
    """Give those of the keys asked for that such a request cannot lack."""
    always = set(ASSERTED) if _is_saml(caller) else {f"{_issuer(caller)}:{claim}" for claim in CLAIMS}
    if action in MAKES_SESSIONS:
        always.add("sts:rolesessionname")
    return always & set(asked)


def _is_saml(caller: Caller) -> bool:
    return caller.kind is CallerKind.IDENTITY_PROVIDER and ":saml-provider/" in caller.arn


def _issuer(caller: Caller) -> str:
    """Name a provider as its condition keys do, in lower case; nothing for other callers."""
    if caller.kind is not CallerKind.IDENTITY_PROVIDER or _is_saml(caller):
        return ""
    return issuer_of(caller.arn)


def issuer_of(provider: str) -> str:
    """Name a provider of web identities as its condition keys do, in lower case."""
    return (provider.partition(":oidc-provider/")[2] or provider).lower()
