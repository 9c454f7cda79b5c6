"""ARNs: parse and format. How an ARN matches a pattern is part of the policy language (`policy/patterns.py`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

# P10
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")

_ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)


class InvalidArn(ValueError):
    """The text is not an ARN."""


def is_account_id(text: str) -> bool:
    """Tell whether the text is twelve ASCII digits."""
    return _ACCOUNT_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of an Amazon Resource Name (P10); region and account may be empty.

    >>> Arn.parse("arn:aws:s3:::reports/2026/a.csv").resource
    'reports/2026/a.csv'
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """Split the text into its parts; raise `InvalidArn` with what is missing."""
        parts = text.split(":", 5)
        if parts[0] != "arn":
            raise InvalidArn(f"`{text}` does not start with `arn:`")
        if len(parts) < 6:
            raise InvalidArn(f"`{text}` has {len(parts)} of the 6 parts arn:partition:service:region:account:resource")
        _, partition, service, region, account, resource = parts
        if partition not in PARTITIONS:
            raise InvalidArn(f"`{text}` names no partition: `{partition}` is not one of {', '.join(PARTITIONS)}")
        if not service or not resource:
            raise InvalidArn(f"`{text}` names no {'service' if not service else 'resource'}")
        if account and account != "aws" and not is_account_id(account):
            raise InvalidArn(f"`{text}`: the account `{account}` is not 12 digits")
        return cls(partition, service, region, account, resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
