"""Read a landscape from JSON: what `aws iam get-account-authorization-details` prints, and what it does not tell.

A document has any of these keys, in AWS's own shapes:

- `UserDetailList`, `GroupDetailList`, `RoleDetailList`, `Policies`: one account, as that command prints it;
- `AccessKeyMetadata`: keys, as `aws iam list-access-keys` prints them;
- `LoginProfiles`: `[{"UserName": …}]`, the users with a console password; who has none is not in it;
- `Resources`: `[{"Arn": …, "AccountId": …, "Policy": …, "Role": …, "Tags": …}]`, where `Role` is the ARN of the role
  whose credentials the resource's code gets, and all but `Arn` may be left out where the ARN names the account;
- `Organization`: `Id`, `ManagementAccountId` and `Accounts`, each with `Id`, `Path`, `ServiceControlPolicies` and
  `ResourceControlPolicies`, which are `[{"Level": …, "Policies": [{"Name": …, "Document": …}]}]` from the root down;
- `Accounts`: several such documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from iamkit.analysis.landscape import Group, Landscape, ManagedPolicy, Resource, Role, User
from iamkit.analysis.organization import Levels, Membership, Organization
from iamkit.arn import Arn, InvalidArn, is_account_id
from iamkit.policy import InvalidPolicy, Policy, PolicyType

_DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_KEYS = (*_DETAILS, "AccountId", "AccessKeyMetadata", "LoginProfiles", "Resources", "Organization", "Accounts")
_OF_THE_ANSWER = frozenset({"IsTruncated", "Marker", "ResponseMetadata"})
_HELP = "give what `aws iam get-account-authorization-details` prints, one file for each account"


class MalformedLandscape(ValueError):
    """A document does not describe accounts."""


def load_landscape(*paths: Path | str) -> Landscape:
    """Read files, each a document; raises MalformedLandscape with the place, OSError."""
    return _read((str(path), _json(Path(path))) for path in paths)


def read_landscape(*documents: Mapping[str, Any]) -> Landscape:
    """Read documents that are parsed already; raises MalformedLandscape with the place."""
    several = len(documents) > 1
    return _read((f"document {number}" if several else "", each) for number, each in enumerate(documents, 1))


def _read(documents: Iterable[tuple[str, Any]]) -> Landscape:
    gathered = _Gathered()
    for name, document in documents:
        _document(_Place(document, "", name), gathered)
    return gathered.landscape()


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as problem:
        raise MalformedLandscape(f"{path}: the file is not JSON: {problem}\n  help: {_HELP}") from None


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of a document, and where it stands."""

    value: Any
    pointer: str
    file: str

    def wrong(self, message: str, help: str = "") -> MalformedLandscape:
        where = f"{self.file}: " if self.file else ""
        return MalformedLandscape(f"{where}{self.pointer or '/'}: {message}" + (f"\n  help: {help}" if help else ""))

    def table(self) -> Mapping[str, Any]:
        if not isinstance(self.value, Mapping):
            raise self.wrong(f"expected an object, found {_kind(self.value)}", "" if self.pointer else _HELP)
        return self.value

    def has(self, key: str) -> bool:
        return self.table().get(key) is not None

    def at(self, key: str) -> _Place:
        if not self.has(key):
            raise self.wrong(f"`{key}` is missing")
        return _Place(self.value[key], f"{self.pointer}/{key}", self.file)

    def each(self, key: str) -> Iterator[_Place]:
        """Yield the items of a list that may be left out."""
        if not self.has(key):
            return
        listed = self.at(key)
        if not isinstance(listed.value, list | tuple):
            raise listed.wrong(f"expected a list, found {_kind(listed.value)}")
        for number, value in enumerate(listed.value):
            yield _Place(value, f"{listed.pointer}/{number}", self.file)

    def text(self, key: str) -> str:
        found = self.at(key)
        if not isinstance(found.value, str) or not found.value:
            raise found.wrong(f"expected a text, found {_kind(found.value)}")
        return found.value

    def arn(self, key: str = "Arn") -> Arn:
        try:
            return Arn.parse(self.text(key))
        except InvalidArn as problem:
            raise self.at(key).wrong(str(problem)) from None

    def policy(self, key: str, name: str, type: PolicyType) -> Policy:
        """Read a policy: an object, its text, or its text in percent-encoding, as the API itself gives it."""
        found = self.at(key)
        document = found.value
        if isinstance(document, str) and document.lstrip()[:1] == "%":
            document = unquote(document)
        try:
            return Policy.parse(document, name=name, type=type)
        except InvalidPolicy as problem:
            raise found.wrong(f"the policy `{name}` cannot be read: {problem.problems[0]}") from None

    def tags(self) -> dict[str, str]:
        if self.has("Tags") and isinstance(self.value["Tags"], Mapping):
            return {str(key): str(value) for key, value in self.value["Tags"].items()}
        return {tag.text("Key"): str(tag.at("Value").value) for tag in self.each("Tags")}


