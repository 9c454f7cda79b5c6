"""The house: every room imports only what stands below it, and the engine nothing but the standard library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "iamkit"

# From the ground up. A module belongs to the room that its path starts with.
ENGINE_ROOMS = ("arn", "policy", "request", "evaluation", "sigv4", "")
ROOMS = (*ENGINE_ROOMS, "sigv4.adapters", "reference", "analysis", "cloud", "course", "notebook", "cli", "__main__")
ENGINE = frozenset(ENGINE_ROOMS)
# What the `sigv4a` extra brings to the engine's one module that cannot do without.
EXTRAS = {"sigv4.v4a": frozenset({"cryptography"})}
# What an engine has no business with: the outside world, and a clock of its own.
NOT_FOR_ENGINE = frozenset({"socket", "subprocess", "urllib", "http", "time", "random", "os", "pathlib", "threading"})


def room(module: str) -> str:
    """Name the room of a dotted module below iamkit; the package itself is the room that shows the engine."""
    if module.startswith("sigv4.adapters"):
        return "sigv4.adapters"
    first = module.partition(".")[0]
    return first if first in ROOMS else ""


def modules() -> list[tuple[str, Path]]:
    """List the modules as dotted names below iamkit, with their files."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found.append((".".join(part for part in parts if part != "__init__"), path))
    return found


def imports(path: Path) -> set[str]:
    """List every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: imports are absolute"
            found.add(node.module)
    return found


@pytest.mark.parametrize(("module", "path"), modules())
def test_room_imports_only_what_is_below(module: str, path: Path) -> None:
    """A room never imports from one above it."""
    own = ROOMS.index(room(module))
    for imported in imports(path):
        if imported.partition(".")[0] == "iamkit":
            other = room(imported.partition(".")[2])
            assert ROOMS.index(other) <= own, f"iamkit.{module} imports {imported}, which stands above it"


@pytest.mark.parametrize(("module", "path"), [pair for pair in modules() if room(pair[0]) in ENGINE])
def test_engine_is_standard_library_only(module: str, path: Path) -> None:
    """The engine needs no other package, does no I/O and has no clock."""
    for imported in imports(path):
        top = imported.partition(".")[0]
        own = top == "iamkit" or (top in sys.stdlib_module_names and top not in NOT_FOR_ENGINE)
        assert own or top in EXTRAS.get(module, ()), (module, imported)


def test_engine_runs_where_nothing_else_is_installed() -> None:
    """A bare interpreter, without site-packages, imports the engine and decides."""
    program = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n"
        "from iamkit import Policy, Request, evaluate\n"
        'policy = Policy.parse(\'{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}\')\n'
        "from iamkit.sigv4 import Credentials, HttpRequest, sign\n"
        "print(evaluate(Request('arn:aws:iam::111122223333:user/alice', 's3:GetObject'), policy).decision.value)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in "
        "('IPython', 'jupyter', 'click', 'matplotlib', 'tomllib')))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["ALLOW", "[]"]


@pytest.mark.parametrize("module", ["iamkit.course", "iamkit.notebook"])
def test_slow_packages_are_imported_lazily(module: str) -> None:
    """Opening the course waits for no figure and for no Markdown."""
    program = (
        f"import sys, {module}; print([n for n in ('matplotlib', 'boto3', 'markdown_it', 'moto') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
