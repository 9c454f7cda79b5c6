"""A small world for the tests of the tables: calls, a state that knows a few resources, and what AWS documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import botocore.session
from hypothesis import strategies as st

from iamkit import reference
from iamkit.cloud.actions import SERVICES, Authorization, authorizations
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.encryption import Encryption
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import HttpRequest

Context = Mapping[str, ContextValue]
ACCOUNT = "111122223333"
OTHER = "444455556666"
REGION = "us-east-1"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
REQUEST = HttpRequest("POST", "/", ())


@dataclass(frozen=True, slots=True)
class FakeResources:
    """A state of dictionaries; what is not in it does not exist."""

    owners: Mapping[str, str] = field(default_factory=dict)
    tagged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    objects: Mapping[tuple[str, str, str | None], Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    boundaries: Mapping[str, str] = field(default_factory=dict)
    encrypted: Mapping[str, Encryption] = field(default_factory=dict)
    partition_keys: Mapping[str, str] = field(default_factory=dict)

    def owner(self, arn: str) -> str | None:
        return self.owners.get(arn.partition("/")[0])

    def exists(self, arn: str) -> bool:
        return arn in self.names.values()

    def tags(self, arn: str) -> Mapping[str, str]:
        return self.tagged.get(arn, {})

    def keys(self, arn: str) -> Mapping[str, str]:
        return self.known.get(arn, {})

    def object_tags(self, bucket: str, key: str, version: str | None = None) -> Mapping[str, str]:
        return self.objects.get((bucket, key, version), {})

    def resolve(self, service: str, kind: str, name: str, account: str, region: str) -> str:
        found = self.names.get((service, kind, name))
        if found is not None or name.startswith("arn:"):
            return found or name
        if service == "iam":
            return f"arn:aws:iam::{account}:{'role' if kind == 'role-of-instance-profile' else kind}/{name}"
        stem = {"secret": "secret:", "new-secret": "secret:", "key": "key/", "ciphertext": "key/"}.get(
            kind, f"{kind.removeprefix('default-')}/"
        )
        return f"arn:aws:{service}:{region}:{account}:{stem}{name}"

    def encryption(
        self, arn: str, *, version: str | None = None, stage: str | None = None, upload: str | None = None
    ) -> Encryption | None:
        return self.encrypted.get(arn)

    def boundary(self, arn: str) -> str | None:
        return self.boundaries.get(arn)

    def partition_key(self, arn: str) -> str | None:
        return self.partition_keys.get(arn)


class Need(NamedTuple):
    """What a case expects: an action, a resource, and the condition keys that come with it."""

    action: str
    resource: str = "*"
    context: Mapping[str, ContextValue] = {}
    account: str | None = ACCOUNT


def on_behalf(action: str, service: str, pairs: Mapping[str, str]) -> Need:
    """Expect a KMS action on the key that a service asks for with the permissions of the caller."""
    context: dict[str, ContextValue] = {
        "aws:ViaAWSService": "true",
        "aws:CalledVia": (f"{service}.amazonaws.com",),
        "aws:CalledViaFirst": f"{service}.amazonaws.com",
        "aws:CalledViaLast": f"{service}.amazonaws.com",
        "kms:ViaService": f"{service}.{REGION}.amazonaws.com",
        "kms:CallerAccount": ACCOUNT,
        "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "kms:EncryptionContextKeys": (*pairs,),
    }
    return Need(action, KEY, context | {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()})


EMPTY = FakeResources()
# A phone is no resource: publishing to it takes a policy on `*`.
WITHOUT_ARN = frozenset({"sns:Publish"})
# The reference names only the role; GetFederationToken passes session tags too (IAM User Guide, Pass session tags).
MORE_TYPES = {"sts:TagSession": ("federated-user",)}


class Case(NamedTuple):
    """An operation with parameters, what it needs, and where AWS says so."""

    operation: str
    parameters: Mapping[str, Any]
    needs: tuple[Need, ...]
    source: str
    resources: FakeResources = EMPTY


def ids(cases: Iterable[Case]) -> list[str]:
    """Name cases by operation and first parameters."""
    return [f"{case.operation}-{','.join(case.parameters)}" for case in cases]


def call(service: str, operation: str, parameters: Mapping[str, Any], region: str = REGION) -> Call:
    """Make a call as the wire reads it."""
    return Call(service, operation, parameters, _protocol(service), region, REQUEST)


def asked(
    service: str, operation: str, parameters: Mapping[str, Any], resources: FakeResources = EMPTY
) -> tuple[Need, ...]:
    """List what a call needs, in the form of a case."""
    needed = authorizations(call(service, operation, parameters), resources, ACCOUNT)
    return tuple(need_of(each) for each in needed)


def need_of(needed: Authorization) -> Need:
    """Put an authorization into the form of a case."""
    account = needed.account
    if needed.resource == "*":
        assert account is None
        account = ACCOUNT
    return Need(needed.action, needed.resource, dict(needed.context), account)


@lru_cache
def model(service: str) -> Any:
    """Load botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service)


