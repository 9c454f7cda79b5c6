"""What is known of texts that policy variables tie together, and which values are worth trying."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.logic import Formula


def tie_rules(encoding: Encoding) -> Iterator[Formula]:
    """Say what holds of templates whatever their variables stand for."""
    yield from ()


def trial_values(encoding: Encoding) -> dict[str, tuple[str, ...]]:
    """Choose values to try for each key that a variable takes."""
    return {}
