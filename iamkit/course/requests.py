"""The request of a case or a prediction, as a TOML table has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit import Request, Resource
from iamkit.arn import Arn, is_account_id

if TYPE_CHECKING:
    from iamkit.course.fields import Table

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")


def read_request(table: Table) -> Request | None:
    """Read principal, action, resource, account and context; report what is wrong and return None."""
    before = len(table.report.problems)
    principal = table.text("principal")
    action = table.text("action")
    resource = table.text("resource", default="*")
    account = table.text("account", default=" ").strip() or None
    context = table.context("context")
    if action and not _ACTION.fullmatch(action):
        table.problem("action", f"is not an action: `{action}`", "write service:Name, as in s3:GetObject")
    if resource != "*":
        _check_arn(table, "resource", resource)
    if account is not None and not is_account_id(account):
        table.problem("account", f"is not an account: `{account}`", "write twelve digits in quotes")
    if principal.startswith("arn"):
        _check_arn(table, "principal", principal)
    if len(table.report.problems) > before:
        return None
    try:
        return Request(principal, action, Resource(resource, account), context)
    except ValueError as error:
        help = 'write the ARN of a user, role session or root user, a service principal, or "anonymous"'
        table.problem("principal", str(error), help)
        return None


def _check_arn(table: Table, key: str, text: str) -> None:
    try:
        Arn.parse(text)
    except ValueError as error:
        table.problem(key, f"is not an ARN: {error}", "an ARN is arn:partition:service:region:account:resource")
        return
    # S3's ARNs have neither region nor account; a wildcard has no place in the name of one thing.
    if any(character in text for character in "*?"):
        table.problem(key, f"has a wildcard: `{text}`", "a request names one thing: write it in full")
