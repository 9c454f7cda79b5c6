"""Events as CloudTrail records them, for the tests about activity."""

from __future__ import annotations

from typing import Any

ROLE = "arn:aws:iam::111122223333:role/service/App"
SESSION = "arn:aws:sts::111122223333:assumed-role/App/i-0abc"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


def role_session(name: str = "App", path: str = "service/") -> dict[str, Any]:
    """Write who a role session is."""
    issuer = {"type": "Role", "arn": f"arn:aws:iam::111122223333:role/{path}{name}", "accountId": "111122223333"}
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:assumed-role/{name}/i-0abc",
        "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }


def event(source: str, name: str, parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Write one call of the role session."""
    return {
        "eventVersion": "1.11",
        "userIdentity": role_session(),
        "eventTime": "2026-01-31T08:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.7",
        "requestParameters": parameters,
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
        **more,
    }


def get(key: str, bucket: str = "amzn-s3-demo-bucket", **more: Any) -> dict[str, Any]:
    """Write a call of GetObject."""
    return event("s3", "GetObject", {"bucketName": bucket, "key": key, "Host": "s3.amazonaws.com"}, **more)
