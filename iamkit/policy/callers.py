"""Who makes a request: the kinds of caller (E1) and what each is called (E2, E3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from iamkit.arn import Arn, InvalidArn


class CallerKind(Enum):
    """The kinds of E1; an identity provider speaks for a person who has no AWS identity yet."""

    ROOT = "root user"
    USER = "IAM user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user session"
    SERVICE = "AWS service"
    IDENTITY_PROVIDER = "identity provider"
    ANONYMOUS = "anonymous caller"


class UnknownPrincipal(ValueError):
    """The text names no kind of principal that makes requests."""


_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov)")
_PROVIDER = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?(/[^\s*?]*)?")
_COGNITO = "cognito-identity.amazonaws.com"  # looks like a service, is a provider of web identities
_SERVICE_LINKED = ":role/aws-service-role/"


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal that makes a request.

    `role_arn` is a role session's role with its path, where it is known; `user_arn` the IAM user behind a federated
    user session; `unique_id` the `AIDA…` of a user or the `AROA…` of a session's role (E3).
    """

    kind: CallerKind
    arn: str = ""
    account: str | None = None
    name: str = ""
    role_arn: str | None = None
    user_arn: str | None = None
    unique_id: str | None = None
    canonical_user_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, text: str) -> Caller:
        """Tell the kind of caller from an ARN, a service principal, an identity provider's name or `anonymous`.

        >>> Caller.parse("arn:aws:sts::111122223333:assumed-role/App/i-0abc").kind.value
        'role session'
        """
        return _parse(text)

    def known_as(self, **facts: object) -> Caller:
        """Return the same caller with facts that an ARN does not tell."""
        return replace(self, **facts)  # type: ignore[arg-type]

    @property
    def role_name(self) -> str:
        """Name the role of a role session, without its path (P18)."""
        return self.name.partition("/")[0] if self.kind is CallerKind.ROLE_SESSION else ""

    @property
    def is_service_linked_role(self) -> bool:
        """Tell whether the session's role is a service-linked role, which only its path can tell (E7)."""
        return self.role_arn is not None and _SERVICE_LINKED in self.role_arn

    def __str__(self) -> str:
        return self.arn or "anonymous"


@lru_cache(maxsize=4096)
def _parse(text: str) -> Caller:
    if text.lower() in ("anonymous", "*"):
        return Caller(CallerKind.ANONYMOUS)
    if text.startswith("arn:"):
        return _from_arn(text)
    if _SERVICE.fullmatch(text) and text != _COGNITO:
        return Caller(CallerKind.SERVICE, text)
    if _PROVIDER.fullmatch(text):
        return Caller(CallerKind.IDENTITY_PROVIDER, text)
    raise UnknownPrincipal(
        f"`{text}` is no principal: expected an ARN, a service (`ec2.amazonaws.com`), an identity provider's name or "
        "`anonymous`"
    )


def _from_arn(text: str) -> Caller:
    try:
        arn = Arn.parse(text)
    except InvalidArn as error:
        raise UnknownPrincipal(str(error)) from None
    kind, _, name = arn.resource.partition("/")
    match arn.service, kind:
        case "iam", "root" if not name:
            return Caller(CallerKind.ROOT, text, arn.account)
        case "iam", "user" if name:
            return Caller(CallerKind.USER, text, arn.account, name.rpartition("/")[2])
        case "iam", "role" if name:
            # A role makes requests only through its sessions; which session is left open.
            return Caller(CallerKind.ROLE_SESSION, text, arn.account, name.rpartition("/")[2], role_arn=text)
        case "sts", "assumed-role" if "/" in name:
            return Caller(CallerKind.ROLE_SESSION, text, arn.account, name)
        case "sts", "federated-user" if name:
            return Caller(CallerKind.FEDERATED_USER, text, arn.account, name)
        case "iam", "saml-provider" | "oidc-provider" if name:
            return Caller(CallerKind.IDENTITY_PROVIDER, text, None, name)
    hint = ": a user group is never a principal" if kind == "group" else ""
    raise UnknownPrincipal(f"`{text}` makes no requests{hint}")
