"""The access portal: the operations of `sso`, with an access token instead of a signature.

IAM Identity Center Portal API Reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from iamkit.cloud.calls import Answer, ServiceError
from iamkit.cloud.metadata.assignments import Assignments, NotAssigned
from iamkit.cloud.metadata.signing_in import SignIn
from iamkit.cloud.metadata.surroundings import json_answer
from iamkit.sigv4 import HttpRequest

_MOST_RESULTS = 100


@dataclass(frozen=True, slots=True)
class Portal:
    """Tell those who have signed in what they have, and give it to them."""

    sign_in: SignIn
    assignments: Assignments

    def respond(self, request: HttpRequest) -> Answer | None:
        """Answer one of the operations; None for another path."""
        operations = {
            ("GET", "/federation/credentials"): self._credentials,
            ("GET", "/assignment/accounts"): self._accounts,
            ("GET", "/assignment/roles"): self._roles,
            ("POST", "/logout"): self._log_out,
        }
        operation = operations.get((request.method, request.path))
        if operation is None:
            return None
        try:
            token = (request.header("x-amz-sso_bearer_token") or [""])[0]
            user = self.sign_in.user_of(token)
            if user is None:
                raise ServiceError("UnauthorizedException", "Session token not found or invalid", 401)
            query = {name: values[-1] for name, values in parse_qs(request.query).items()}
            return json_answer(200, operation(user, query, token))
        except ServiceError as error:
            return json_answer(error.status, {"message": error.message}, ("x-amzn-ErrorType", error.code))

    def _credentials(self, user: str, query: Mapping[str, str], token: str) -> dict[str, Any]:
        name, account = _needed(query, "role_name"), _needed(query, "account_id")
        try:
            given = self.assignments.credentials(user, name, account)
        except (NotAssigned, ServiceError) as refused:
            raise ServiceError("ForbiddenException", "No access", 403) from refused
        return {
            "roleCredentials": {
                "accessKeyId": given["AccessKeyId"],
                "secretAccessKey": given["SecretAccessKey"],
                "sessionToken": given["SessionToken"],
                "expiration": int(given["Expiration"].timestamp() * 1000),
            }
        }

    def _accounts(self, user: str, query: Mapping[str, str], token: str) -> dict[str, Any]:
        accounts = [
            {"accountId": account, "accountName": f"account-{account}", "emailAddress": f"{account}@example.com"}
            for account in self.assignments.accounts(user)
        ]
        return _page("accountList", accounts, query)

    def _roles(self, user: str, query: Mapping[str, str], token: str) -> dict[str, Any]:
        account = _needed(query, "account_id")
        names = self.assignments.names(user, account)
        return _page("roleList", [{"roleName": name, "accountId": account} for name in names], query)

    def _log_out(self, user: str, query: Mapping[str, str], token: str) -> dict[str, Any]:
        del self.sign_in.access[token]
        return {}


def _needed(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise ServiceError("InvalidRequestException", f"{name} is required", 400)
    return query[name]


def _page(name: str, items: Sequence[Mapping[str, str]], query: Mapping[str, str]) -> dict[str, Any]:
    """Give one page of a list; a token of a next page is how many came before."""
    start, most = query.get("next_token", "0"), query.get("max_result", str(_MOST_RESULTS))
    if not (start.isdecimal() and most.isdecimal() and 1 <= int(most) <= _MOST_RESULTS):
        raise ServiceError("InvalidRequestException", "next_token or max_result is invalid", 400)
    end = int(start) + int(most)
    page: dict[str, Any] = {name: list(items[int(start) : end])}
    return page | ({"nextToken": str(end)} if end < len(items) else {})
