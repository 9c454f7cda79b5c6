"""STS: the identity side of its operations; whom a role trusts STS decides itself (E13, E21–E24)."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of, tags_of
from iamkit.cloud.actions.rows import Service, on, table


def _role(ask: Ask) -> str:
    return ask.given_arn(ask.text("RoleArn"), "RoleArn", "iam", "role/")


def _federated_user(ask: Ask) -> str:
    return ask.arn(f"federated-user/{ask.text('Name', '/:')}", region="")


def _assume_role(ask: Ask) -> Iterator[Authorization]:
    """AssumeRole; session tags and a source identity need actions of their own (E21)."""
    role = _role(ask)
    yield ask.need("sts:AssumeRole", role)
    if tags_of(ask) or ask.items("TransitiveTagKeys"):
        yield ask.need("sts:TagSession", role)
    if ask.optional("SourceIdentity"):
        yield ask.need("sts:SetSourceIdentity", role)


def _federation_token(ask: Ask) -> Iterator[Authorization]:
    """GetFederationToken; session tags need an action of their own (E24)."""
    user = _federated_user(ask)
    yield ask.need("sts:GetFederationToken", user)
    if tags_of(ask):
        yield ask.need("sts:TagSession", user)


ROWS = table(
    AssumeRole=_assume_role,
    # Nobody signs these: what the token or the assertion says is the context of the trust policy.
    AssumeRoleWithSAML=on("sts:AssumeRoleWithSAML", _role),
    AssumeRoleWithWebIdentity=on("sts:AssumeRoleWithWebIdentity", _role),
    GetFederationToken=_federation_token,
)

# Central root access, JSON web tokens of AWS's own, and delegated access.
NOT_MODELLED = frozenset({"AssumeRoot", "GetDelegatedAccessToken", "GetWebIdentityToken"})

STS = Service(
    "sts",
    "sts",
    {},
    ROWS,
    keys_of(
        {
            "sts:ExternalId": "ExternalId",
            "sts:RoleSessionName": "RoleSessionName",
            "sts:SourceIdentity": "SourceIdentity",
            "sts:TransitiveTagKeys": "TransitiveTagKeys",
        }
    ),
    NOT_MODELLED,
    "ValidationError",
)
