"""`iamkit exposure` and `iamkit reach`: text, JSON, exit status, and errors in one line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from iamkit.cli import main
from tests.analysis.accounts import OUT, A, account, allow, policy, role, trust, user


def files(folder: Path) -> list[str]:
    """Write an account and, in a file of its own, a queue."""
    queue = f"arn:aws:sqs:us-east-1:{A}:jobs"
    shared = policy(allow("sqs:SendMessage", queue, Principal={"AWS": OUT}))
    first = account({"alice": {"does": allow("sts:AssumeRole")}}, {"deploy": {"trust": trust(A)}})
    documents = {"account.json": first, "resources.json": {"Resources": [{"Arn": queue, "Policy": shared}]}}
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document))
    return [str(folder / name) for name in documents]


def run(*words: str) -> tuple[int, str]:
    """Run the command line."""
    result = CliRunner().invoke(main, words)
    return result.exit_code, result.output


def test_exposure_prints_findings(tmp_path: Path) -> None:
    """As text and as JSON; a finding makes the exit status 1."""
    given = files(tmp_path)
    status, text = run("exposure", *given)
    assert (status, f"AWS account `{OUT}` can `sqs:SendMessage`" in text) == (1, True)
    told = json.loads(run("exposure", "--json", *given)[1])
    assert told["findings"][0]["principal"] == {"kind": "AWS account", "name": OUT}
    assert told["findings"][0]["example"]["action"] == "sqs:SendMessage"
    assert told["withoutFinding"] == [{"resource": role("deploy"), "proved": True}]
    assert run("exposure", given[0])[0] == 0


def test_reach_prints_steps(tmp_path: Path) -> None:
    """All single steps, or what is reached from one principal."""
    given = files(tmp_path)
    assert "user/alice can become role/deploy: `sts:AssumeRole` on it" in run("reach", *given)[1]
    assert json.loads(run("reach", "--json", *given)[1])["steps"][0]["to"] == role("deploy")
    assert "Whoever has the credentials of user/alice" in run("reach", "--from", "alice", *given)[1]
    told = json.loads(run("reach", "--json", "--from", user("alice"), *given)[1])
    assert told["principals"] == [user("alice"), role("deploy")]


def test_mistakes_are_said_in_a_line(tmp_path: Path) -> None:
    """A file that is none, an account that is none, a principal that is nobody."""
    given = files(tmp_path)
    (tmp_path / "bad.json").write_text('{"Users": []}')
    assert "bad.json: /Users: `Users` is not known here" in run("reach", str(tmp_path / "bad.json"))[1]
    assert run("exposure", str(tmp_path / "none.json"))[0] == 1
    assert "`mallory` is no user, role or access key here" in run("reach", "--from", "mallory", *given)[1]
