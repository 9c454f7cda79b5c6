"""What key policies are told of a key of AWS KMS, read from moto as it is now."""

from __future__ import annotations

from typing import Any

from iamkit.policy.variables import ContextValue


def keys_of_key(key: Any) -> dict[str, ContextValue]:
    """KMS Developer Guide, "AWS KMS condition keys": these speak of the key that an operation uses."""
    told: dict[str, ContextValue] = {
        # moto keeps what the request said, or nothing.
        "kms:KeySpec": str(key.key_spec or "SYMMETRIC_DEFAULT"),
        "kms:KeyUsage": str(key.key_usage or "ENCRYPT_DECRYPT"),
        "kms:KeyOrigin": str(key.origin or "AWS_KMS"),
        "kms:MultiRegion": "true" if key.multi_region else "false",
    }
    if key.multi_region:
        told["kms:MultiRegionKeyType"] = key.multi_region_configuration["MultiRegionKeyType"]
    if key.aliases:
        told["kms:ResourceAliases"] = (*key.aliases,)
    return told
