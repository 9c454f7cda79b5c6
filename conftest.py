"""Keep every test, and every kernel and server that a test starts, out of the home of whoever runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
HOME = Path(tempfile.mkdtemp(prefix="iamkit-tests-"))
# Kept between runs: the search for fonts takes seconds, and a lesson must not tell about it.
FONTS = ROOT / "build" / "matplotlib"


def pytest_configure() -> None:
    """Point everything that is kept in a home to a temporary one."""
    for name in [name for name in os.environ if name.startswith(("JUPYTER", "IPYTHON", "XDG_", "IAMKIT_COURSE"))]:
        del os.environ[name]
    os.environ |= {
        "HOME": str(HOME),
        "IAMKIT_COURSE_DIR": str(HOME / "course"),
        "IPYTHONDIR": str(HOME / "ipython"),
        "JUPYTER_CONFIG_DIR": str(HOME / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(HOME / "jupyter" / "data"),
        "JUPYTER_RUNTIME_DIR": str(HOME / "jupyter" / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(HOME / "jupyter" / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(HOME / "jupyter" / "workspaces"),
        "MPLCONFIGDIR": str(FONTS),
        # Secrets of whoever runs the tests stay out of them too.
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
    }
    if not any(FONTS.glob("fontlist-*.json")):
        FONTS.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True, capture_output=True)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each notebook that nbval runs a course folder of its own, as the build does: its kernel starts next."""
    if item.path.suffix == ".ipynb":
        os.environ["IAMKIT_COURSE_DIR"] = str(HOME / item.path.stem)
