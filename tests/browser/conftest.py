"""One browser and one JupyterLab for all tests of what a learner sees."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import PATIENCE, chromium
from tests.learning import Learning, learning

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The learner's course folder."""
    return tmp_path_factory.mktemp("learner") / "course"


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[Learning]:
    """The course as `iamkit learn` starts it; only these tests want JupyterLab's object in the page."""
    configuration = Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_lab_config.json")
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    with learning(folder) as started:
        yield started
    configuration.unlink()
