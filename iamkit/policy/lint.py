"""Findings: what a check says of a place in a policy, and the checks that the grammar calls for (P1 to P38).

Checks that need AWS's service authorization reference, or knowledge of single services, stand in
`iamkit/analysis/findings/`, which runs these too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from iamkit.arn import PARTITIONS
from iamkit.policy.catalogue import Check, Severity, check
from iamkit.policy.conditions import Qualifier
from iamkit.policy.document import Policy
from iamkit.policy.edits import Edit, insert, remove, replace
from iamkit.policy.grammar import PolicyType
from iamkit.policy.outline import Outline, Part, Text
from iamkit.policy.patterns import glob
from iamkit.policy.source import SYNTAX_ERROR, Problem
from iamkit.policy.variables import resource_part


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, with its place; line and column only where the policy came as text.

    `edit` is there only where it changes nothing of what the policy means, or where the policy meant nothing.
    """

    name: str
    severity: Severity
    message: str
    pointer: str
    line: int | None = None
    column: int | None = None
    help: str = field(default="", repr=False)
    edit: Edit = field(default=(), repr=False)

    @property
    def check(self) -> Check:
        """Give the row of the catalogue: code and page."""
        return check(self.name)

    def __str__(self) -> str:
        place = f"{self.pointer or '/'}" + (f" (line {self.line}, column {self.column})" if self.line else "")
        return f"{place}: {self.severity.value}: {self.name}: {self.message}"


class Found(NamedTuple):
    """What a check yields; its name and severity stand in the table."""

    pointer: str
    message: str
    help: str = ""
    edit: Edit = ()
    at_key: bool = False


Finder = Callable[[Outline], Iterator[Found]]
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")
_PLAIN_SID = re.compile(r"[A-Za-z0-9]*", re.ASCII)

# P7: in characters, white space not counted; of identity-based policies a managed one has the least room for all.
QUOTAS = {
    PolicyType.IDENTITY_BASED: 6_144,
    PolicyType.PERMISSIONS_BOUNDARY: 6_144,
    PolicyType.SESSION: 2_048,
    PolicyType.TRUST: 2_048,
    PolicyType.SERVICE_CONTROL: 5_120,
    PolicyType.RESOURCE_CONTROL: 5_120,
}
_RESOURCE_QUOTAS = {
    "AWS::S3::Bucket": 20_480,
    "AWS::S3::AccessPoint": 20_480,
    "AWS::DynamoDB::Table": 20_480,
    "AWS::KMS::Key": 32_768,
    "AWS::SecretsManager::Secret": 20_480,
    "AWS::Lambda::Function": 20_480,
}


def lint(policy: Policy) -> tuple[Finding, ...]:
    """Run the grammar's checks, in the order of the table."""
    return tuple(run(CHECKS, policy.outline()))


def run(table: Iterable[tuple[str, Finder]], outline: Outline) -> Iterator[Finding]:
    """Run the checks of a table that are about the policy's type; all of them where it has none."""
    for name, find in table:
        row = check(name)
        if outline.type is None or outline.type in row.types:
            for found in find(outline):
                line, column = outline.source.place(found.pointer, at_key=found.at_key) or (None, None)
                yield Finding(name, row.severity, found.message, found.pointer, line, column, found.help, found.edit)


def refusal(problem: Problem) -> Finding:
    """Say as a finding what the parser refused."""
    row = check(problem.name or SYNTAX_ERROR)
    return Finding(row.name, row.severity, problem.message, problem.pointer, problem.line, problem.column, problem.help)


def _missing_version(outline: Outline) -> Iterator[Found]:
    if "Version" not in outline.elements:
        # Only `${…}` is read differently in the two versions (P34).
        edit = () if "${" in repr(outline.source.value) else (insert("/Version", "2012-10-17"),)
        yield Found("", "without `Version` the policy is read as of 2008, where `${…}` is plain text", edit=edit)


