"""Principals in stored policies: AWS keeps the unique ID behind an ARN (P21).

When a user or a role is deleted, policies that name it show the ID instead, which nobody will ever have again; when a
user is renamed, they go on meaning the same user. moto keeps the text, so the text is changed at that moment.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from iamkit.cloud.services import REGIONS
from iamkit.cloud.store.backends import PARTITION, accounts, backend, opened

Rewrite = Callable[[str], str]


def replace_principal(old: str, new: str) -> None:
    """Let every policy of every account that names a principal name another one instead."""

    def rewrite(text: str) -> str:
        if old not in text:
            return text
        try:
            document = json.loads(text)
        except ValueError:
            return text
        return json.dumps(document) if _replace(document, old, new) else text

    for account in accounts():
        for change in _CHANGES:
            change(account, rewrite)


def _replace(document: Any, old: str, new: str) -> bool:
    """Replace a name in the principal elements of a document; tells whether it stood there."""
    changed = False
    statements = document.get("Statement", ()) if isinstance(document, dict) else ()
    for statement in [statements] if isinstance(statements, dict) else statements:
        for element, kind in _principals(statement):
            names = element[kind]
            if names == old:
                element[kind], changed = new, True
            elif isinstance(names, list) and old in names:
                element[kind], changed = [new if name == old else name for name in names], True
    return changed


def _principals(statement: Any) -> Iterator[tuple[dict[str, Any], str]]:
    for name, element in [*statement.items()] if isinstance(statement, dict) else ():
        if name.lower() in ("principal", "notprincipal"):
            if isinstance(element, dict):
                yield from ((element, kind) for kind in element if kind.lower() == "aws")
            else:  # what moto keeps for a function
                yield statement, name


def _trust_policies(account: str, rewrite: Rewrite) -> None:
    for role in backend("iam", account).roles.values():
        role.assume_role_policy_document = rewrite(role.assume_role_policy_document)


def _buckets(account: str, rewrite: Rewrite) -> None:
    for region in _regions("s3", account):
        for bucket in backend("s3", account, region).buckets.values():
            if bucket.policy is not None:
                bucket.policy = rewrite(bucket.policy.decode()).encode()


def _texts(service: str, table: str) -> Callable[[str, Rewrite], None]:
    """Make the change for a service whose resources keep a policy as text."""

    def change(account: str, rewrite: Rewrite) -> None:
        for region in _regions(service, account):
            for held in getattr(backend(service, account, region), table).values():
                if isinstance(held.policy, str) and held.policy:
                    rewritten = rewrite(held.policy)
                    if rewritten != held.policy:
                        held.policy = rewritten

    return change


def _tables(account: str, rewrite: Rewrite) -> None:
    for region in _regions("dynamodb", account):
        for held in backend("dynamodb", account, region).resource_policies.values():
            held.policy_doc = rewrite(held.policy_doc)


def _functions(account: str, rewrite: Rewrite) -> None:
    for region in _regions("lambda", account):
        for function in backend("lambda", account, region).list_functions():
            policy = function.policy
            policy.statements = json.loads(rewrite(json.dumps({"Statement": policy.statements})))["Statement"]


def _regions(service: str, account: str) -> list[str]:
    """List the regions that anything was made in; asking for others would open them."""
    return sorted((REGIONS | {PARTITION}) & opened(service, account))


_CHANGES: tuple[Callable[[str, Rewrite], None], ...] = (
    _trust_policies,
    _buckets,
    _texts("sqs", "queues"),
    _texts("sns", "topics"),
    _texts("kms", "keys"),
    _texts("secretsmanager", "secrets"),
    _tables,
    _functions,
)
