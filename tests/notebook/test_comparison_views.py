"""A comparison and an answer are shown with their verdict and the request that shows it, as text and as HTML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from iamkit.analysis.compare import Answer, Comparison, Relation, Verdict, can, compare
from iamkit.notebook.display import View
from iamkit.notebook.views.registry import view_of


def allowing(action: str) -> dict[str, Any]:
    statement = {"Sid": "Reading", "Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def shown(value: object) -> View:
    view = view_of(value)
    assert view is not None
    return view


def test_a_proof_is_one_sentence() -> None:
    """Nothing is to be seen beside it: there is no request."""
    view = shown(compare(allowing("s3:GetObject"), allowing("s3:Get*"), Relation.AT_MOST))
    assert view.text == "PROVED: the second allows every request that the first allows"
    assert "iamkit-badge--allow" in view.html
    assert "<dl" not in view.html


def test_a_difference_shows_the_request_and_both_decisions() -> None:
    """Who, what, which and the context, then a line for each side."""
    found = compare(allowing("s3:Get*"), allowing("s3:GetObject"), Relation.AT_MOST)
    view = shown(found)
    heading, *lines = view.text.splitlines()
    assert heading == "DIFFERENT: the first allows a request that the second does not"
    terms = [line.split()[0] for line in lines]
    assert terms == ["principal:", "action:", "resource:", "context:", "first:", "second:"]
    assert found.request is not None
    assert found.mine is not None
    assert found.theirs is not None
    assert found.request.action in lines[1]
    for line, each in zip(lines[4:], (found.mine, found.theirs), strict=True):
        assert line.endswith(f"{each.decision.value}, decided by {each.decided_by}".replace("`", ""))
    assert "`" not in view.text
    assert view.html.count("<dt") == len(lines)
    assert view.html.count("iamkit-badge--deny") == 2  # the verdict, and the second's decision
    assert view.html.count("iamkit-badge--allow") == 1


def test_an_invented_request_is_called_so() -> None:
    found = replace(compare(allowing("s3:Get*"), allowing("s3:GetObject")), invented=True)
    assert shown(found).text.endswith("an action or a resource that AWS does not have.")
    assert "AWS does not have" in shown(found).html


def test_an_unknown_end_says_why() -> None:
    """The reason is ours, and is escaped all the same."""
    reason = "`<b>` took more than 5 seconds"
    ended = Comparison(Relation.EQUIVALENT, Verdict.UNKNOWN, None, None, None, reason)
    for value in (ended, Answer(None, None, None, reason)):
        assert shown(value).text == "UNKNOWN: <b> took more than 5 seconds"
        assert "<code>&lt;b&gt;</code>" in shown(value).html
        assert "iamkit-badge--neutral" in shown(value).html


def test_an_answer_shows_what_is_allowed() -> None:
    """Possible with its request and decision; impossible in one sentence."""
    view = shown(can(allowing("s3:GetObject"), action="s3:Get*"))
    lines = view.text.splitlines()
    assert lines[0] == "POSSIBLE: this request is allowed"
    assert "s3:GetObject" in lines[2]
    assert lines[5].startswith("  decision:  ALLOW, decided by ")
    assert view.html.count("iamkit-badge--allow") == 2
    no = shown(can(allowing("s3:GetObject"), action="s3:Put*"))
    assert no.text == "IMPOSSIBLE: no request of this kind is allowed"
    assert "iamkit-badge--deny" in no.html
