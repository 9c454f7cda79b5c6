"""Sessions that were made beside calls, as for an instance, written down as they are.

Whoever made them, and why, is not done again: the session is there, and its calls may follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from iamkit.cloud.sessions import Holder, Session
from iamkit.policy import Caller, CallerKind, Policy, PolicyType
from iamkit.sigv4 import AccessKey, Credentials


def written(session: Session) -> dict[str, Any]:
    """Write a session down."""
    key, maker, policies = session.access_key, session.maker_session, session.session_policies
    held = key.credentials
    return {
        "credentials": [held.access_key_id, held.secret_access_key, held.session_token],
        "active": key.active,
        "expires": key.expires,
        "principal": key.principal,
        "caller": {each.name: getattr(session.caller, each.name) for each in fields(Caller)}
        | {"kind": session.caller.kind.name},
        "kind": session.kind,
        "issued": session.issued,
        "context": session.context,
        "policies": None if policies is None else [[each.name, each.to_json()] for each in policies],
        "transitive": sorted(session.transitive),
        "source_identity": session.source_identity,
        "maker": session.maker,
        "maker_session": maker.access_key.credentials.access_key_id if maker else None,
    }


def read(told: Mapping[str, Any], holders: Callable[[str], Holder | None]) -> Session:
    """Make the session that `written` wrote down."""
    maker = holders(told["maker_session"]) if told["maker_session"] else None
    context = {key: tuple(value) if isinstance(value, list) else value for key, value in told["context"].items()}
    policies = told["policies"]
    return Session(
        AccessKey(Credentials(*told["credentials"]), told["active"], told["expires"], told["principal"]),
        Caller(**{**told["caller"], "kind": CallerKind[told["caller"]["kind"]]}),
        told["kind"],
        told["issued"],
        context,
        None if policies is None else tuple(_policy(*each) for each in policies),
        frozenset(told["transitive"]),
        told["source_identity"],
        told["maker"],
        maker.session if maker else None,
    )


def _policy(name: str, text: str) -> Policy:
    return Policy.parse(text, name=name, type=PolicyType.SESSION)
