"""The doors to moto's state; nobody else opens them.

moto keeps its state in the process, by account and region. It is set up here once: identifiers in AWS's form, AWS's
managed policies there to be attached, random names from a generator that can be seeded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from iamkit.cloud.store.function_policies import statement_of
from iamkit.cloud.store.managed_policies import aws_managed_policies

PARTITION = "aws"
_accounts: set[str] = set()
_clock: list[Callable[[], datetime]] = []
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def backend(service: str, account: str, region: str = PARTITION) -> Any:
    """Give moto's backend of a service in an account; services without regions have one for the partition."""
    from moto.backends import get_backend

    _prepare()
    every: Any = get_backend(service)  # type: ignore[call-overload]
    return every[account][region]


def opened(service: str, account: str) -> set[str]:
    """Name the regions in which an account has used a service, without opening any."""
    from moto.core.base_backend import BackendDict

    every: Any = BackendDict._instances  # type: ignore[misc]
    return {region for each in every if each.service_name == service and account in each for region in each[account]}


def open_account(account: str) -> None:
    """Make an account; moto would make any that is asked for, and one of its own."""
    _accounts.add(account)
    backend("iam", account)


def accounts() -> list[str]:
    """List the accounts that there are."""
    return sorted(_accounts)


def seed(number: int) -> None:
    """Make all names and keys that moto draws the same in every run."""
    from moto.moto_api._internal import mock_random

    mock_random.seed(number)


def use_clock(clock: Callable[[], datetime]) -> None:
    """Let IAM date what it makes by a clock, aware, until everything is forgotten."""
    _clock[:] = [clock]


def _now() -> datetime:
    """Tell the time as moto keeps it: UTC, without saying so."""
    return (_clock[0]() if _clock else datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)


def reset() -> None:
    """Forget everything."""
    from moto.core.base_backend import BackendDict
    from moto.s3.models import s3_backends

    _accounts.clear()
    _clock.clear()
    for every in list(BackendDict._instances):  # type: ignore[misc]
        for owned in list(every.values()):
            # moto would fill each backend anew before it lets go of it; only S3 has files to close.
            if every is s3_backends:
                owned.reset()
            owned.clear()
        every.clear()
    BackendDict._instances.clear()  # type: ignore[misc]
    s3_backends.bucket_accounts.clear()


def _untracked(kind: type[Any], *_: object, **__: object) -> Any:
    return object.__new__(kind)


def _anything(_: object) -> None:
    """Object to nothing."""


def _no_web(*_: object, **__: object) -> Any:
    raise NotImplementedError("moto would send a notification to a web address")


def _no_docker(*_: object, **__: object) -> Any:
    raise NotImplementedError("moto would run a function in Docker")


@cache
def _prepare() -> None:
    """Give users, groups and policies the identifiers of E3, and accounts AWS's managed policies."""
    from moto.awslambda.models import LambdaFunction
    from moto.core.common_models import BaseModel
    from moto.core.serialize import never_return
    from moto.iam import models, policy_validation, responses
    from moto.moto_api._internal import mock_random
    from moto.sns import models as sns

    models.IAMBackend._init_aws_policies = aws_managed_policies  # type: ignore[method-assign, assignment]
    # moto keeps everything that it ever made for a page of its own server, which is not here.
    BaseModel.__new__ = _untracked  # type: ignore[method-assign, assignment]
    models.utcnow = _now  # type: ignore[attr-defined]
    # Users have boundaries here, which lists of users do not tell (IAM API Reference, ListUsers).
    shown = responses.IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER
    shown["ListUsersResponse.Users.User.PermissionsBoundary"] = never_return

    # The engine has read a document before moto does; moto takes no numbers in conditions (P32), and of trust policies
    # only the later version (P1).
    validation: Any = policy_validation
    validation.BaseIAMPolicyValidator._validate_condition_syntax = _anything
    validation.IAMTrustPolicyDocumentValidator._validate_version = _anything
    # Nothing leaves the laptop, whatever a subscription says.
    sns.requests = SimpleNamespace(post=_no_web)  # type: ignore[attr-defined, assignment]
    # Queues, topics and buckets that invoke functions would have it do so.
    LambdaFunction._invoke_lambda = _no_docker  # type: ignore[method-assign]

    def named(kind: type[Any], prefix: str) -> None:
        made = kind.__init__

        def init(self: Any, *arguments: Any, **named: Any) -> None:
            made(self, *arguments, **named)
            self.id = prefix + "".join(mock_random.choices(_ALPHABET, k=17))

        kind.__init__ = init

    for kind, prefix in (
        (models.User, "AIDA"),
        (models.Group, "AGPA"),
        (models.ManagedPolicy, "ANPA"),
        (models.InstanceProfile, "AIPA"),
    ):
        named(kind, prefix)

    _forget_policies_with_tables()
    _write_statements_of_functions()


def _forget_policies_with_tables() -> None:
    """Forget a table's policy with it: moto would give it to the next table of that name."""
    from moto.dynamodb.models import DynamoDBBackend

    delete_table = DynamoDBBackend.delete_table

    def delete(self: Any, name: str) -> Any:
        table = delete_table(self, name)
        self.resource_policies.pop(table.table_arn, None)
        return table

    DynamoDBBackend.delete_table = delete  # type: ignore[method-assign]


def _write_statements_of_functions() -> None:
    """Have AddPermission write what Lambda writes: moto would let in others than were named."""
    from moto.awslambda.policy import Policy

    def decode(self: Any, given: dict[str, Any]) -> Any:
        made, parent = Policy(self.parent), self.parent
        made.revision = given.get("RevisionId", "")
        arn = parent.function_arn if hasattr(parent, "function_arn") else parent.arn
        made.statements.append(statement_of(given, arn))
        return made

    Policy.decode_policy = decode  # type: ignore[method-assign, assignment]
