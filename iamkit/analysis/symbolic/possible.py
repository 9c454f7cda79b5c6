"""Which requests the proofs are about: what every request is like, and what its keys can hold (E4, P10, P13)."""

from __future__ import annotations

from iamkit.analysis.symbolic.asking import OF_CALLER
from iamkit.analysis.symbolic.keys import key_type
from iamkit.analysis.symbolic.scope import ALWAYS_PRESENT
from iamkit.analysis.symbolic.universes import Arns
from iamkit.analysis.symbolic.values import READERS
from iamkit.policy.variables import ContextValue
from iamkit.request import Request


def is_possible(request: Request) -> bool:
    """Tell whether a proof speaks of a request.

    It has every key of `ALWAYS_PRESENT`, the keys that follow from caller and resource say what follows, and what the
    reference knows of a key is true of its values: their type, and whether there may be several.
    """
    arn, context = request.resource.arn, request.folded_context
    if arn == "*" and request.resource.account not in (None, request.principal.account):
        return False
    if arn != "*" and not Arns(None).holds(arn):
        return False
    told = arn.split(":")[4] if arn != "*" else ""
    if told.isdecimal() and request.resource.account not in (None, told):
        return False
    derived = Request(request.principal, request.action, request.resource).folded_context
    follows = {*derived, *OF_CALLER, "aws:resourceaccount"}
    if any(context.get(key) != derived.get(key) for key in follows):
        return False
    if not all(context.get(key, ()) != () for key in ALWAYS_PRESENT - follows):
        return False
    return all(_can_hold(key, value) for key, value in context.items() if key not in follows)


def _can_hold(key: str, value: ContextValue) -> bool:
    known = key_type(key)
    if known.multivalued is not None and value != () and known.multivalued is isinstance(value, str):
        return False
    return all(_is_of(known.type, text) for text in ([value] if isinstance(value, str) else value))


def _is_of(type: str | None, text: str) -> bool:
    if type == "Bool":
        return text in ("true", "false")
    if type == "ARN":
        return Arns(None).holds(text)
    return type not in READERS or READERS[type](text) is not None
