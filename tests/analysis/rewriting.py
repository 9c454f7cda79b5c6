"""Say a policy differently without changing what it means, and change what it means by a little.

Both are random and seeded. A rewrite is right by construction: each step names the rule that it rests on.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

Statement = dict[str, Any]
Statements = list[Statement]

ACTIONS = (
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:Get*", "s3:*Object", "s3:*",
    "sqs:SendMessage", "sqs:*", "*",
)  # fmt: skip
RESOURCES = (
    "arn:aws:s3:::reports/*", "arn:aws:s3:::reports/2026/*", "arn:aws:s3:::reports", "arn:aws:s3:::reports*",
    "arn:aws:s3:::home/${aws:username}/*", "arn:aws:sqs:*:111122223333:orders", "arn:aws:s3:::*/public/*", "*",
)  # fmt: skip
TAG = "aws:RequestTag/team"
CONDITIONS: tuple[tuple[str, str, Any], ...] = (
    ("StringEquals", TAG, ["red", "blue"]),
    ("StringNotEquals", TAG, "red"),
    ("StringLike", "s3:prefix", ["home/*", "tmp/?"]),
    ("StringEqualsIfExists", TAG, "green"),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["team", "cost"]),
    ("ForAnyValue:StringLike", "aws:TagKeys", "t*"),
    ("NumericLessThan", "s3:max-keys", "100"),
    ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "2001:db8::/32"]),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.64/26"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*"),
    ("Bool", "aws:SecureTransport", "true"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("Null", TAG, "false"),
)
VERSION = "2012-10-17"


def random_policy(random: Random) -> dict[str, Any]:
    """Make a policy of one to three statements."""
    return document([_statement(random) for _ in range(random.choice((1, 2, 2, 3)))])


def document(statements: Statements) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": statements}


def _statement(random: Random) -> Statement:
    statement: Statement = {"Effect": random.choice(("Allow", "Allow", "Allow", "Deny"))}
    action, resource = random.choice(_ELEMENTS)
    statement[action] = _some(random, ACTIONS)
    statement[resource] = _some(random, RESOURCES)
    if random.random() < 0.6:
        condition: dict[str, Any] = {}
        for operator, key, values in random.sample(CONDITIONS, random.choice((1, 1, 2))):
            condition.setdefault(operator, {})[key] = copy.deepcopy(values)
        statement["Condition"] = condition
    return statement


_ELEMENTS = (
    ("Action", "Resource"), ("Action", "Resource"), ("Action", "Resource"), ("NotAction", "Resource"),
    ("Action", "NotResource"),
)  # fmt: skip


def _some(random: Random, options: Sequence[str]) -> Any:
    found = random.sample(options, random.choice((1, 1, 2, 3)))
    return found[0] if len(found) == 1 and random.random() < 0.5 else found


def rewritten(policy: dict[str, Any], random: Random, steps: int = 6) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Say the policy differently in some steps; give it with the names of the steps that changed its text."""
    statements: Statements = copy.deepcopy(policy["Statement"])
    names = []
    for step in random.choices(STEPS, k=steps):
        before = copy.deepcopy(statements)
        step(statements, random)
        if statements != before:
            names.append(step.__name__)
    return {**policy, "Statement": statements}, tuple(names)


def changed(policy: dict[str, Any], random: Random) -> dict[str, Any]:
    """Change what the policy says by one step that may matter."""
    statements: Statements = copy.deepcopy(policy["Statement"])
    random.choice(CHANGES)(statements, random)
    return {**policy, "Statement": statements}


def _values(written: Any) -> list[Any]:
    return list(written) if isinstance(written, list) else [written]


def _nameless(statement: Statement) -> Statement:
    """P6: a Sid stands once in a policy."""
    return {key: value for key, value in statement.items() if key != "Sid"}


def _pick(statements: Statements, random: Random, *keys: str) -> tuple[int, Statement, str] | None:
    """Choose a statement with one of these elements."""
    found = [(at, one, key) for at, one in enumerate(statements) for key in keys if key in one]
    return random.choice(found) if found else None


def reorder_statements(statements: Statements, random: Random) -> None:
    """E6: statements have no order."""
    random.shuffle(statements)


def repeat_statement(statements: Statements, random: Random) -> None:
    """E6: what is said twice is said."""
    statements.append(copy.deepcopy(_nameless(random.choice(statements))))


def name_statement(statements: Statements, random: Random) -> None:
    """P6: a Sid decides nothing."""
    taken = {statement.get("Sid") for statement in statements}
    free = [f"Sid{number}" for number in range(len(statements) * 2) if f"Sid{number}" not in taken]
    nameless = [statement for statement in statements if "Sid" not in statement]
    if nameless and free:
        random.choice(nameless)["Sid"] = random.choice(free)


def reorder_elements(statements: Statements, random: Random) -> None:
    """P3: an object's keys have no order."""
    at = random.randrange(len(statements))
    items = list(statements[at].items())
    random.shuffle(items)
    statements[at] = dict(items)


