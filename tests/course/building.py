"""Small courses, policies and requests for the tests of the course."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from iamkit import Policies, Policy, PolicyType, Request
from iamkit.course.code_exercises import CodeExercise
from iamkit.course.loading import load_exercise
from iamkit.course.policy_exercises import PolicyExercise

ALICE = "arn:aws:iam::111122223333:user/alice"
REPORT = "arn:aws:s3:::reports/2026/a.csv"

SOLUTION: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}],
}
STARTER: dict[str, Any] = {"Version": "2012-10-17", "Statement": []}
TOO_WIDE: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}

CASES = f"""
[[case]]
name = "reads a report"
principal = "{ALICE}"
action = "s3:GetObject"
resource = "{REPORT}"
expect = "ALLOW"
feedback = "Reading must work."

[[case]]
name = "writes a report"
principal = "{ALICE}"
action = "s3:PutObject"
resource = "{REPORT}"
expect = "DENY"
feedback = "Only reading was asked for."
"""

EXERCISE = """
title = "Read reports"
type = "identity-based policy"
difficulty = 1
hints = ["Which action reads?", "Which ARN has an object?", "The resource ends in a wildcard."]

[wrong]
too-wide = "writes a report"
"""


def statement(action: Any, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def in_force(*statements: dict[str, Any], shared: bool = False) -> Policies:
    """An identity-based policy; `shared`: before a resource whose own policy allows everyone everything."""
    policy = Policy.parse(document(*statements), type=PolicyType.IDENTITY_BASED)
    return Policies(policy, document(statement("*", Principal="*")) if shared else None)


def bucket_policy(*statements: dict[str, Any]) -> Policies:
    """A bucket's policy, in force beside an identity-based policy that allows everything of S3."""
    policy = Policy.parse(document(*statements), type=PolicyType.RESOURCE_BASED)
    return Policies(identity_based=document(statement("s3:*")), resource_based=policy)


def request(action: str = "s3:GetObject", resource: str = REPORT, principal: str = ALICE, **context: str) -> Request:
    return Request(principal, action, resource, context)


def write_exercise(folder: Path, toml: str = EXERCISE, cases: str = CASES, **files: str | None) -> Path:
    """Write an exercise that is right, but for the files given: `task_md="…"` writes one, None leaves it out."""
    content: dict[str, str | None] = {
        "exercise.toml": toml + cases,
        "task.md": "Let Alice read.",
        "starter.json": json.dumps(STARTER, indent=2),
        "solution.json": json.dumps(SOLUTION, indent=2),
        "why.md": "Objects have ARNs of their own.",
        "wrong/too-wide.json": json.dumps(TOO_WIDE, indent=2),
    }
    write_files(folder, content | {_file_name(name): text for name, text in files.items()})
    return folder


def write_files(folder: Path, files: dict[str, str | None]) -> None:
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def load(folder: Path) -> PolicyExercise:
    exercise = load_exercise(folder, folder.parent.name, f"exercises/{folder.parent.name}/{folder.name}")
    assert isinstance(exercise, PolicyExercise)
    return exercise


CODE = """
kind = "code"
title = "A key"
difficulty = 1
function = "signing_key"
judge = "signing-key"
hints = ["Which steps?", "Which method gives bytes?", "One step for each part."]

[wrong]
hex = "the documented example"
one-region = "another region"
"""

RIGHT = """import hashlib
import hmac


def signing_key(secret, date, region, service):
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
"""


def write_code_exercise(folder: Path, toml: str = CODE, **files: str | None) -> Path:
    """Write an exercise to write a program that is right, but for the files given as in `write_exercise`."""
    content: dict[str, str | None] = {
        "exercise.toml": toml,
        "task.md": "Derive the key.",
        "starter.py": "def signing_key(secret, date, region, service):\n    return secret.encode()\n",
        "solution.py": RIGHT,
        "why.md": "Each key is made from the one before.",
        "wrong/hex.py": RIGHT.replace(".digest()", ".hexdigest().encode()"),
        "wrong/one-region.py": RIGHT.replace("(date, region", '(date, "us-east-1"'),
    }
    write_files(folder, content | {_file_name(name): text for name, text in files.items()})
    return folder


def load_code(folder: Path) -> CodeExercise:
    exercise = load_exercise(folder, folder.parent.name, f"exercises/{folder.parent.name}/{folder.name}")
    assert isinstance(exercise, CodeExercise)
    return exercise


def write_prediction(folder: Path, answer: str = "IMPLICIT_DENY", action: str = "s3:PutObject", more: str = "") -> Path:
    toml = f"""
title = "Writing"
answer = "{answer}"
{more}
[request]
principal = "{ALICE}"
action = "{action}"
resource = "{REPORT}"

[policies]
identity-based = "reader.json"
"""
    files: dict[str, str | None] = {
        "prediction.toml": toml,
        "task.md": "May Alice write?",
        "why.md": "Nothing allows it.",
        "reader.json": json.dumps(SOLUTION),
    }
    write_files(folder, files)
    return folder


QUIZ = """
[[question]]
id = "default"
text = "What is decided when no statement matches?"
options = ["ALLOW", "IMPLICIT_DENY"]
answer = 1
why = "Everything is denied by default."
"""


def write_course(root: Path) -> Path:
    """Write a course of one lesson: an exercise, a prediction and a quiz."""
    lesson = root / "exercises" / "03_policies"
    write_exercise(lesson / "read-reports")
    write_prediction(lesson / "predictions" / "writing")
    write_files(lesson, {"quiz.toml": QUIZ})
    return root


def write_code_course(root: Path) -> Path:
    """Write a course of one lesson with one exercise, `signing-key`, to write a program."""
    write_code_exercise(root / "exercises" / "02_sigv4" / "signing-key")
    return root


def _file_name(name: str) -> str:
    stem, _, suffix = name.rpartition("_")
    return f"{stem.replace('__', '/').replace('_', '-')}.{suffix}"
