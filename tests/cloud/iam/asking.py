"""Short ways to write policies, make users and be refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pyotp import TOTP

from iamkit.cloud.local_cloud import Keys, LocalCloud

ACCOUNT = "111122223333"
OTHER = "444455556666"
MANAGEMENT = "999988887777"


def arn(path: str, account: str = ACCOUNT) -> str:
    """Give the ARN of something of IAM's."""
    return f"arn:aws:iam::{account}:{path}"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> str:
    """Write a policy."""
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    """Write a policy of one statement that allows."""
    return policy({"Effect": "Allow", "Action": list(actions), "Resource": resource, **more})


def deny(*actions: str, resource: str = "*", **more: Any) -> str:
    """Write a policy of one statement that denies."""
    return policy({"Effect": "Deny", "Action": list(actions), "Resource": resource, **more})


def trust(*principals: str, **more: Any) -> str:
    """Write a trust policy."""
    return policy({"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": "sts:AssumeRole", **more})


def user(iam: Any, name: str, *policies: str, **more: Any) -> str:
    """Make a user with inline policies; gives its ARN."""
    made = iam.create_user(UserName=name, **more)["User"]
    for number, text in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"policy-{number}", PolicyDocument=text)
    return str(made["Arn"])


def keys(iam: Any, name: str) -> Keys:
    """Make an access key."""
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def shown(phone: TOTP, now: datetime, *steps: int) -> dict[str, str]:
    """Read two codes off a device, so many steps of 30 seconds from now."""
    times = [now + timedelta(seconds=30 * step) for step in steps]
    return {f"AuthenticationCode{number}": phone.at(time) for number, time in enumerate(times, start=1)}


def mfa_device(iam: Any, user_name: str, now: datetime) -> tuple[str, TOTP]:
    """Enable a virtual MFA device for a user; gives its serial number, and what its codes come from."""
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName=user_name)["VirtualMFADevice"]
    phone = TOTP(made["Base32StringSeed"].decode())
    codes = shown(phone, now, -1, 0)
    iam.enable_mfa_device(UserName=user_name, SerialNumber=made["SerialNumber"], **codes)
    return made["SerialNumber"], phone


def session(cloud: LocalCloud, who: Keys, role: str) -> Keys:
    """Assume a role."""
    given = cloud.client("sts", who).assume_role(RoleArn=role, RoleSessionName="lesson")["Credentials"]
    return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def refused(call: Any, **parameters: Any) -> tuple[str, int, str]:
    """Call, and give code, status and message of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]
