"""The cell magic `%%policy slug`: the cell is the JSON of a policy, running it checks it."""

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
    slug = line.strip().strip("\"'")
    if not slug:
        say("which exercise is this for?\nhelp: name it in the first line, as in `%%policy read-one-prefix`")
        return None
    return check(slug, cell)


def load(ip: Any = None) -> None:
    """Make a running IPython know the magic and how everything looks; without one do nothing."""
    ip = ip or shell()
    if ip is None:
        return
    ip.register_magic_function(policy, magic_kind="cell", magic_name="policy")
    register(VIEWS)
