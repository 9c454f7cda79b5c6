"""The local cloud of a kernel: one at a time, begun again when its cell is run again."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud

ACCOUNT = "111122223333"
_open = ExitStack()


def local_cloud(seed: int = 1, accounts: Sequence[str] = (ACCOUNT,), **options: Any) -> LocalCloud:
    """Start this kernel's local cloud, in place of the one before; names, keys and IDs follow from the seed.

    Terminals on this laptop find it too: `iamkit why` explains what it refused.
    """
    # moto takes a second to import, and most lessons do without.
    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.registry import registered

    stop_cloud()
    cloud = LocalCloud(seed=seed, accounts=accounts, **options)
    _open.enter_context(cloud)
    _open.enter_context(registered(cloud.endpoint, cloud.control.token))
    return cloud


def before_the_cloud_stops(end: Callable[[], None]) -> None:
    """End what runs beside this kernel's cloud no later than the cloud itself."""
    _open.callback(end)


def stop_cloud() -> None:
    """Stop this kernel's cloud, if there is one."""
    _open.close()


atexit.register(stop_cloud)

__all__ = ["before_the_cloud_stops", "local_cloud", "stop_cloud"]
