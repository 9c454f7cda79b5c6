"""IAM Identity Center, as far as profiles with `sso` need it: users, permission sets, signing in, the portal (A15)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata.assignments import Assignments, PermissionSet
from iamkit.cloud.metadata.endpoints import Endpoint, Seen, plain
from iamkit.cloud.metadata.portal import Portal
from iamkit.cloud.metadata.signing_in import SignIn
from iamkit.cloud.metadata.surroundings import Surroundings, written
from iamkit.sigv4 import HttpRequest

SESSION = "iamkit"
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII).fullmatch
_HELP = "in AWS this is a web page; here a teacher or a test approves: center.approve(user_code, user)"


class IdentityCenter(Endpoint):
    """An organization's Identity Center; its endpoint answers `sso` and `sso-oidc`."""

    def __init__(self, surroundings: Surroundings) -> None:
        # Signing assertions takes libraries that take a while to import.
        from iamkit.cloud.federation.identity_provider import IdentityProvider

        self._surroundings = surroundings
        directory = surroundings.hex(10)
        self.start_url = f"https://d-{directory}.awsapps.com/start"
        self._users: set[str] = set()
        provider = IdentityProvider(
            f"https://portal.sso.{surroundings.region}.amazonaws.com/saml/assertion/{directory}",
            surroundings.clock,
            seed=surroundings.random.getrandbits(256),
        )
        self._assignments = Assignments(surroundings, provider, f"AWSSSO_{surroundings.hex(16)}_DO_NOT_DELETE")
        self._sign_in = SignIn(surroundings, self.start_url)
        self._portal = Portal(self._sign_in, self._assignments)
        super().__init__()
        self._sign_in.verification = f"{self.endpoint}/device"

    def __repr__(self) -> str:
        return f"IdentityCenter({self.start_url})"

    def user(self, name: str) -> str:
        """Add a user; the name is that of the user's role sessions. Raises ValueError for what cannot be one."""
        if not _SESSION_NAME(name):
            raise ValueError(f"`{name}` names no user\n  help: 2 to 64 letters, digits and + = , . @ - _")
        self._users.add(name)
        return name

    def permission_set(
        self,
        name: str,
        *,
        policy: str | None = None,
        managed_policies: Sequence[str] = (),
        session_duration: int = 3600,
    ) -> PermissionSet:
        """Make a permission set; raises ValueError for one that there is, and for what cannot be one."""
        if name in self._assignments.permission_sets:
            raise ValueError(f"there is a permission set `{name}` already\n  help: give this one another name")
        made = PermissionSet(name, policy, tuple(managed_policies), session_duration)
        self._assignments.permission_sets[name] = made
        return made

    def assign(self, user: str, permission_set: str, account: str) -> str:
        """Assign a permission set to a user in an account; gives the ARN of the role AWSReservedSSO_… there.

        Raises LookupError for a user, a permission set, a managed policy or an account that there is not.
        """
        self._known(user)
        return self._assignments.assign(user, permission_set, account)

    def take_away(self, user: str, permission_set: str, account: str) -> None:
        """Take an assignment away; sessions that there are go on until they expire."""
        self._assignments.take_away(user, permission_set, account)

    def approve(self, user_code: str, user: str) -> None:
        """Be the user who enters a device's code in a browser and approves; raises LookupError."""
        self._known(user)
        with self._surroundings.lock:
            self._sign_in.approve(user_code, user)

    def deny(self, user_code: str) -> None:
        """Be the user who does not approve; raises LookupError."""
        with self._surroundings.lock:
            self._sign_in.deny(user_code)

    def sign_in(self, user: str, home: Path) -> Path:
        """Leave a user signed in: write the token's file into a home folder where SDKs look for it; give the file.

        It is for the session `iamkit` of `configuration`, and lasts eight hours.
        """
        self._known(user)
        with self._surroundings.lock:
            token, signed_in = self._sign_in.sign_in(user)
        held = {
            "startUrl": self.start_url,
            "region": self._surroundings.region,
            "accessToken": token,
            "expiresAt": written(signed_in.ends),
        }
        return token_file(home, SESSION, held)

    def configuration(self, permission_set: str, account: str, profile: str = "default") -> str:
        """Write the section of a configuration file with which a profile takes its role from here."""
        header = "default" if profile == "default" else f"profile {profile}"
        return (
            f"[{header}]\nsso_session = {SESSION}\nsso_account_id = {account}\nsso_role_name = {permission_set}\n"
            f"region = {self._surroundings.region}\nservices = {SESSION}\n\n"
            f"[sso-session {SESSION}]\nsso_start_url = {self.start_url}\nsso_region = {self._surroundings.region}\n"
            "sso_registration_scopes = sso:account:access\n\n"
            f"[services {SESSION}]\nsso =\n  endpoint_url = {self.endpoint}\n"
            f"sso_oidc =\n  endpoint_url = {self.endpoint}\n"
        )

    def environment(self, home: Path, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the variables with which an SDK finds the portal and the cloud, and the configuration in a home folder.

        The global AWS_ENDPOINT_URL outranks what a configuration file says of a service, so that the variables of both
        services are set. What is inherited is kept, but for the variables of AWS.
        """
        own = {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "AWS_CONFIG_FILE": str(home / ".aws" / "config"),
            "AWS_ENDPOINT_URL_SSO": self.endpoint,
            "AWS_ENDPOINT_URL_SSO_OIDC": self.endpoint,
        }
        return self._surroundings.environment(own, inherited)

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request of an SDK or a device."""
        with self._surroundings.lock:
            given = self._sign_in.respond(request) or self._portal.respond(request)
        if given is None:
            given = plain(200, _HELP) if request.path == "/device" else plain(404, "there is nothing here")
        token = bool(request.header("x-amz-sso_bearer_token"))
        self.saw(Seen(request.method, request.path, token, given.status))
        return given

    def _known(self, user: str) -> None:
        if user not in self._users:
            raise LookupError(f"there is no user `{user}` in Identity Center\n  help: add it first: user({user!r})")


def token_file(home: Path, name: str, held: Mapping[str, str]) -> Path:
    """Write a token where SDKs look for it: under the hash of the session's name, or of the start URL without one."""
    folder = home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()}.json"
    file.touch(0o600)
    file.write_text(json.dumps(held), encoding="utf-8")
    return file
