"""Objects in moto's buckets, looked at without a trace: moto's own way of finding one counts its restoring forward."""

from __future__ import annotations

from typing import Any


def find_object(bucket: Any, key: str, version: str | None = None) -> Any:
    """Find an object, or the version of one; None for what is not there, and for a delete marker."""
    from moto.s3.models import FakeKey

    if version is None:
        held = bucket.keys.get(key)
        return held if isinstance(held, FakeKey) else None
    versions = bucket.keys.getlist(key, default=[])
    return next((each for each in versions if isinstance(each, FakeKey) and str(each.version_id) == version), None)