@dataclass(slots=True)
class _Gathered:
    """What the documents have told so far; what names something of another document waits for the end."""

    accounts: set[str] = field(default_factory=set)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    managed: dict[str, ManagedPolicy] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    keys: list[tuple[_Place, str | None]] = field(default_factory=list)
    passwords: dict[str, set[str]] = field(default_factory=dict)
    organization: Organization | None = None
    attached: list[tuple[_Place, str]] = field(default_factory=list)

    def landscape(self) -> Landscape:
        for place, arn in self.attached:
            if arn not in self.managed:
                help = "add it to `Policies`, or run the command again without --filter"
                raise place.wrong(f"the document of `{arn}` is in none of the files", help)
        access_keys = self._access_keys()
        for arn, user in self.users.items():
            known = self.passwords.get(arn.split(":")[4])
            if known is not None:
                self.users[arn] = replace(user, has_password=user.name in known)
        return Landscape(
            tuple(sorted(self.accounts)), self.users, self.groups, self.roles, self.managed, self.resources,
            access_keys, self.organization,
        )  # fmt: skip

    def _access_keys(self) -> dict[str, str]:
        found, counts = dict[str, str](), dict[str, int]()
        for place, account in self.keys:
            arn = self._user(place, account)
            counts[arn] = counts.get(arn, 0) + 1
            if place.value.get("Status", "Active") == "Active":
                found[place.text("AccessKeyId")] = arn
        for arn, count in counts.items():
            self.users[arn] = replace(self.users[arn], access_keys=count)
        return found

    def _user(self, place: _Place, account: str | None) -> str:
        name = place.text("UserName")
        matching = [
            arn for arn, user in self.users.items() if user.name == name and account in (None, arn.split(":")[4])
        ]
        if len(matching) != 1:
            problem = f"there are {len(matching)} users `{name}`" if matching else f"there is no user `{name}`"
            raise place.at("UserName").wrong(problem, "put the keys into the document of their account")
        return matching[0]


def _document(place: _Place, gathered: _Gathered) -> None:
    document = place.table()
    for key in document:
        if key not in _KEYS and key not in _OF_THE_ANSWER:
            raise _Place(document, f"/{key}", place.file).wrong(
                f"`{key}` is not known here", f"known: {', '.join(_KEYS)}"
            )
    if document.get("IsTruncated"):
        raise place.at("IsTruncated").wrong("the answer was cut off", "let the AWS CLI read all pages: no --max-items")
    for inner in place.each("Accounts"):
        _document(inner, gathered)
    account = _account(place, gathered)
    if account is not None and place.has("LoginProfiles"):
        named = {each.text("UserName") for each in place.each("LoginProfiles")}
        gathered.passwords.setdefault(account, set()).update(named)
    gathered.keys += [(each, account) for each in place.each("AccessKeyMetadata")]
    for each in place.each("Resources"):
        resource = _resource(each)
        gathered.accounts.add(resource.account)
        gathered.resources[resource.arn] = resource
    if place.has("Organization"):
        gathered.organization = _organization(place.at("Organization"))
        gathered.accounts.update(gathered.organization.accounts)


def _account(place: _Place, gathered: _Gathered) -> str | None:
    """Read the principals of one account, and tell which account it is."""
    seen: set[str] = set()
    if place.has("AccountId"):
        seen.add(place.text("AccountId"))
    for each in place.each("Policies"):
        policy = _managed(each)
        gathered.managed[policy.arn] = policy
    for each in place.each("GroupDetailList"):
        group = Group(str(each.arn()), each.text("GroupName"), _inline(each, "GroupPolicyList"), _held(each, gathered))
        _put(gathered.groups, group.arn, group, each)
        seen.add(group.arn.split(":")[4])
    groups = {group.name: group.arn for group in gathered.groups.values() if group.arn.split(":")[4] in seen}
    for each in place.each("UserDetailList"):
        user = _user(each, gathered, groups)
        _put(gathered.users, user.arn, user, each)
        seen.add(user.arn.split(":")[4])
    for each in place.each("RoleDetailList"):
        role = _role(each, gathered)
        _put(gathered.roles, role.arn, role, each)
        seen.add(role.arn.split(":")[4])
    if len(seen) > 1:
        raise place.wrong(f"one document tells of several accounts: {', '.join(sorted(seen))}", _HELP)
    gathered.accounts.update(seen)
    return next(iter(seen), None)