def _too_large(*types: PolicyType) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        quota = QUOTAS.get(outline.type) if outline.type in types and outline.type else None
        if PolicyType.RESOURCE_BASED in types:
            quota = _RESOURCE_QUOTAS.get(outline.resource_type or "")
        size = len(re.sub(r"\s", "", outline.text())) if quota else 0
        if quota and size > quota:
            what = outline.type.value if outline.type else "policy"
            help = "say it in fewer statements, or in several policies"
            yield Found("", f"{size:,} characters without white space; a {what} has at most {quota:,}", help)

    return find


def _sid_characters(outline: Outline) -> Iterator[Found]:
    if outline.type is None:
        return
    taken = {text.value for part in outline.statements for text in part.texts("Sid")}
    for part in outline.statements:
        for sid in part.texts("Sid"):
            if not _PLAIN_SID.fullmatch(sid.value):
                plain = re.sub(r"[^A-Za-z0-9]", "", sid.value)
                edit = (replace(sid.pointer, plain),) if plain and plain not in taken else ()
                yield Found(sid.pointer, f"the Sid `{sid.value}` has more than letters and digits", edit=edit)


def _empty_sid(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        for sid in part.texts("Sid"):
            if not sid.value:
                yield Found(
                    sid.pointer, "the Sid is empty", "name the statement, or leave `Sid` out", (remove(sid.pointer),)
                )


def _service_wildcard(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        for text in part.texts("Action", "NotAction"):
            service = text.value.partition(":")[0]
            if text.value != "*" and ("*" in service or "?" in service):
                yield Found(text.pointer, f"`{text.value}` has a wildcard in the service prefix", _SERVICES)
        for text in part.texts("Resource", "NotResource"):
            parts = text.value.split(":")
            if len(parts) > 3 and parts[2] != "*" and ("*" in parts[2] or "?" in parts[2]):
                yield Found(text.pointer, f"`{text.value}` has a wildcard in the service's name", _SERVICES)


_SERVICES = "it also covers services that AWS will name like this: list those you mean"


def _not_principal(effect: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            if part.has("NotPrincipal") and part.effect == effect:
                yield Found(
                    part.place("NotPrincipal"),
                    "`NotPrincipal` reaches everyone it does not list in full: use `Principal` with a condition on "
                    "`aws:PrincipalArn`",
                )

    return find


def _group_principal(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        for named in (*part.principals(), *part.principals("NotPrincipal")):
            if named.kind == "AWS" and ":group/" in named.value:
                yield Found(named.pointer, f"`{named.value}`: a user group is never a principal")


def _arns(problem: Callable[[str], str]) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            for text in part.texts("Resource", "NotResource"):
                if text.value.strip("*") and (message := problem(text.value)):
                    yield Found(text.pointer, message)

    return find


def _arn_prefix(text: str) -> str:
    first, colon, _ = text.partition(":")
    # P11: what ends early in `*` covers all that follows, and so may be the beginning of `arn:`.
    covered = glob(first)("arn") if colon else text.endswith("*") and "arn".startswith(text.rstrip("*"))
    return "" if covered else f"`{text}` does not start with `arn:`"


def _arn_field(text: str) -> str:
    short = text.startswith("arn:") and text.count(":") < 5 and not text.endswith("*")
    return f"`{text}` has {text.count(':') + 1} of an ARN's 6 parts" if short else ""


def _partition(text: str) -> str:
    parts = text.split(":")
    if parts[0] != "arn" or len(parts) < 6 or any(mark in parts[1] for mark in "*?$"):
        return ""
    return "" if parts[1] in PARTITIONS else f"`{parts[1]}` is no partition: use one of {', '.join(PARTITIONS)}"


def _variable_place(outline: Outline) -> Iterator[Found]:
    if not outline.knows_variables:
        return
    for part in outline.statements:
        for text in part.texts("Resource", "NotResource"):
            if _VARIABLE.search(text.value[: resource_part(text.value)]):
                yield Found(text.pointer, f"`{text.value}`: a variable stands only after the fifth colon")
        elsewhere: list[Text] = [*part.texts("Action", "NotAction", "Sid")]
        elsewhere += [Text(named.value, named.pointer) for named in part.principals()]
        for text in elsewhere:
            if _VARIABLE.search(text.value):
                yield Found(text.pointer, f"`{text.value}`: a variable stands in `Resource` and `Condition` only")


def _variable_operator(outline: Outline) -> Iterator[Found]:
    for _, key in outline.each_key():
        if not key.use.operator.variables and any(_VARIABLE.search(text.value) for text in key.texts):
            yield Found(key.pointer, f"`{key.use}` does not take variables", "String and ARN operators do")


def _variable_version(outline: Outline) -> Iterator[Found]:
    if outline.knows_variables:
        return
    for part in outline.statements:
        texts = [*part.texts("Resource", "NotResource"), *(text for key in part.keys for text in key.texts)]
        for text in texts:
            if _VARIABLE.search(text.value):
                help = 'write `"Version": "2012-10-17"`'
                yield Found(text.pointer, f"`{text.value}` holds plain text: variables need `Version` 2012-10-17", help)


def _for_all_values(outline: Outline) -> Iterator[Found]:
    for part in outline.statements:
        guarded = {key.folded for key in part.keys if key.use.operator.name == "Null"}
        for key in part.keys if part.allows else ():
            every = key.use.qualifier is Qualifier.FOR_ALL_VALUES and not key.use.if_exists
            if every and key.folded not in guarded and key.use.operator.name != "Null":
                message = f"`{key.use}` also holds when `{key.name}` is absent: add a `Null` condition"
                yield Found(key.pointer, message)


def _is_empty_list(part: Part, name: str) -> bool:
    return part.has(name) and part.elements[name][0] in ([], ())


def _empty_element(name: str) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            if _is_empty_list(part, name):
                # The statement covers nothing, so nothing goes with it; a policy keeps one statement at least.
                edit = (remove(part.pointer),) if len(outline.statements) > 1 else ()
                yield Found(part.place(name), f"`{name}` is empty: the statement does nothing", edit=edit)
            if _is_empty_list(part, f"Not{name}"):
                yield Found(part.place(f"Not{name}"), f"`Not{name}` is empty: it excepts nothing")

    return find


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Missing version", _missing_version),
    (
        "Policy size exceeds identity policy quota",
        _too_large(PolicyType.IDENTITY_BASED, PolicyType.PERMISSIONS_BOUNDARY, PolicyType.SESSION),
    ),
    ("Policy size exceeds role trust policy quota", _too_large(PolicyType.TRUST)),
    ("Policy size exceeds SCP quota", _too_large(PolicyType.SERVICE_CONTROL)),
    ("Policy size exceeds RCP quota", _too_large(PolicyType.RESOURCE_CONTROL)),
    ("Policy size exceeds resource policy quota", _too_large(PolicyType.RESOURCE_BASED)),
    ("Unsupported Sid", _sid_characters),
    ("Empty Sid value", _empty_sid),
    ("Invalid principal format", _group_principal),
    ("Invalid ARN prefix", _arns(_arn_prefix)),
    ("Missing ARN field", _arns(_arn_field)),
    ("Invalid partition", _arns(_partition)),
    ("Invalid variable for operator", _variable_operator),
    ("Variable unsupported in element", _variable_place),
    ("Variable unsupported in version", _variable_version),
    ("Wildcard in service name", _service_wildcard),
    ("Allow with NotPrincipal", _not_principal("Allow")),
    ("Deny with NotPrincipal", _not_principal("Deny")),
    ("Allow with ForAllValues", _for_all_values),
    ("Empty array action", _empty_element("Action")),
    ("Empty array resource", _empty_element("Resource")),
)
"""The grammar's checks: name, and the function that finds it."""