def reorder_values(statements: Statements, random: Random) -> None:
    """P8, P11: values OR, in any order."""
    if found := _pick(statements, random, "Action", "NotAction", "Resource", "NotResource"):
        _, statement, key = found
        values = _values(statement[key])
        random.shuffle(values)
        statement[key] = values if len(values) > 1 or random.random() < 0.5 else values[0]


def repeat_value(statements: Statements, random: Random) -> None:
    """P8, P11: values OR, so that one may stand there twice."""
    if found := _pick(statements, random, "Action", "NotAction", "Resource", "NotResource"):
        _, statement, key = found
        values = _values(statement[key])
        statement[key] = [*values, random.choice(values)]


def add_covered_value(statements: Statements, random: Random) -> None:
    """P8, P11: what a pattern covers is said already: a star may stand for any text."""
    if found := _pick(statements, random, "Action", "NotAction", "Resource", "NotResource"):
        _, statement, key = found
        values = _values(statement[key])
        ending = [value for value in values if value.endswith("*") and value.count(":") in (1, 5)]
        if ending:
            chosen = random.choice(ending)
            statement[key] = [*values, chosen[:-1] + random.choice(("Example", "Example*", "?*", "*"))]


def change_case(statements: Statements, random: Random) -> None:
    """P8: actions are compared without their case."""
    if found := _pick(statements, random, "Action", "NotAction"):
        _, statement, key = found
        change = random.choice((str.lower, str.upper, str.swapcase))
        statement[key] = [change(value) for value in _values(statement[key])]


def double_star(statements: Statements, random: Random) -> None:
    """P8, P11: two runs after each other are one."""
    if found := _pick(statements, random, "Action", "Resource"):
        _, statement, key = found
        statement[key] = [value if value == "*" else value.replace("*", "**") for value in _values(statement[key])]


def split_values(statements: Statements, random: Random) -> None:
    """P8, P11: one statement for each value of Action or Resource says the same."""
    if found := _pick(statements, random, "Action", "Resource"):
        at, statement, key = found
        made = [{**copy.deepcopy(_nameless(statement)), key: value} for value in _values(statement[key])]
        statements[at : at + 1] = made


def split_by_condition(statements: Statements, random: Random) -> None:
    """P24, P31: a key is there or it is not; a value is equal or it is not."""
    at = random.randrange(len(statements))
    statement = _nameless(statements[at])
    made = [_asked(statement, *half) for half in random.choice(_HALVES)]
    statements[at : at + 1] = [half for half in made if half is not None] if None not in made else [statement]


_HALVES = (
    (("Null", "aws:SourceVpce", "true"), ("Null", "aws:SourceVpce", "false")),
    (("StringEquals", "aws:UserAgent", "x"), ("StringNotEquals", "aws:UserAgent", "x")),
    (("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"), ("NotIpAddress", "aws:VpcSourceIp", "10.0.0.0/8")),
)


def _asked(statement: Statement, operator: str, key: str, values: Any) -> Statement | None:
    """Ask for one thing more; None where the statement asks for the key by this operator already."""
    condition = copy.deepcopy(statement.get("Condition", {}))
    spelled = next((name for name in condition if name.lower() == operator.lower()), operator)
    tests = condition.setdefault(spelled, {})
    if key.lower() in map(str.lower, tests):
        return None
    tests[key] = copy.deepcopy(values)
    return {**copy.deepcopy(statement), "Condition": condition}


_WORDS = re.compile("not|forall")


def split_condition_values(statements: Statements, random: Random) -> None:
    """P22: the values of a positive operator OR, as statements do; not where all values are asked for (P30)."""
    found = [
        (at, operator, key)
        for at, statement in enumerate(statements)
        for operator, tests in statement.get("Condition", {}).items()
        for key, values in tests.items()
        if isinstance(values, list)
        and len(values) > 1
        and not {"not", "forall"} & set(_WORDS.findall(operator.lower()))
    ]
    if not found:
        return
    at, operator, key = random.choice(found)
    statement = _nameless(statements[at])
    made = []
    for value in statement["Condition"][operator][key]:
        one = copy.deepcopy(statement)
        one["Condition"][operator][key] = value
        made.append(one)
    statements[at : at + 1] = made


def respell_condition(statements: Statements, random: Random) -> None:
    """P23, P25: operators and keys are compared without their case."""
    if found := _pick(statements, random, "Condition"):
        _, statement, _ = found
        change = random.choice((str.lower, str.upper))
        respelled: dict[str, Any] = {}
        for operator, tests in statement["Condition"].items():
            respelled[change(operator)] = {change(key): values for key, values in tests.items()}
        if sum(map(len, respelled.values())) == sum(map(len, statement["Condition"].values())):
            statement["Condition"] = respelled


def add_implied_condition(statements: Statements, random: Random) -> None:
    """P24, P31: a positive operator implies that the key is there."""
    at = random.randrange(len(statements))
    asked = {name.lower(): tests for name, tests in statements[at].get("Condition", {}).items()}
    if "s3:prefix" in map(str.lower, asked.get("stringlike", {})):
        statements[at] = _asked(statements[at], "Null", "s3:prefix", "false") or statements[at]