def _protocol(service: str) -> str:
    return str(model(service).metadata["protocol"])


def operations(service: str) -> list[str]:
    """List the operations of a service."""
    return list(model(service).operation_names)


ODD = st.sampled_from(
    [
        "*", "?", "a*", "a?b", ":", "a:b", "/", "a/b", "//", "${aws:username}", "${*}", "ünï", "日本", " ", "a b", "..",
        "arn:aws:iam::aws:policy/X", "arn:aws:iam::111122223333:role/a", "arn:aws:s3:::b/k", "arn:", "\n", "%2F", "'",
        "arn:aws:dynamodb:us-east-1:111122223333:table/T", "arn:aws:lambda:us-east-1:111122223333:function:f",
        "https://sqs.us-east-1.amazonaws.com/111122223333/q", "111122223333", "alias/a", "SELECT * FROM T", "",
    ]
)  # fmt: skip
TEXTS = ODD | st.text(max_size=12)


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Make values of a botocore shape: text is anything, and members may be missing though they are required."""
    kind = shape.type_name
    if kind == "structure" or kind == "union":
        members = {
            name: values(member, depth + 1)
            for name, member in shape.members.items()
            if depth < 3 and not (depth and member.type_name == "structure" and member.name == shape.name)
        }
        required = {name: members.pop(name) for name in shape.required_members if name in members}
        return st.fixed_dictionaries(required, optional=members) | st.fixed_dictionaries(
            {}, optional={**members, **required}
        )
    if kind == "list":
        return st.lists(values(shape.member, depth + 1), max_size=3)
    if kind == "map":
        return st.dictionaries(TEXTS, values(shape.value, depth + 1), max_size=3)
    simple: dict[str, st.SearchStrategy[Any]] = {
        "integer": st.integers(0, 100), "long": st.integers(0, 100), "boolean": st.booleans(),
        "double": st.floats(0, 1), "float": st.floats(0, 1), "blob": st.binary(max_size=5),
        "timestamp": st.datetimes(),
    }  # fmt: skip
    if kind == "string":
        return st.sampled_from(shape.enum) | TEXTS if getattr(shape, "enum", ()) else TEXTS
    return simple[kind]


@st.composite
def any_call(draw: st.DrawFn, service: str) -> Call:
    """Make a call of any operation of a service with any parameters."""
    operation = draw(st.sampled_from(operations(service)))
    shape = model(service).operation_model(operation).input_shape
    return call(service, operation, draw(values(shape)) if shape else {})


def check_any(made: Call, resources: FakeResources = EMPTY) -> None:
    """Check what must hold of every call: it is refused in a known way, or it needs known actions on real ARNs."""
    try:
        needed = authorizations(made, resources, ACCOUNT)
    except (NotModelled, ServiceError):
        return
    assert needed
    for each in needed:
        check_against_reference(each)


def check_against_reference(needed: Authorization) -> None:
    """Check one authorization: the action exists, the ARN is one of its resource types, the keys are its own."""
    action = reference.action(needed.action)
    assert action is not None
    assert action.name == needed.action
    service = reference.service(action.name.partition(":")[0])
    names = [*(each.name for each in action.resource_types), *MORE_TYPES.get(action.name, ())]
    types = [service.resource_types[name] for name in names]
    if needed.resource == "*":
        assert not types or needed.action in WITHOUT_ARN, f"{needed.action} acts on {[each.name for each in types]}"
    else:
        assert any(each.fits(needed.resource) for each in types), (needed.action, needed.resource)
    assert len({key.lower() for key in needed.context}) == len(needed.context)
    for value in needed.context.values():
        assert isinstance(value, str) or all(isinstance(one, str) for one in value)


def check_coverage(service: str, expected_not_modelled: Iterable[str]) -> None:
    """Check that every operation has a row or stands in the list of those that are not modelled, and in one only."""
    table, listed = SERVICES[service], set(expected_not_modelled)
    without = set()
    for operation in operations(service):
        try:
            table.row(operation)
        except NotModelled:
            without.add(operation)
    assert without == listed
    assert not listed & set(table.rows)
    assert set(table.rows) <= set(operations(service))
