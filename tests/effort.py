"""How hard the tests look: `make fuzz` does all that `make test` takes a part of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"


def some(cases: Sequence[Case], every: int) -> list[Case]:
    """Take every so-manieth case, or all of them in `make fuzz`."""
    return list(cases) if FUZZ else list(cases[::every])
