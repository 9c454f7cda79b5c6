"""From JSON values to statements, with every problem on the way (P1–P6, P8, P17, P25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TypeVar

from iamkit.policy.conditions import Condition, OperatorUse
from iamkit.policy.operators import OPERATORS
from iamkit.policy.principals import KINDS, Principals
from iamkit.policy.source import Json, Problem, Source, child
from iamkit.policy.statement import Actions, Resources, Statement

VERSIONS = ("2012-10-17", "2008-10-17")
DOCUMENT_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
)  # fmt: skip
_T = TypeVar("_T")


class PolicyType(Enum):
    """What a policy is attached as; each type has its own rules for `Principal` and `Resource` (P5)."""

    IDENTITY_BASED = "identity-based policy"
    RESOURCE_BASED = "resource-based policy"
    TRUST = "trust policy"
    PERMISSIONS_BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    VPC_ENDPOINT = "VPC endpoint policy"


WITHOUT_PRINCIPAL = frozenset(
    {PolicyType.IDENTITY_BASED, PolicyType.PERMISSIONS_BOUNDARY, PolicyType.SESSION, PolicyType.SERVICE_CONTROL}
)
# Names of IAM Access Analyzer that several rules share.
_WRONG_TYPE, _TWICE = "Data type mismatch", "Duplicate keys with different case"
# Where a policy is kept by its service and not by IAM, AWS only recommends that a Sid stands once.
_OWN_SIDS = frozenset({PolicyType.RESOURCE_BASED, PolicyType.VPC_ENDPOINT})
_WITH_PRINCIPAL = frozenset({PolicyType.RESOURCE_BASED, PolicyType.TRUST, PolicyType.RESOURCE_CONTROL})


class Grammar:
    """Reads one document; what it cannot accept gathers in `problems`."""

    def __init__(self, source: Source, type: PolicyType | None) -> None:
        self.source = source
        self.type = type
        self.version = "2008-10-17"
        self.id: str | None = None
        self.problems: list[Problem] = list(source.problems)

    def refuse(self, name: str, message: str, pointer: str, help: str = "", *, at_key: bool = False) -> None:
        """Keep a problem under the name that IAM Access Analyzer has for it (P39)."""
        self.problems.append(self.source.problem(message, pointer, help, at_key=at_key, name=name))

    def read(self) -> tuple[Statement, ...]:
        """Read the statements; the result means something only if there are no problems."""
        document = self.source.value
        if not isinstance(document, Mapping):
            if not self.problems:
                self.refuse(_WRONG_TYPE, f"expected a policy document, an object, found {_kind(document)}", "")
            return ()
        elements = self.elements(document, "", DOCUMENT_ELEMENTS, "a policy document")
        self.read_version(elements)
        if "Id" in elements:
            self.id = self.text(*elements["Id"], "Id")
        if "Statement" not in elements:
            help = "a policy says something only in its statements"
            self.refuse("Missing statement", "the document has no `Statement`", "", help)
            return ()
        return self.read_statements(*elements["Statement"])

    def read_version(self, elements: Mapping[str, tuple[Json, str]]) -> None:
        if "Version" not in elements:
            return
        value, pointer = elements["Version"]
        if value not in VERSIONS or not isinstance(value, str):
            self.refuse(
                "Invalid version" if isinstance(value, str) else _WRONG_TYPE,
                f"`{value}` is not a version of the policy language",
                pointer,
                "the version is `2012-10-17`; it names the language, not the day you wrote the policy",
            )
        else:
            self.version = value

    def read_statements(self, value: Json, pointer: str) -> tuple[Statement, ...]:
        if isinstance(value, Mapping):
            return tuple(filter(None, [self.read_statement(value, pointer, 0)]))
        if not isinstance(value, list | tuple):
            message = f"`Statement` is an object or an array of objects, not {_kind(value)}"
            self.refuse(_WRONG_TYPE, message, pointer)
            return ()
        statements = [self.read_statement(item, child(pointer, index), index) for index, item in enumerate(value)]
        self.check_sids(statements, value, pointer)
        return tuple(filter(None, statements))

    def check_sids(self, statements: list[Statement | None], value: Json, pointer: str) -> None:
        first: dict[str, int] = {}
        for statement in filter(None, statements):
            if statement.sid and first.setdefault(statement.sid, statement.index) != statement.index:
                place = next(key for key in value[statement.index] if key.lower() == "sid")
                self.refuse(
                    "Unique Sids recommended" if self.type in _OWN_SIDS else "Unique Sids required",
                    f"the Sid `{statement.sid}` is also that of statement {first[statement.sid]}",
                    child(child(pointer, statement.index), place),
                    "a Sid is unique within its policy",
                )

    def read_statement(self, value: Json, pointer: str, index: int) -> Statement | None:
        if not isinstance(value, Mapping):
            self.refuse(_WRONG_TYPE, f"a statement is an object, not {_kind(value)}", pointer)
            return None
        before = len(self.problems)
        elements = self.elements(value, pointer, STATEMENT_ELEMENTS, "a statement")
        sid = self.text(*elements["Sid"], "Sid") if "Sid" in elements else None
        effect = self.read_effect(elements, pointer)
        action = self.one_of(elements, pointer, "Action", "NotAction", self.read_actions)
        resource = self.read_resource(elements, pointer)
        principal = self.read_principal(elements, pointer)
        conditions = self.read_conditions(*elements["Condition"]) if "Condition" in elements else ()
        if len(self.problems) > before or action is None:
            return None
        return Statement(index, effect, action, resource, principal, conditions, sid)

    def elements(
        self, value: Mapping[str, Json], pointer: str, known: tuple[str, ...], what: str
    ) -> dict[str, tuple[Json, str]]:
        """Find the known elements by name, whatever their case, with their pointers (P3)."""
        by_fold = {name.lower(): name for name in known}
        found: dict[str, tuple[Json, str]] = {}
        spelled: dict[str, str] = {}
        for key, inner in value.items():
            place = child(pointer, key)
            name = by_fold.get(key.lower()) if isinstance(key, str) else None
            if name is None:
                check = "Invalid principal key" if known is KINDS else "Invalid policy element"
                help = _did_you_mean(str(key), known)
                self.refuse(check, f"`{key}` is no element of {what}", place, help, at_key=True)
            elif name in found:
                message = f"the keys `{spelled[name]}` and `{key}` differ only in case"
                self.refuse(_TWICE, message, place, "join the two, or remove one", at_key=True)
            else:
                found[name], spelled[name] = (inner, place), key
        return found

    def read_effect(self, elements: Mapping[str, tuple[Json, str]], pointer: str) -> str:
        if "Effect" not in elements:
            self.refuse("Missing effect", "the statement has no `Effect`", pointer, "it is `Allow` or `Deny`")
            return ""
        value, place = elements["Effect"]
        if isinstance(value, str) and value in ("Allow", "Deny"):
            return value
        shown = f"`{value}`" if isinstance(value, str) else _kind(value)
        check = "Invalid effect" if isinstance(value, str) else _WRONG_TYPE
        self.refuse(check, f"the effect is {shown}", place, "it is exactly `Allow` or `Deny`, with a capital letter")
        return ""

    def one_of(
        self,
        elements: Mapping[str, tuple[Json, str]],
        pointer: str,
        name: str,
        opposite: str,
        read: Callable[[Json, str, bool], _T],
    ) -> _T | None:
        """Read an element or its `Not…` twin; both, or neither, is a problem (P4)."""
        if name in elements and opposite in elements:
            message = f"a statement has `{name}` or `{opposite}`, not both"
            self.refuse("Unsupported element combination", message, elements[opposite][1], at_key=True)
        elif name in elements:
            return read(*elements[name], False)
        elif opposite in elements:
            return read(*elements[opposite], True)
        else:
            help = f"every statement has `{name}` or `{opposite}`"
            self.refuse(f"Missing {name.lower()}", f"the statement has no `{name}`", pointer, help)
        return None

    def read_actions(self, value: Json, pointer: str, negated: bool) -> Actions:
        patterns = self.texts(value, pointer, "NotAction" if negated else "Action")
        for place, pattern in patterns:
            if pattern != "*" and (pattern.count(":") != 1 or pattern.startswith(":") or pattern.endswith(":")):
                help = "an action is written `service:Name`, as in `s3:GetObject`; `*` alone is every action"
                self.refuse("Invalid action", f"`{pattern}` is no action", place, help)
        return Actions(tuple(pattern for _, pattern in patterns), negated)

    def read_resource(self, elements: Mapping[str, tuple[Json, str]], pointer: str) -> Resources | None:
        present = [name for name in ("Resource", "NotResource") if name in elements]
        if self.type is PolicyType.TRUST or (self.type is None and not present and "Principal" in elements):
            for name in present:
                help = "the role that carries a trust policy is its resource: remove the element"
                check = "Role trust policy syntax error resource"
                self.refuse(check, f"a trust policy has no `{name}`", elements[name][1], help, at_key=True)
            return None
        return self.one_of(elements, pointer, "Resource", "NotResource", self.read_resources)

    def read_resources(self, value: Json, pointer: str, negated: bool) -> Resources:
        patterns = self.texts(value, pointer, "NotResource" if negated else "Resource")
        return Resources(tuple(pattern for _, pattern in patterns), negated, escapes=self.version == VERSIONS[0])

    def read_principal(self, elements: Mapping[str, tuple[Json, str]], pointer: str) -> Principals | None:
        present = [name for name in ("Principal", "NotPrincipal") if name in elements]
        if not present:
            if self.type in _WITH_PRINCIPAL:
                help = "it says who may, or may not, do this"
                message = f"a {self.type.value} needs a `Principal` in every statement"
                self.refuse("Missing principal", message, pointer, help)
            return None
        if self.type in WITHOUT_PRINCIPAL:
            for name in present:
                help = "whoever carries the policy is its principal: remove the element"
                scp = self.type is PolicyType.SERVICE_CONTROL
                check = "SCP syntax error principal" if scp else "Unsupported principal"
                self.refuse(check, f"{_an(self.type.value)} has no `{name}`", elements[name][1], help, at_key=True)
            return None
        if self.type is PolicyType.TRUST and "NotPrincipal" in elements:
            help = "name who may assume the role in `Principal`"
            check, place = "Role trust policy syntax error notprincipal", elements["NotPrincipal"][1]
            self.refuse(check, "a trust policy has no `NotPrincipal`", place, help, at_key=True)
            return None
        principals = self.one_of(elements, pointer, "Principal", "NotPrincipal", self.read_principals)
        if self.type is PolicyType.RESOURCE_CONTROL and principals != Principals(aws=("*",)):
            help = 'write `"Principal": "*"` and narrow it with a condition on `aws:PrincipalArn`'
            message = 'the principal of a resource control policy is `"*"`'
            self.refuse("RCP syntax error principal", message, elements[present[0]][1], help)
        return principals

    def read_principals(self, value: Json, pointer: str, negated: bool) -> Principals:
        if value == "*":
            return Principals(aws=("*",), negated=negated)
        if not isinstance(value, Mapping):
            help = f"write `*`, or an object with {', '.join(f'`{kind}`' for kind in KINDS)}"
            shown = f"`{value}`" if isinstance(value, str) else _kind(value)
            self.refuse("Invalid principal format", f"{shown} is no principal element", pointer, help)
            return Principals(negated=negated)
        kinds = self.elements(value, pointer, KINDS, "a principal")
        if not value:
            self.refuse("Empty object principal", "the principal is empty", pointer, "name at least one principal")
        names = {kind: self.texts(*kinds[kind], kind) if kind in kinds else [] for kind in KINDS}
        for place, name in (pair for pairs in names.values() for pair in pairs):
            if name != "*" and ("*" in name or "?" in name):
                help = "name it in full, or use `*` with a condition on `aws:PrincipalArn`"
                check = "Unsupported wildcard in principal"
                self.refuse(check, f"`{name}` has a wildcard inside a principal", place, help)
        aws, service, federated, canonical = (tuple(name for _, name in names[kind]) for kind in KINDS)
        return Principals(aws, service, federated, canonical, negated)

    def read_conditions(self, value: Json, pointer: str) -> tuple[Condition, ...]:
        if not isinstance(value, Mapping):
            help = "it is an object: operator, then key, then value"
            self.refuse(_WRONG_TYPE, f"`Condition` is not {_kind(value)}", pointer, help)
            return ()
        return tuple(self._conditions(value, pointer))

    def _conditions(self, value: Mapping[str, Json], pointer: str) -> Iterator[Condition]:
        spelled: dict[str, str] = {}
        for name, keys in value.items():
            place = child(pointer, name)
            use = OperatorUse.parse(name)
            if self.repeated(name, spelled, place):
                continue
            if use is None:
                help = _did_you_mean(name, [operator.name for operator in OPERATORS.values()])
                check = "Null with if exists" if name.lower().endswith("nullifexists") else "Invalid condition operator"
                self.refuse(check, f"`{name}` is no condition operator", place, help, at_key=True)
            elif not isinstance(keys, Mapping):
                help = f'as in `"{name}": {{"aws:SourceIp": "203.0.113.0/24"}}`'
                message = f"`{name}` takes an object of condition keys, not {_kind(keys)}"
                self.refuse(_WRONG_TYPE, message, place, help)
            else:
                yield from self._keys(use, keys, place)

    def _keys(self, use: OperatorUse, keys: Mapping[str, Json], pointer: str) -> Iterator[Condition]:
        spelled: dict[str, str] = {}
        for key, listed in keys.items():
            place = child(pointer, key)
            if not self.repeated(key, spelled, place):
                values = tuple(self.condition_values(listed, place, key))
                yield Condition(use, key, values, escapes=self.version == VERSIONS[0])

    def repeated(self, key: str, spelled: dict[str, str], pointer: str) -> bool:
        """Refuse a condition's operator or key that differs from an earlier one only in case (P3, P23)."""
        first = spelled.setdefault(key.lower(), key)
        if first != key:
            message = f"the keys `{first}` and `{key}` differ only in case"
            self.refuse(_TWICE, message, pointer, "join the two, or remove one", at_key=True)
        return first != key

    def condition_values(self, listed: Json, pointer: str, key: str) -> Iterator[str]:
        many = isinstance(listed, list | tuple)
        for index, value in enumerate(listed if many else [listed]):
            if isinstance(value, bool):  # P32
                yield "true" if value else "false"
            elif isinstance(value, str | int | float):
                yield str(value)
            else:
                place = child(pointer, index) if many else pointer
                help = "it is a string, a number or a boolean"
                self.refuse(_WRONG_TYPE, f"a value of `{key}` is {_kind(value)}", place, help)

    def text(self, value: Json, pointer: str, name: str) -> str | None:
        if isinstance(value, str):
            return value
        self.refuse(_WRONG_TYPE, f"`{name}` is {_kind(value)}", pointer, "it is a string")
        return None

    def texts(self, value: Json, pointer: str, name: str) -> list[tuple[str, str]]:
        """Read a string or an array of strings as pairs of pointer and text."""
        if isinstance(value, str):
            return [(pointer, value)]
        if not isinstance(value, list | tuple):
            self.refuse(_WRONG_TYPE, f"`{name}` is {_kind(value)}", pointer, "it is a string or an array of strings")
            return []
        found = []
        for index, item in enumerate(value):
            if isinstance(item, str):
                found.append((child(pointer, index), item))
            else:
                message = f"a value of `{name}` is {_kind(item)}"
                self.refuse(_WRONG_TYPE, message, child(pointer, index), "each is a string")
        return found


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "a boolean"
    names = {Mapping: "an object", list: "an array", tuple: "an array", str: "a string", int: "a number"}
    names[float] = "a number"
    return next((name for kind, name in names.items() if isinstance(value, kind)), "null")


def _an(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _did_you_mean(text: str, known: tuple[str, ...] | list[str]) -> str:
    import difflib  # only a refusal needs it, and it takes milliseconds

    close = difflib.get_close_matches(text.lower(), [name.lower() for name in known], n=1)
    return f"did you mean `{next(name for name in known if name.lower() == close[0])}`?" if close else ""
