"""What hangs on an IAM entity: it keeps the entity from being deleted, and goes with it when it is renamed."""

from __future__ import annotations

from typing import Any

from iamkit.cloud.store.backends import backend
from iamkit.cloud.store.entities import named


def belongings(account: str, kind: str, name: str) -> tuple[str, ...]:
    """Say what must be done before an entity can be deleted; what moto itself looks after is not named."""
    found = named(account, kind, name)
    if found is None or kind == "role":
        return ()
    attached: list[tuple[Any, str]] = [
        (found.managed_policies, "detach all policies"),
        (found.policies, "delete policies"),
    ]
    if kind == "group":
        attached.append((found.users, "remove users from group"))
    else:
        attached += [
            (found.access_keys, "delete access keys"),
            (found.password, "delete login profile"),
            (found.mfa_devices, "delete MFA device"),
            (found.signing_certificates, "delete signing certificates"),
            (found.ssh_public_keys, "delete SSH public keys"),
            (backend("iam", account).get_groups_for_user(name), "remove users from group"),
        ]
    return tuple(what for there, what in attached if there)


def is_assigned(serial_number: str, account: str) -> bool:
    """Tell whether an MFA device is enabled for a user."""
    return any(serial_number in user.mfa_devices for user in backend("iam", account).users.values())


def take_along(account: str, name: str, old_arn: str) -> None:
    """Let a renamed user's keys and tags be the user's still; moto leaves them under the old name."""
    iam, user = backend("iam", account), named(account, "user", name)
    for key in user.access_keys:
        key.user_name = name
    tags = iam.tagger.list_tags_for_resource(old_arn)["Tags"]
    if user.arn != old_arn:
        iam.tagger.delete_all_tags_for_resource(old_arn)
        iam.tagger.tag_resource(user.arn, tags)
    for certificate in user.signing_certificates.values():
        certificate.user_name = name


def move_group(account: str, name: str, path: str) -> None:
    """Give a group another path."""
    named(account, "group", name).path = path
