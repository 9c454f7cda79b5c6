"""Credentials, and boto3 clients that use them against a local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials as SDKs take them."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, given: Keys | Mapping[str, Any]) -> Keys:
        """Take keys as boto3 gives them: what CreateAccessKey or an operation of STS answers, or the part with keys."""
        if isinstance(given, Keys):
            return given
        part = given.get("Credentials") or given.get("AccessKey") or given
        return cls(part["AccessKeyId"], part["SecretAccessKey"], part.get("SessionToken"))


def make_client(endpoint: str, service: str, keys: Keys, region: str = REGION, **options: Any) -> Any:
    """Make a boto3 client for a local cloud; `options` are those of `boto3.client`."""
    import boto3
    from botocore.config import Config

    # Else boto3 presigns for an endpoint of one's own as AWS no longer takes it.
    configuration = Config(signature_version="s3v4" if service == "s3" else None)
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        config=configuration.merge(options.pop("config", Config())),
        **options,
    )
