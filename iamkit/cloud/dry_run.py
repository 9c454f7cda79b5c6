"""DryRun of Amazon EC2: a call that is allowed says so, and does nothing (API reference, "DryRun")."""

from __future__ import annotations

from iamkit.cloud.calls import Call, ServiceError


def dry_run(call: Call, *_: object) -> None:
    """Answer a dry run; any other call is left to be executed.

    Raises ServiceError, as AWS has an error for what would have succeeded. moto heeds the flag in some operations only.
    """
    if call.parameters.get("DryRun"):
        raise ServiceError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
