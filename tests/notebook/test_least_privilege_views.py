"""A generated policy and what was never used are shown as plain HTML, with the whole text beside it."""

from __future__ import annotations

from iamkit.analysis.least_privilege import generate
from iamkit.analysis.unused import unused
from iamkit.notebook.views.registry import view_of
from tests.analysis.events import event, get

WIDE = {"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def test_generated_is_shown_with_its_evidence() -> None:
    """The policy, a row for each statement, and what was left out; what an event says is escaped."""
    made = generate([get("a"), event("s3", "<b>Unheard</b>")])
    view = view_of(made)
    assert view is not None
    assert view.text == repr(made)
    assert "<code>S3Read</code>" in view.html
    assert "&lt;b&gt;Unheard&lt;/b&gt;" in view.html
    assert "<b>" not in view.html


def test_unused_is_shown_by_statement() -> None:
    """Badges say what was used; the suggestion follows."""
    for report, badge in (
        (unused(WIDE, get("a")), "1 event<"),
        (unused(WIDE, event("sqs", "ListQueues")), "never used"),
    ):
        view = view_of(report)
        assert view is not None
        assert view.text == repr(report)
        assert badge in view.html
        assert "<strong>Suggestion</strong>" in view.html
