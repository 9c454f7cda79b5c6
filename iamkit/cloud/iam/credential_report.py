"""The credential report: who has what to prove itself with, since when, and when it was last used.

Columns, words and the four hours are those of the IAM User Guide, "Generate credential reports for your account".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.last_used import NEVER, LastUsed
from iamkit.cloud.iam.parts import Execute, Given, account_of
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.entities import Key, UserCredentials, named, password_days, users_of

_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active",
    *(f"access_key_{number}_{column}" for number in (1, 2) for column in _KEY),
    "cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
)  # fmt: skip
_FRESH = timedelta(hours=4)
_STARTED = "No report exists. Starting a new report generation task"
_NOT_REGIONAL = frozenset({"s3"})
_NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class Account:
    """What IAM does not keep of an account: when it was opened, and the root user's keys."""

    opened: datetime
    root_keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Report:
    content: bytes
    time: datetime


@dataclass(slots=True)
class CredentialReports:
    """GenerateCredentialReport and GetCredentialReport, and what they need to know of passwords and keys."""

    last_used: LastUsed
    account: Callable[[str], Account]
    clock: Callable[[], datetime]
    execute: Execute
    _reports: dict[str, _Report] = field(default_factory=dict)
    _passwords: dict[str, datetime] = field(default_factory=dict)
    _changed: dict[str, datetime] = field(default_factory=dict)

    def generate(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """GenerateCredentialReport: a report of the last four hours is good enough."""
        account = account_of(holder)
        report, now = self._reports.get(account), self.clock()
        if report is not None and now - report.time < _FRESH:
            return {"State": "COMPLETE"}
        self._reports[account] = _Report(self._written(account), now.replace(microsecond=0))
        return {"State": "STARTED", "Description": _STARTED}

    def get(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """GetCredentialReport."""
        report = self._reports.get(account_of(holder))
        if report is None:
            raise ServiceError("ReportNotPresent", "No report exists. Please call GenerateCredentialReport first.", 410)
        if self.clock() - report.time >= _FRESH:
            raise ServiceError("ReportExpired", "Report is expired. Please call GenerateCredentialReport again.", 410)
        return {"Content": report.content, "ReportFormat": "text/csv", "GeneratedTime": report.time}

    def password(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """CreateLoginProfile and UpdateLoginProfile: moto keeps no time of a password."""
        account, user = account_of(holder), named(account_of(holder), "user", call.parameters.get("UserName", ""))
        if call.parameters.get("Password") is None and user is not None and user.password:
            # moto would take the password away.
            user.password_reset_required = bool(call.parameters.get("PasswordResetRequired"))
            return {}
        given = self.execute(call, account)
        if given.status == 200:
            self._passwords[user.id] = self.clock()
        return given

    def key(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """UpdateAccessKey: a change of its status is a change of the key."""
        given = self.execute(call, account_of(holder))
        if given.status == 200:
            self._changed[call.parameters["AccessKeyId"]] = self.clock()
        return given

    def _written(self, account: str) -> bytes:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerow(self._root(account))
        writer.writerows(self._user(user, password_days(account)) for user in users_of(account))
        return text.getvalue().rstrip("\n").encode()

    def _root(self, account: str) -> Mapping[str, str]:
        known = self.account(account)
        return {
            "user": "<root_account>",
            "arn": f"arn:aws:iam::{account}:root",
            "user_creation_time": _time(known.opened),
            "password_enabled": _NOT_SUPPORTED,
            "password_last_used": "no_information",
            "password_last_changed": _NOT_SUPPORTED,
            "password_next_rotation": _NOT_SUPPORTED,
            "mfa_active": "false",
            **dict(self._keys(known.root_keys)),
            **dict(_certificates(())),
        }

    def _user(self, user: UserCredentials, days: int | None) -> Mapping[str, str]:
        changed = self._passwords.get(user.unique_id, user.created) if user.has_password else None
        return {
            "user": user.name,
            "arn": user.arn,
            "user_creation_time": _time(user.created),
            "password_enabled": _word(user.has_password),
            # There is no page here to sign in at.
            "password_last_used": "no_information" if user.has_password else NEVER,
            "password_last_changed": _time(changed),
            "password_next_rotation": _time(changed + timedelta(days=days) if changed and days else None),
            "mfa_active": _word(user.mfa),
            **dict(self._keys(user.keys)),
            **dict(_certificates(user.certificates)),
        }

    def _keys(self, keys: tuple[Key, ...]) -> Iterator[tuple[str, str]]:
        for number in (1, 2):
            key = keys[number - 1] if number <= len(keys) else None
            use = self.last_used.reported(key.id) if key else None
            rotated = self._changed.get(key.id, key.created) if key and key.active else None
            region = use.region if use and use.service not in _NOT_REGIONAL else NEVER
            values = (
                _word(key is not None and key.active),
                _time(rotated),
                _time(use.time if use else None),
                region,
                use.service if use else NEVER,
            )
            yield from zip((f"access_key_{number}_{column}" for column in _KEY), values, strict=True)


def _certificates(held: tuple[tuple[bool, datetime], ...]) -> Iterator[tuple[str, str]]:
    for number in (1, 2):
        active, uploaded = held[number - 1] if number <= len(held) else (False, None)
        yield f"cert_{number}_active", _word(active)
        yield f"cert_{number}_last_rotated", _time(uploaded if active else None)


def _time(moment: datetime | None) -> str:
    return moment.replace(microsecond=0).isoformat() if moment else NEVER


def _word(value: bool) -> str:
    return "true" if value else "false"
