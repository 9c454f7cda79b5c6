"""Where the browser of the browser tests is."""

from __future__ import annotations

import os
import shutil


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None; `IAMKIT_CHROMIUM` names one that is not on the PATH."""
    names = (os.environ.get("IAMKIT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)
