"""How hard the property tests look: `HYPOTHESIS_PROFILE=fuzz` (make fuzz) looks fifty times harder."""

from __future__ import annotations

import os

from hypothesis import settings

DEV = settings(
    deadline=None,
    max_examples=40,
    derandomize=bool(os.environ.get("CI")),  # The same commit gives the same result there, every time.
    print_blob=True,
)
settings.register_profile("dev", DEV)
settings.register_profile("fuzz", DEV, max_examples=50 * DEV.max_examples, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