def add_narrower_statement(statements: Statements, random: Random) -> None:
    """E6: what a statement covers already, a narrower one of the same effect adds nothing to."""
    chosen = _nameless(random.choice(statements))
    narrower = _asked(chosen, "StringLike", "aws:Referer", "https://example.com/*")
    statements += [narrower] if narrower is not None else []


def add_empty_statement(statements: Statements, random: Random) -> None:
    """P31: no request has a key and lacks it, so that such a statement never matches."""
    statements.append(
        {
            "Effect": random.choice(("Allow", "Deny")),
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:Referer": "*"}, "Null": {"aws:Referer": "true"}},
        }
    )


STEPS: tuple[Callable[[Statements, Random], None], ...] = (
    reorder_statements, repeat_statement, name_statement, reorder_elements, reorder_values, repeat_value,
    add_covered_value, change_case, double_star, split_values, split_by_condition, split_condition_values,
    respell_condition, add_implied_condition, add_narrower_statement, add_empty_statement,
)  # fmt: skip


def drop_statement(statements: Statements, random: Random) -> None:
    del statements[random.randrange(len(statements))]


def flip_effect(statements: Statements, random: Random) -> None:
    statement = random.choice(statements)
    statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"


def replace_value(statements: Statements, random: Random) -> None:
    if found := _pick(statements, random, "Action", "NotAction", "Resource", "NotResource"):
        _, statement, key = found
        values = _values(statement[key])
        values[random.randrange(len(values))] = random.choice(ACTIONS if "Action" in key else RESOURCES)
        statement[key] = values


def drop_condition(statements: Statements, random: Random) -> None:
    if found := _pick(statements, random, "Condition"):
        del found[1]["Condition"]


def add_condition(statements: Statements, random: Random) -> None:
    at = random.randrange(len(statements))
    statements[at] = _asked(statements[at], *random.choice(CONDITIONS)) or statements[at]


def add_deny(statements: Statements, random: Random) -> None:
    statements.append({"Effect": "Deny", "Action": random.choice(ACTIONS), "Resource": random.choice(RESOURCES)})


CHANGES: tuple[Callable[[Statements, Random], None], ...] = (
    drop_statement, flip_effect, replace_value, drop_condition, add_condition, add_deny,
)  # fmt: skip


def random_requests(random: Random) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Give requests without end that meet these policies often: principal, action, resource, context."""
    while True:
        action, resource = random.choice(_TARGETS)
        context = {key: random.choice(values) for key, values in _CONTEXT.items() if random.random() < 0.5}
        yield random.choice(_PRINCIPALS), action, resource, {**context, "aws:SecureTransport": random.choice(_TRUTHS)}


_TRUTHS = ("true", "true", "false")
_PRINCIPALS = (
    "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/bob",
    "arn:aws:sts::111122223333:assumed-role/app/session",
)  # fmt: skip
_OBJECTS = (
    "reports/a.csv", "reports/2026/a.csv", "reports/public/a.csv", "reports-2/a.csv", "home/alice/a.csv",
    "home/bob/public/x", "other/file",
)  # fmt: skip
_TARGETS = (
    *((f"s3:{verb}Object", f"arn:aws:s3:::{key}") for verb in ("Get", "Put", "Delete") for key in _OBJECTS),
    *(("s3:GetObjectAcl", f"arn:aws:s3:::{key}") for key in _OBJECTS),
    *(("s3:ListBucket", f"arn:aws:s3:::{bucket}") for bucket in ("reports", "reports-2", "home")),
    ("s3:ListAllMyBuckets", "*"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
    ("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:orders"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:refunds"),
    ("sqs:ListQueues", "*"),
    ("iam:CreateUser", "arn:aws:iam::111122223333:user/mallory"),
)
_CONTEXT: dict[str, tuple[Any, ...]] = {
    TAG: ("red", "blue", "green"),
    "s3:prefix": ("home/alice/", "tmp/a", "", "x"),
    "aws:TagKeys": (("team",), ("team", "cost"), ("team", "other"), ("other",)),
    "s3:max-keys": ("10", "100", "1000"),
    "aws:CurrentTime": ("2025-06-01T00:00:00Z", "2026-06-01T00:00:00Z"),
    "aws:SourceIp": ("203.0.113.9", "203.0.113.70", "198.51.100.7", "2001:db8::7"),
    "aws:SourceArn": ("arn:aws:sns:us-east-1:111122223333:orders", "arn:aws:sns:us-east-1:444455556666:orders"),
    "aws:MultiFactorAuthPresent": ("true", "false"),
    "aws:SourceVpce": ("vpce-0123456789abcdef0",),
    "aws:UserAgent": ("x", "aws-cli"),
    "aws:VpcSourceIp": ("10.0.0.7", "192.168.0.7"),
    "aws:Referer": ("https://example.com/a", "https://example.org/"),
}
