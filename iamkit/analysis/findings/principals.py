"""Checks of who a policy names: services, identity providers, roles and users (P14–P21)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iamkit.analysis.findings.facts import (
    NOT_OF_SERVICES,
    SERVICE_PRINCIPAL,
    SERVICE_PRINCIPAL_KEYS,
    SOURCE_KEYS,
    UNTRUSTWORTHY_KEYS,
)
from iamkit.analysis.findings.values import family, has_variable, is_wild
from iamkit.policy.edits import remove
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Named, Outline, Part
from iamkit.policy.source import child

_GITHUB = "token.actions.githubusercontent.com"
_SAML = re.compile(r"arn:[a-z-]+:iam::\d{12}:saml-provider/[\w.-]+", re.ASCII)
_OIDC = re.compile(r"arn:[a-z-]+:iam::\d{12}:oidc-provider/(.+)", re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.ASCII | re.IGNORECASE)
_UNIQUE_ID = re.compile(r"(AROA|AIDA)[A-Z0-9]{12,}", re.ASCII)
_SESSION = re.compile(r"arn:([a-z-]+):sts::(\d{12}):assumed-role/([^/]+)/.+", re.ASCII)
_ROLES_ANYWHERE = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def _names(outline: Outline, kind: str) -> Iterator[tuple[Part, Named]]:
    for part in outline.statements:
        for element in ("Principal", "NotPrincipal"):
            for named in part.principals(element):
                if named.kind == kind:
                    yield part, named


def _empty_list(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        value, pointer = part.elements.get("Principal", (None, ""))
        if isinstance(value, Mapping):
            for kind, names in value.items():
                if names in ([], ()):
                    yield Found(child(pointer, kind), f"`{kind}` is empty: it names nobody")


def _unique_id(prefix: str, what: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for _, named in _names(outline, "AWS"):
            match = _UNIQUE_ID.fullmatch(named.value)
            if match and match[1] == prefix:
                message = f"`{named.value}` is the unique ID of {what}: who had it may be gone"
                yield Found(named.pointer, message, f"name {what} by its ARN")

    return find


def _service_format(outline: Outline) -> Iterator[Found]:
    found = [(named.value, named.pointer) for _, named in _names(outline, "Service")]
    for _, key in outline.each_key():
        if key.folded in SERVICE_PRINCIPAL_KEYS and family(key) == "String":
            found += [text for text in key.texts if not is_wild(text.value) and not has_variable(outline, text.value)]
    for value, pointer in found:
        if value != "*" and not SERVICE_PRINCIPAL.fullmatch(value):
            yield Found(pointer, f"`{value}` is no service principal", "it is written like `lambda.amazonaws.com`")


def _federated_elsewhere(outline: Outline) -> Iterator[Found]:
    for _, named in _names(outline, "Federated"):
        message = f"`{named.value}`: only a trust policy names an identity provider"
        yield Found(named.pointer, message, "name the role that its users assume")


def _everyone_trusted(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        value, pointer = part.elements.get("Principal", (None, ""))
        if value == "*" and part.allows:
            yield Found(pointer, "a trust policy names who may assume the role, not `*`")


def _federated_format(outline: Outline) -> Iterator[Found]:
    for _, named in _names(outline, "Federated"):
        if not any(form.fullmatch(named.value) for form in (_SAML, _OIDC, _DOMAIN)):
            help = "as in `accounts.google.com`, or `arn:aws:iam::111122223333:saml-provider/NAME`"
            yield Found(named.pointer, f"`{named.value}` is no identity provider", help)


def _providers(part: Part) -> dict[str, list[Named]]:
    """Sort the identity providers of a statement into those with SAML and those with OpenID Connect."""
    found: dict[str, list[Named]] = {"saml": [], "oidc": []}
    for named in part.principals():
        if named.kind == "Federated":
            found["saml" if _SAML.fullmatch(named.value) else "oidc"].append(named)
    return found


def _mismatched_action(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        names = part.principals()
        providers = _providers(part)
        if not names or not part.allows:
            continue
        fits = {
            "sts:assumerolewithsaml": bool(providers["saml"]),
            "sts:assumerolewithwebidentity": bool(providers["oidc"]),
            "sts:assumerole": any(named.kind != "Federated" for named in names),
        }
        for text in part.actions:
            if fits.get(text.value.lower()) is False:
                shown = ", ".join(f"`{named.value}`" for named in names)
                help = "SAML goes with `sts:AssumeRoleWithSAML`, OpenID Connect with `sts:AssumeRoleWithWebIdentity`"
                yield Found(text.pointer, f"`{text.value}` is no action of {shown}", help)


def _roles_anywhere(outline: Outline) -> Iterator[Found]:
    for part, named in _names(outline, "Service"):
        if named.value == "rolesanywhere.amazonaws.com" and part.allows and part.actions:
            listed = {text.value.lower() for other in outline.statements if other.allows for text in other.actions}
            missing = [name for name in _ROLES_ANYWHERE if not listed & {name.lower(), "sts:*", "*"}]
            if missing:
                shown = ", ".join(f"`{name}`" for name in missing)
                yield Found(part.place("Action"), f"IAM Roles Anywhere also needs {shown}")


def _address(named: Named) -> str:
    match = _OIDC.fullmatch(named.value)
    return (match[1] if match else named.value).lower()


def _web_identity(outline: Outline) -> Iterator[tuple[Part, Named, list[str]]]:
    """Go through the OpenID Connect providers that are let in, each with its own condition keys that are asked for."""
    for part in outline.statements:
        folded = [text.value.lower() for text in part.actions]
        if part.allows and any(action in ("sts:assumerolewithwebidentity", "sts:*", "*") for action in folded):
            for named in _providers(part)["oidc"]:
                keys = [key.folded for key in part.keys if key.folded.rpartition(":")[0] == _address(named)]
                yield part, named, keys


def _open_provider(outline: Outline) -> Iterator[Found]:
    for _, named, keys in _web_identity(outline):
        if not keys and _address(named) != _GITHUB:
            help = f"add a condition on `{_address(named)}:aud` or `:sub`"
            yield Found(named.pointer, f"everybody whom `{named.value}` knows may assume the role", help)


def _open_github(outline: Outline) -> Iterator[Found]:
    for _, named, keys in _web_identity(outline):
        if _address(named) == _GITHUB and f"{_GITHUB}:sub" not in keys:
            help = f"add a condition on `{_GITHUB}:sub` with repository and branch"
            yield Found(named.pointer, "every workflow of every repository on GitHub may assume the role", help)


def _wide_github(outline: Outline) -> Iterator[Found]:
    for part, key in outline.each_key():
        if key.folded != f"{_GITHUB}:sub" or not part.allows:
            continue
        for text in key.texts:
            # `repo:OWNER/NAME:` and then what the workflow ran for.
            repository = ":".join(text.value.split(":")[:2])
            if is_wild(text.value) and (is_wild(repository) or part.key(f"{_GITHUB}:ref") is None):
                yield Found(text.pointer, f"`{text.value}` lets in more than one branch of one repository")


def _service_statements(outline: Outline) -> Iterator[tuple[Part, Named]]:
    """Go through the services that an Allow names together with nobody else."""
    for part in outline.statements:
        names = part.principals()
        if part.allows and names and all(named.kind == "Service" for named in names):
            yield part, names[0]


def _without_source(outline: Outline) -> Iterator[Found]:
    for part, named in _service_statements(outline):
        if part.key(*SOURCE_KEYS, *UNTRUSTWORTHY_KEYS) is None:
            message = f"`{named.value}` may come here for anybody's resource in AWS"
            yield Found(named.pointer, message, "add a condition on `aws:SourceArn` or `aws:SourceAccount`")


def _weak_source(outline: Outline) -> Iterator[Found]:
    for part, named in _service_statements(outline):
        key = part.key(*UNTRUSTWORTHY_KEYS)
        if key is not None and part.key(*SOURCE_KEYS) is None:
            message = f"`{key.name}` does not tell for whom `{named.value}` comes"
            yield Found(key.pointer, message, "use `aws:SourceArn` or `aws:SourceAccount`", at_key=True)


def _key_of_no_service(outline: Outline) -> Iterator[Found]:
    for part, named in _service_statements(outline):
        for key in part.keys:
            if NOT_OF_SERVICES.fullmatch(key.name) and family(key) != "Null":
                message = f"`{key.name}` is never there when `{named.value}` acts by itself"
                yield Found(key.pointer, message, "use `aws:SourceOrgID` or `aws:SourceAccount`", at_key=True)


def _session_beside_role(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        listed = [named for named in part.principals() if named.kind == "AWS"]
        roles = {named.value for named in listed}
        for named in listed:
            match = _SESSION.fullmatch(named.value)
            role = f"arn:{match[1]}:iam::{match[2]}:role/{match[3]}" if match else ""
            if role in roles:
                message = f"`{named.value}` is a session of `{role}`, which stands here as well"
                yield Found(named.pointer, message, edit=(remove(named.pointer),))


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Invalid service principal format", _service_format),
    ("Federated principal not supported", _federated_elsewhere),
    ("Unsupported condition key for service principal", _key_of_no_service),
    ("Role trust policy unsupported wildcard in principal", _everyone_trusted),
    ("Invalid federated principal syntax in role trust policy", _federated_format),
    ("Mismatched action for principal", _mismatched_action),
    ("Missing action for roles anywhere trust policy", _roles_anywhere),
    ("Invalid role reference", _unique_id("AROA", "a role")),
    ("Invalid user reference", _unique_id("AIDA", "a user")),
    ("Specific github repo and branch recommended", _wide_github),
    ("Restrict access to service principal", _without_source),
    ("Missing condition key for oidc principal", _open_provider),
    ("Missing github repo condition key", _open_github),
    ("Empty array principal", _empty_list),
    ("Recommended condition key for service principal", _weak_source),
    ("Redundant principal in role trust policy", _session_beside_role),
)
