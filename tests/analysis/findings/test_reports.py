"""What `iamkit lint` writes: text with the place marked, JSON, SARIF that its schema accepts, an exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from iamkit.cli import main

BAD = """{
  "Version": "2012-10-17",
  "Statement": {
    "Effect": "Allow",
    "Action": ["s3:GetObjects", "s3:Put*", "s3:PutObject"],
    "Resource": "arn:aws:s3:::reports/*"
  }
}
"""
GOOD = BAD.replace('"s3:GetObjects", ', "").replace(', "s3:PutObject"', "")

# The parts of the SARIF 2.1.0 schema (OASIS) that a result of ours uses, all closed: nothing else may stand there.
_TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string"}},
    "required": ["text"],
    "additionalProperties": False,
}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_RULE = _object(
    ["id"],
    id={"type": "string"},
    name={"type": "string"},
    shortDescription=_TEXT,
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=_object([], level=_LEVEL),
    properties={"type": "object"},
)
_REGION = _object([], startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1})
_PHYSICAL = _object(
    ["artifactLocation"],
    artifactLocation=_object([], uri={"type": "string", "format": "uri-reference"}),
    region=_REGION,
)
_LOCATION = _object(
    [],
    physicalLocation=_PHYSICAL,
    logicalLocations={"type": "array", "items": _object([], fullyQualifiedName={"type": "string"})},
)
_RESULT = _object(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_TEXT,
    locations={"type": "array", "items": _LOCATION},
)
_DRIVER = _object(
    ["name"],
    name={"type": "string"},
    version={"type": "string"},
    rules={"type": "array", "items": _RULE, "uniqueItems": True},
)
_RUN = _object(
    ["tool"],
    tool=_object(["driver"], driver=_DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": _RESULT},
)
SARIF = _object(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"enum": ["2.1.0"]}},
    runs={"type": "array", "items": _RUN},
)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """Write a policy with an error and a suggestion."""
    path = tmp_path / "bad policy.json"
    path.write_text(BAD)
    return str(path)


def lint(*words: str, given: str | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["lint", *words], input=given)


def test_text_marks_the_place(bad: str) -> None:
    """A finding is file, line, column, severity, name and message, then the line with a mark, then help."""
    assert lint(bad).output.startswith(
        f"""{bad}:5:16: error: Invalid action: `s3:GetObjects` is no action of `s3`
  5 |     "Action": ["s3:GetObjects", "s3:Put*", "s3:PutObject"],
    |                ^^^^^^^^^^^^^^^
  help: did you mean `s3:GetObject`?
"""
    )
    assert lint(bad).output.endswith("\n1 policy: 1 error, 1 suggestion\n")


def test_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    """A policy on one line is shown near the place, with the mark under it."""
    path = tmp_path / "one.json"
    path.write_text(json.dumps(json.loads(BAD)))
    line, mark = lint(str(path)).output.splitlines()[1:3]
    assert len(line) < 120
    assert line[mark.index("^") :].startswith('"s3:GetObjects"')


@pytest.mark.parametrize(
    ("words", "text", "status"),
    [
        ((), BAD, 1),
        ((), GOOD, 0),
        (("--fail-on", "suggestion"), GOOD, 0),
        ((), BAD.replace('"s3:GetObjects", ', ""), 0),
        (("--fail-on", "suggestion"), BAD.replace('"s3:GetObjects", ', ""), 1),
        (("--fail-on", "warning"), BAD.replace('"s3:GetObjects", ', ""), 0),
        (("--type", "trust"), GOOD, 1),
        (("--resource-type", "AWS::SQS::Queue"), GOOD.replace('"Effect"', '"Principal": "*", "Effect"'), 1),
    ],
)
def test_exit_status(words: tuple[str, ...], text: str, status: int) -> None:
    """1 for a finding as grave as was asked for, else 0; standard input is a file."""
    assert lint(*words, "-", given=text).exit_code == status


def test_unreadable_file_is_status_2(tmp_path: Path) -> None:
    """What cannot be read is told from what has findings."""
    result = lint(str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "cannot be read: No such file or directory" in result.output


def test_directory_is_all_its_json_files(bad: str, tmp_path: Path) -> None:
    """A directory stands for the .json files in it, however deep."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.json").write_text(GOOD)
    (tmp_path / "readme.txt").write_text("no policy")
    assert lint(str(tmp_path)).output.endswith("2 policies: 1 error, 1 suggestion\n")


def test_not_utf8_is_a_finding(tmp_path: Path) -> None:
    """Bytes that are no text are said, without a place."""
    (tmp_path / "latin.json").write_bytes(b'{"Id": "\xe9"}')
    assert "latin.json: error: Json syntax error: the text is not UTF-8" in lint(str(tmp_path)).output


def test_json_has_access_analyzers_words(bad: str) -> None:
    """Each finding is an object with the fields of `ValidatePolicy` and its place."""
    first, second = json.loads(lint("--format", "json", bad).output)
    assert (first["findingType"], first["issueCode"], first["pointer"]) == (
        "ERROR",
        "INVALID_ACTION",
        "/Statement/Action/0",
    )
    assert first["learnMoreLink"].endswith("#access-analyzer-reference-policy-checks-error-invalid-action")
    assert second["edit"] == [{"kind": "remove", "pointer": "/Statement/Action/2", "value": None}]


def test_sarif_is_valid(bad: str) -> None:
    """The SARIF output keeps to the schema, names its rules, and its places are those of the file."""
    log = json.loads(lint("--format", "sarif", bad).output)
    jsonschema.validate(log, SARIF, format_checker=jsonschema.FormatChecker())
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["INVALID_ACTION", "REDUNDANT_ACTION"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 5, "startColumn": 16}
    assert physical["artifactLocation"]["uri"].endswith("/bad%20policy.json")


def test_fix_edits_the_file_and_nothing_else(bad: str) -> None:
    """`--fix` makes the edits that change no meaning, keeps the rest of the text, and reports what is left."""
    result = lint("--fix", bad)
    assert Path(bad).read_text() == BAD.replace(', "s3:PutObject"', "")
    assert result.output.endswith("\n1 policy: 1 error\n")
