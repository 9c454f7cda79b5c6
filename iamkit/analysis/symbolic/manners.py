"""How real requests come: which keys come together, with which callers, and who can ask for what (E4, E22, E23).

Nothing here is needed for a proof, which is over more requests than these. It tells a real counterexample from one that
only a person could make up.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.logic import Formula
from iamkit.policy.callers import Caller, CallerKind

_OIDC, _SAML = "sts:assumerolewithwebidentity", "sts:assumerolewithsaml"
# What a call that makes a role session may need besides (E21).
_BESIDES = ("sts:tagsession", "sts:setsourceidentity")
_MAKES_SESSIONS = ("sts:assumerole", _OIDC, _SAML, *_BESIDES)
_SIGNED = frozenset({CallerKind.USER, CallerKind.ROOT, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})
_OF_SESSIONS = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})
_TAGGED = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})

# Keys that only some kinds of caller have.
_ONLY_OF = {
    "aws:tokenissuetime": _SIGNED,
    "aws:multifactorauthpresent": _SIGNED,
    "aws:multifactorauthage": _SIGNED,
    "aws:principalorgid": _SIGNED,
    "aws:principalorgpaths": _SIGNED,
    "aws:sourceidentity": frozenset({CallerKind.ROLE_SESSION}),
    "aws:federatedprovider": frozenset({CallerKind.ROLE_SESSION}),
    "aws:principalservicenameslist": frozenset({CallerKind.SERVICE}),
}
# A key that does not come without another, and keys that do not come together.
_WITH = (
    ("aws:multifactorauthage", "aws:multifactorauthpresent"),
    ("aws:multifactorauthpresent", "aws:tokenissuetime"),
    ("aws:principalorgpaths", "aws:principalorgid"),
    ("aws:principalorgid", "aws:principalorgpaths"),
    ("aws:resourceorgpaths", "aws:resourceorgid"),
    ("aws:resourceorgid", "aws:resourceorgpaths"),
    ("aws:sourcevpc", "aws:sourcevpce"),
    ("aws:sourcevpce", "aws:sourcevpc"),
    ("aws:vpcsourceip", "aws:sourcevpce"),
)
_NOT_WITH = (
    ("aws:sourceip", "aws:sourcevpce"),
    ("aws:sourceip", "aws:sourcevpc"),
    ("aws:sourceip", "aws:vpcsourceip"),
)


def manners(encoding: Encoding) -> Iterator[Formula]:
    """Say how real requests come, of the keys that the policies look at; before the places are cut."""
    logic, keys, asking = encoding.logic, encoding.places.keys, encoding.asking
    for one, other in _WITH:
        if one in keys and other in keys:
            yield logic.implies(keys[one].here(), keys[other].here())
    for one, other in _NOT_WITH:
        if one in keys and other in keys:
            yield logic.no(logic.both(keys[one].here(), keys[other].here()))
    for index, caller in enumerate(asking.callers):
        rules = [*_keys_of(encoding, caller), *_calls_of(encoding, caller)]
        if rules:
            yield logic.implies(asking.caller_is(index), logic.all(rules))


def _keys_of(encoding: Encoding, caller: Caller) -> Iterator[Formula]:
    logic = encoding.logic
    for key, space in encoding.places.keys.items():
        kinds = _TAGGED if key.startswith("aws:principaltag/") else _ONLY_OF.get(key)
        if kinds is not None and caller.kind not in kinds:
            yield logic.no(space.here())
        if key == "aws:tokenissuetime" and caller.kind in _OF_SESSIONS:
            yield space.here()
        if key == "aws:userid" and caller.kind in _SIGNED:
            yield space.here()
        if key.startswith("saml:"):
            if not _is_saml(caller):
                yield logic.no(space.here())
            elif key in ("saml:sub", "saml:aud", "saml:iss"):
                yield space.here()
        elif "." in key.partition(":")[0]:
            issuer, _, claim = key.rpartition(":")
            if issuer != _issuer(caller):
                yield logic.no(space.here())
            elif claim in ("sub", "aud"):
                yield space.here()


def _calls_of(encoding: Encoding, caller: Caller) -> Iterator[Formula]:
    logic, places = encoding.logic, encoding.places
    named = {name: places.action_is(name) for name in _MAKES_SESSIONS}
    if caller.kind is CallerKind.IDENTITY_PROVIDER:
        own = _SAML if _is_saml(caller) else _OIDC
        yield logic.any(named[name] for name in (own, *_BESIDES))
    else:
        yield logic.no(logic.either(named[_OIDC], named[_SAML]))
        if caller.kind is CallerKind.ANONYMOUS:
            yield logic.no(logic.any(named.values()))
    external, session = places.keys.get("sts:externalid"), places.keys.get("sts:rolesessionname")
    assumes = logic.any(named[name] for name in ("sts:assumerole", *_BESIDES))
    if external is not None:
        fits = logic.false if caller.kind is CallerKind.IDENTITY_PROVIDER else assumes
        yield logic.implies(external.here(), fits)
    if session is not None:
        yield logic.same(session.here(), logic.any(named.values()))


def _is_saml(caller: Caller) -> bool:
    return caller.kind is CallerKind.IDENTITY_PROVIDER and ":saml-provider/" in caller.arn


def _issuer(caller: Caller) -> str:
    """Name a provider as its condition keys do, in lower case; nothing for other callers."""
    if caller.kind is not CallerKind.IDENTITY_PROVIDER or _is_saml(caller):
        return ""
    return (caller.arn.partition(":oidc-provider/")[2] or caller.arn).lower()
