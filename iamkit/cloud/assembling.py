"""Put the parts of a cloud together: who answers which operation, and what each of them needs of the others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from random import Random
from typing import Any

from iamkit.cloud.authorizing import Authorizer
from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.clock import Clock
from iamkit.cloud.ec2 import Ec2
from iamkit.cloud.federation import Federation
from iamkit.cloud.functions import FunctionLogs, Functions
from iamkit.cloud.gateway import Context, Gateway, Handler, Record
from iamkit.cloud.iam import Account, Iam
from iamkit.cloud.metadata import keep_omitted_options
from iamkit.cloud.network import Network
from iamkit.cloud.sessions import Holder
from iamkit.cloud.state import KeptFederation, State
from iamkit.cloud.store import Directory, Organization, Resources
from iamkit.cloud.sts import Sessions, Sts, refused_for
from iamkit.cloud.tables import TablePolicies
from iamkit.cloud.trail import Trail
from iamkit.cloud.wire import execute


@dataclass(frozen=True, slots=True)
class Foundation:
    """What the parts stand on.

    `roots` has the holders of root users' keys, `account` tells what IAM does not keep of an account, and `beginning`
    names a part whose chance must be the same in every run on the same state.
    """

    port: int
    directory: Directory
    organization: Organization | None
    network: Network
    federation: Federation
    clock: Clock
    random: Random
    trail: Trail
    roots: Mapping[str, Holder]
    account: Callable[[str], Account]
    beginning: Callable[[str], AbstractContextManager[object]]
    state: State | None = None

    def request_id(self) -> str:
        """Draw the ID of a request."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def execute(self, call: Call, account: str) -> Answer:
        """Let moto do what a part of ours was asked."""
        return execute(call, account, "iamkit", self.request_id())


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that others talk to."""

    gateway: Gateway
    sts: Sts
    sessions: Sessions
    functions: Functions
    iam: Iam


def assemble(on: Foundation) -> Parts:
    """Make the parts, and introduce them to each other."""
    directory, sessions = on.directory, Sessions(on.random)
    authorizer = Authorizer(directory, Resources(directory), on.organization, on.network)
    with on.beginning("sts"):
        sts = Sts(
            directory,
            sessions,
            KeptFederation(on.federation),
            on.clock,
            on.random,
            policies_in_force=authorizer.policies,
            organization_keys=authorizer.organization_keys,
        )
    authorizer.encode = sts.encode_authorization_message
    iam = Iam(directory, on.organization, on.execute, on.clock, on.account)
    address = f"127.0.0.1:{on.port}"
    functions = Functions(
        authorizer.resources,
        sts.assume_as_service,
        on.clock,
        on.random,
        FunctionLogs(lambda request: gateway.answer(request), address, on.clock),
        f"http://{address}",
    )
    gateway = Gateway(
        on.port,
        authorizer,
        lambda key: directory.holder(key) or directory.living(sessions.holder(key)) or on.roots.get(key),
        on.clock,
        on.request_id,
        _refused_for_session,
        _handlers(on, sts, iam, functions),
        on.network,
        on.trail,
        state=on.state,
        authenticated=iam.authenticated,
    )
    return Parts(gateway, sts, sessions, functions, iam)


def _handlers(on: Foundation, sts: Sts, iam: Iam, functions: Functions) -> Mapping[str, Handler]:
    """List who answers instead of moto, by service or by operation."""

    def answer_sts(call: Call, holder: Holder | None, context: Context, record: Record) -> Any:
        return sts.handle(call, holder, context, record)

    return {
        "sts": answer_sts,
        **iam.handlers(),
        "ec2": Ec2(on.execute, {"ModifyInstanceMetadataOptions": keep_omitted_options(on.execute)}).answer,
        "dynamodb:CreateTable": TablePolicies(on.execute).create_table,
        **functions.handlers(),
    }


def _refused_for_session(holder: Holder, service: str, operation: str) -> ServiceError | None:
    return refused_for(holder.session, service, operation)