def _put(table: dict[str, Any], arn: str, made: object, place: _Place) -> None:
    if arn in table:
        raise place.at("Arn").wrong(f"`{arn}` is told of twice", "give each account once")
    table[arn] = made


def _inline(place: _Place, key: str) -> tuple[Policy, ...]:
    return tuple(
        each.policy("PolicyDocument", each.text("PolicyName"), PolicyType.IDENTITY_BASED) for each in place.each(key)
    )


def _held(place: _Place, gathered: _Gathered) -> tuple[str, ...]:
    found = []
    for each in place.each("AttachedManagedPolicies"):
        found.append(each.text("PolicyArn"))
        gathered.attached.append((each, found[-1]))
    return tuple(found)


def _boundary(place: _Place, gathered: _Gathered) -> str | None:
    if not place.has("PermissionsBoundary"):
        return None
    boundary = place.at("PermissionsBoundary")
    arn = boundary.text("PermissionsBoundaryArn")
    gathered.attached.append((boundary, arn))
    return arn


def _user(place: _Place, gathered: _Gathered, groups: Mapping[str, str]) -> User:
    listed = []
    for group in place.value.get("GroupList") or ():
        if group not in groups:
            raise place.at("GroupList").wrong(f"the group `{group}` is not in `GroupDetailList`")
        listed.append(groups[group])
    return User(
        str(place.arn()), place.text("UserName"), place.value.get("UserId", ""), _inline(place, "UserPolicyList"),
        _held(place, gathered), tuple(listed), _boundary(place, gathered), place.tags(),
    )  # fmt: skip


def _role(place: _Place, gathered: _Gathered) -> Role:
    name = place.text("RoleName")
    trust = place.policy("AssumeRolePolicyDocument", f"trust policy of {name}", PolicyType.TRUST)
    profiles = tuple(str(each.arn()) for each in place.each("InstanceProfileList"))
    return Role(
        str(place.arn()), name, trust, place.value.get("RoleId", ""), _inline(place, "RolePolicyList"),
        _held(place, gathered), _boundary(place, gathered), place.tags(), profiles,
    )  # fmt: skip


def _managed(place: _Place) -> ManagedPolicy:
    name = place.text("PolicyName")
    versions = {
        each.text("VersionId"): each.policy("Document", name, PolicyType.IDENTITY_BASED)
        for each in place.each("PolicyVersionList")
    }
    default = place.text("DefaultVersionId")
    if default not in versions:
        raise place.at("DefaultVersionId").wrong(f"the version `{default}` is not in `PolicyVersionList`")
    return ManagedPolicy(str(place.arn()), name, default, versions)


def _resource(place: _Place) -> Resource:
    arn = place.arn()
    account = place.value.get("AccountId") or arn.account
    if not is_account_id(str(account)):
        raise place.wrong(f"the account of `{arn}` is missing", 'its ARN does not tell: add `"AccountId"`, 12 digits')
    policy = None
    if place.has("Policy"):
        policy = place.policy("Policy", f"policy of {arn.resource}", PolicyType.RESOURCE_BASED)
    role = str(place.arn("Role")) if place.has("Role") else None
    return Resource(str(arn), str(account), policy, role, place.tags())


def _organization(place: _Place) -> Organization:
    management = place.text("ManagementAccountId")
    members = {}
    for each in place.each("Accounts"):
        levels = (
            _levels(each, "ServiceControlPolicies", PolicyType.SERVICE_CONTROL),
            _levels(each, "ResourceControlPolicies", PolicyType.RESOURCE_CONTROL),
        )
        account = each.text("Id")
        if not is_account_id(account):
            raise each.at("Id").wrong(f"`{account}` is no account: 12 digits")
        path = each.text("Path") if each.has("Path") else f"{place.text('Id')}/r-root/"
        members[account] = Membership(path, *levels)
    if management not in members:
        raise place.at("ManagementAccountId").wrong(f"`{management}` is not in `Accounts`")
    return Organization(place.text("Id"), management, members)


def _levels(place: _Place, key: str, type: PolicyType) -> Levels | None:
    """Read levels from the root down; None where that type of policy is not used."""
    if not place.has(key):
        return None
    return {
        level.text("Level"): tuple(each.policy("Document", each.text("Name"), type) for each in level.each("Policies"))
        for level in place.each(key)
    } or None


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value", type(None): "nothing"}
    return names.get(type(value), "a number")
