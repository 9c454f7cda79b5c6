"""The local cloud as a process of its own: `iamkit cloud`."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from iamkit.cloud.clients import REGION
from iamkit.cloud.local_cloud import ACCOUNT, LocalCloud
from iamkit.cloud.organization_files import read_organization
from iamkit.cloud.registry import registered


def serve(
    port: int,
    accounts: Sequence[str],
    seed: int | None,
    *,
    as_json: bool,
    say: Callable[[str], object],
    with_parent: bool = False,
    state: Path | None = None,
    organization: Path | None = None,
) -> None:
    """Run a cloud until the process is told to end; say how to reach it when it is ready.

    `with_parent` ends it with its standard input too, as that of a process whose parent is gone. Raises ValueError
    for what is no account, OSError for a port that is taken; for a directory with a `state` these two, and Diverged.
    """
    for account in accounts:
        if len(account) != 12 or not (account.isascii() and account.isdigit()):
            raise ValueError(f"`{account}` is no account\nhelp: an account ID has 12 digits, as in {ACCOUNT}")
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    joined = None
    if organization is not None:
        joined, members = read_organization(organization)
        accounts = tuple(dict.fromkeys((*members, *accounts)))
    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with LocalCloud(
            accounts=accounts or (ACCOUNT,), seed=seed, port=port, state=state, organization=joined
        ) as cloud:
            if with_parent:
                threading.Thread(target=_watch_input, args=(ended,), name="iamkit-parent", daemon=True).start()
                say(_as_json(cloud))
                ended.wait()
                return
            with registered(cloud.endpoint, cloud.control.token):
                say(_as_json(cloud) if as_json else _as_exports(cloud))
                ended.wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _watch_input(ended: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ended.set()


def _as_json(cloud: LocalCloud) -> str:
    administrators = {
        account: {
            "accessKeyId": cloud.administrator(account).access_key_id,
            "secretAccessKey": cloud.administrator(account).secret_access_key,
        }
        for account in cloud.accounts
    }
    told = {"endpoint": cloud.endpoint, "region": REGION, "administrators": administrators}
    return json.dumps(told | {"token": cloud.control.token})


def _as_exports(cloud: LocalCloud) -> str:
    keys = cloud.administrator()
    return (
        f"export AWS_ENDPOINT_URL={cloud.endpoint}\n"
        f"export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}\n"
        f"export AWS_ACCESS_KEY_ID={keys.access_key_id}\n"
        f"export AWS_SECRET_ACCESS_KEY={keys.secret_access_key}\n"
        "# The local cloud is ready. Paste these lines into another terminal; Ctrl-C ends it."
    )
