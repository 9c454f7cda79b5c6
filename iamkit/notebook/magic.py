"""The cell magics `%%policy slug` and `%%code slug`: the cell is a policy or a program, running it checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamkit.notebook.api import check
from iamkit.notebook.display import register, shell
from iamkit.notebook.guard import guarded, say
from iamkit.notebook.views.registry import VIEWS

if TYPE_CHECKING:
    from iamkit.course import Result


@guarded
def policy(line: str, cell: str) -> Result | None:
    """Check the policy in this cell against the exercise that the first line names."""
    return _checked("policy", "read-one-prefix", line, cell)


@guarded
def code(line: str, cell: str) -> Result | None:
    """Check the program in this cell against the exercise that the first line names; a pass defines its function."""
    return _checked("code", "signing-key", line, cell)


def _checked(magic: str, example: str, line: str, cell: str) -> Result | None:
    slug = line.strip().strip("\"'")
    if not slug:
        say(f"which exercise is this for?\nhelp: name it in the first line, as in `%%{magic} {example}`")
        return None
    return check(slug, cell)


def load(ip: Any = None) -> None:
    """Make a running IPython know the magics and how everything looks; without one do nothing."""
    ip = ip or shell()
    if ip is None:
        return
    for magic in (policy, code):
        ip.register_magic_function(magic, magic_kind="cell", magic_name=magic.__name__)
    register(VIEWS)
