"""A small world for STS: users, roles and identity providers in two accounts, at a time that tests move."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest

from iamkit import Evaluation, Policies, Policy, PolicyType, Request, evaluate
from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.sessions import Holder, Session
from iamkit.cloud.sts import Sessions, Sts, context_of
from iamkit.cloud.sts.providers import OidcProvider, SamlProvider
from iamkit.policy import Caller, CallerKind
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import AccessKey, Credentials, HttpRequest

HOME = "111122223333"
OTHER = "444455556666"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LONG_TERM_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
REQUEST = HttpRequest("POST", "/", (("host", "sts.us-east-1.amazonaws.com"),), b"")
Json = Any
_T = TypeVar("_T")


@dataclass(frozen=True)
class FakeRole:
    """A role and its policies."""

    arn: str
    unique_id: str
    trust: Json
    policies: tuple[Json, ...] = ()
    max_session_duration: int = 3600
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name the role without its path."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Device:
    """A virtual MFA device."""

    serial_number: str
    seed: str = field(default=SEED, repr=False)


@dataclass(frozen=True)
class Provider:
    """An identity provider of either kind."""

    arn: str
    url: str = ""


@dataclass(frozen=True)
class FakeClaims:
    """A token whose checks are done."""

    issuer: str
    subject: str
    audience: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FakeAssertion:
    """An assertion whose checks are done."""

    attributes: Mapping[str, tuple[str, ...]]
    issuer: str = "https://idp.example.com/metadata"
    subject: str = "_carol"
    subject_type: str = "persistent"
    recipient: str = "https://signin.aws.amazon.com/saml"
    session_not_on_or_after: datetime | None = None


class World:
    """Directory, federation and the policies in force, all at once."""

    def __init__(self, seed: int = 7) -> None:
        self.now = START
        self.users: dict[str, Holder] = {}
        self.policies: dict[str, tuple[Json, ...]] = {}
        self.boundaries: dict[str, Json] = {}
        self.roles: dict[str, FakeRole] = {}
        self.managed: dict[str, Policy] = {}
        self.devices: dict[str, tuple[Device, ...]] = {}
        self.oidc: dict[str, tuple[Provider, ...]] = {}
        self.saml_metadata: dict[str, tuple[Provider, ...]] = {}
        self.claims: FakeClaims | ServiceError | None = None
        self.assertion: FakeAssertion | ServiceError | None = None
        self.service_control: Mapping[str, list[Json]] | None = None
        self.resource_control: Mapping[str, list[Json]] | None = None
        self.organization: dict[str, str] = {}
        self.evaluations: list[Evaluation] = []
        random = Random(seed)
        self.sessions = Sessions(random)
        self.sts = Sts(
            self,
            self.sessions,
            self,
            lambda: self.now,
            random,
            policies_in_force=self.in_force,
            organization_keys=self.organization_keys,
        )

    # What a test arranges

    def add_user(
        self, name: str, *policies: Json, account: str = HOME, tags: Mapping[str, str] | None = None
    ) -> Holder:
        """Add an IAM user with a long-term key."""
        arn = f"arn:aws:iam::{account}:user/{name}"
        unique_id = f"AIDA{name.upper():X<17}"[:21]
        caller = Caller(CallerKind.USER, arn, account, name, unique_id=unique_id, tags=tags or {})
        return self._keep(f"AKIA{name.upper():X<16}"[:20], caller, policies)

    def add_root(self, account: str = HOME) -> Holder:
        """Add the root user's key."""
        caller = Caller(CallerKind.ROOT, f"arn:aws:iam::{account}:root", account)
        return self._keep(f"AKIAROOT{account}", caller, ())

    def add_role(self, name: str, trust: Json, *policies: Json, account: str = HOME, **facts: Any) -> str:
        """Add a role and give its ARN; a name may have a path."""
        arn = f"arn:aws:iam::{account}:role/{name}"
        short = name.rpartition("/")[2].upper()
        self.roles[arn] = FakeRole(arn, f"AROA{short:X<17}"[:21], trust, policies, **facts)
        return arn

    def _keep(self, access_key_id: str, caller: Caller, policies: tuple[Json, ...]) -> Holder:
        key = AccessKey(Credentials(access_key_id, LONG_TERM_SECRET), principal=caller.arn)
        self.users[access_key_id] = Holder(key, caller)
        self.policies[caller.arn] = policies
        return self.users[access_key_id]

    def pass_time(self, **amount: float) -> None:
        """Move the clock."""
        self.now += timedelta(**amount)

    # What STS asks

    def holder(self, access_key_id: str) -> Holder | None:
        """Find who holds a long-term key."""
        return self.users.get(access_key_id)

    def role(self, arn: str) -> FakeRole | None:
        """Find a role."""
        return self.roles.get(arn)

    def managed_policy(self, arn: str) -> Policy | None:
        """Find a managed policy."""
        return self.managed.get(arn)

    def mfa_devices(self, user_arn: str) -> Iterable[Device]:
        """List a user's devices."""
        return self.devices.get(user_arn, ())

    def oidc_providers(self, account: str) -> Iterable[Provider]:
        """List the providers of an account."""
        return self.oidc.get(account, ())

    def saml_providers(self, account: str) -> Iterable[Provider]:
        """List the providers of an account."""
        return self.saml_metadata.get(account, ())

    def web_identity(self, token: str, provider: OidcProvider, now: datetime) -> FakeClaims:
        """Check a token as the test has arranged it."""
        return _arranged(self.claims)

    def saml(self, assertion: str, provider: SamlProvider, now: datetime) -> FakeAssertion:
        """Check an assertion as the test has arranged it."""
        return _arranged(self.assertion)

    def in_force(self, holder: Holder | None, action: str, resource: str, account: str | None) -> Policies:
        """Collect the policies, as the gateway does."""
        caller = holder.caller if holder else None
        role = self.roles.get(resource)
        identity = self.identity_policies(caller) if caller else ()
        return Policies(
            identity_based=[Policy.parse(each, name=f"own {index}") for index, each in enumerate(identity)],
            resource_based=None if role is None else _trust(role.trust),
            permissions_boundary=self.boundaries.get(caller.role_arn or caller.arn) if caller else None,
            session=holder.session.session_policies if holder and holder.session else None,
            service_control=self.service_control,
            resource_control=self.resource_control,
        )

    def organization_keys(self, caller: Caller, owner: str | None) -> dict[str, ContextValue]:
        """Say to which organization the caller belongs."""
        member = self.organization.get(caller.account or "")
        return {"aws:PrincipalOrgID": member} if member else {}

    def identity_policies(self, caller: Caller) -> tuple[Json, ...]:
        """Give the policies of a user, of the user behind a federated one, or of a session's role."""
        if caller.kind is CallerKind.ROLE_SESSION:
            role = self.roles.get(caller.role_arn or "")
            return role.policies if role else ()
        return self.policies.get(caller.user_arn or caller.arn, ())

    # What a test asks

    def call(self, operation: str, holder: Holder | None = None, **parameters: Any) -> dict[str, Any]:
        """Call an operation as the gateway does; the evaluations on the way are kept."""
        context: dict[str, ContextValue] = {"aws:CurrentTime": self.now.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if holder is not None and holder.session is not None:
            context |= context_of(holder.session, self.now)
        self.evaluations = []
        call = Call("sts", operation, parameters, "query", "us-east-1", REQUEST)
        return self.sts.handle(call, holder, context, self.evaluations.append)

    def assume(self, holder: Holder, role_arn: str, session_name: str = "s1", **parameters: Any) -> Holder:
        """Assume a role and give who holds the new credentials."""
        answer = self.call("AssumeRole", holder, RoleArn=role_arn, RoleSessionName=session_name, **parameters)
        return self.held(answer)

    def held(self, answer: Mapping[str, Any]) -> Holder:
        """Find who holds the credentials of an answer."""
        held = self.sessions.holder(answer["Credentials"]["AccessKeyId"])
        assert held is not None
        return held

    def tries(self, operation: str, holder: Holder, **parameters: Any) -> Holder | ServiceError:
        """Ask for credentials; give who holds them, or the error."""
        try:
            return self.held(self.call(operation, holder, **parameters))
        except ServiceError as error:
            return error

    def refuses(self, operation: str, holder: Holder | None = None, **parameters: Any) -> tuple[str, int, str]:
        """Call an operation that must be refused; give code, status and text."""
        with pytest.raises(ServiceError) as refused:
            self.call(operation, holder, **parameters)
        return refused.value.code, refused.value.status, refused.value.message

    def may(self, holder: Holder, action: str, resource: str) -> bool:
        """Decide an action of a user or a session in its own account."""
        context = context_of(holder.session, self.now) if holder.session else {}
        request = Request(holder.caller, action, resource, context)
        return evaluate(request, self.in_force(holder, action, resource, holder.caller.account)).allowed


def session_of(holder: Holder) -> Session:
    """Give the session of temporary credentials."""
    assert holder.session is not None
    return holder.session


def allow(*actions: str, resource: str = "*", **more: Any) -> Json:
    """Write an identity-based or session policy of one statement."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": statement}


def trust(principal: Json, *actions: str, **more: Any) -> Json:
    """Write a trust policy of one statement; a text is an AWS principal."""
    who = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    statement = {"Effect": "Allow", "Principal": who, "Action": list(actions or ("sts:AssumeRole",)), **more}
    return {"Version": "2012-10-17", "Statement": statement}


def account_root(account: str = HOME) -> str:
    """Name an account as a principal."""
    return f"arn:aws:iam::{account}:root"


def token_of(issuer: str) -> str:
    """Write an unsigned token that names an issuer; the fake federation looks no further."""
    payload = base64.urlsafe_b64encode(json.dumps({"iss": issuer}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2ln"


def _trust(document: Json) -> Policy:
    return Policy.parse(document, name="trust", type=PolicyType.TRUST)


def _arranged(what: _T | ServiceError | None) -> _T:
    if isinstance(what, ServiceError):
        raise what
    assert what is not None
    return what
