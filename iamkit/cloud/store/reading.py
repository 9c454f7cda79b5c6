"""Read an ARN that may be anything."""

from __future__ import annotations

from iamkit.arn import Arn, InvalidArn


def read_arn(text: str) -> Arn | None:
    """Take an ARN apart; None for what is none."""
    try:
        return Arn.parse(text)
    except InvalidArn:
        return None
