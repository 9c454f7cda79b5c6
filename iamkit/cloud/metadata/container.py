"""A container with a role: the credentials endpoint of an ECS task, or of the EKS Pod Identity agent (A15).

Amazon ECS Developer Guide, "Amazon ECS task IAM role"; Amazon EKS User Guide, "Learn how EKS Pod Identity grants pods
access to AWS services"; the answers to what is wrong are those of both agents.
"""

from __future__ import annotations

import hmac
import string
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata.delivering import SIX_HOURS, Delivered, Delivery, Unassumable
from iamkit.cloud.metadata.endpoints import Endpoint, Seen, plain
from iamkit.cloud.metadata.profiles import role_arn
from iamkit.cloud.metadata.surroundings import Surroundings, json_answer
from iamkit.evaluation import Evaluation
from iamkit.sigv4 import HttpRequest

_TOKEN = string.ascii_letters + string.digits + "-_"
_KINDS = ("ecs", "eks")


class ContainerOptions(TypedDict, total=False):
    """How a container runs: `kind` is `ecs` or `eks`, `authorization` is `token`, `file` or `none`."""

    kind: str
    authorization: str
    cluster: str
    namespace: str
    service_account: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class _Runs:
    """Where a container runs: who assumes its role, under which name, and with which session tags."""

    service: str
    session_name: str
    path: str
    source_arn: str
    tags: Mapping[str, str]


class Container(Endpoint):
    """A running container with its credentials endpoint.

    The address of ECS, 169.254.170.2, is not to be had on loopback, and SDKs have no setting for another one, so that
    they are given the full URI here; the path is that of the relative one. On the real address nobody else can ask.
    Loopback is everybody's, so that a token is asked for, unless `authorization` is `none`.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        account: str,
        role_name: str,
        *,
        kind: str = "ecs",
        authorization: str | None = None,
        cluster: str = "lesson",
        namespace: str = "default",
        service_account: str = "app",
        lifetime: int = SIX_HOURS,
    ) -> None:
        if kind not in _KINDS:
            raise ValueError(f"`{kind}` is no kind of container\n  help: ecs or eks")
        self.kind = kind
        self.authorization = authorization or ("token" if kind == "ecs" else "file")
        if self.authorization not in ("token", "file", "none"):
            raise ValueError(f"`{authorization}` authorizes nobody\n  help: token, file or none")
        self._surroundings = surroundings
        self._account = account
        self._role = role_arn(surroundings, account, role_name)
        runs = _task(surroundings, account, cluster) if kind == "ecs" else _pod(
            surroundings, account, cluster, namespace, service_account
        )  # fmt: skip
        self.relative_uri = runs.path
        self._delivery = Delivery(
            surroundings,
            runs.service,
            runs.session_name,
            lifetime,
            context={"aws:SourceArn": runs.source_arn, "aws:SourceAccount": account},
            tags=runs.tags,
        )
        self._token = surroundings.text(_TOKEN, 64)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        super().__init__()

    def __repr__(self) -> str:
        return f"Container({self.kind}, {self._role.rpartition('/')[2]})"

    @property
    def full_uri(self) -> str:
        """Give the address of the credentials, the value of AWS_CONTAINER_CREDENTIALS_FULL_URI."""
        return f"{self.endpoint}{self.relative_uri}"

    def environment(self, inherited: Mapping[str, str] | None = None) -> dict[str, str]:
        """Give the variables with which an SDK finds the credentials and the cloud, and none of the user's files.

        What is inherited is kept, but for the variables of AWS.
        """
        own = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": self.full_uri}
        if self.authorization == "token":
            own["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = self._token
        if self.authorization == "file":
            own["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(self._token_file())
        return self._surroundings.environment(own, inherited)

    def renew_token(self) -> None:
        """Take another authorization token, as Kubernetes does from time to time; the file has it at once."""
        self._token = self._surroundings.text(_TOKEN, 64)
        if self._folder is not None:
            self._token_file()

    def rotate(self) -> None:
        """Deliver other credentials from now on; those that were delivered stay valid until they expire."""
        self._delivery.rotate()

    def stop(self) -> None:
        """Stop listening, and remove the file with the token."""
        super().stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request of a program in the container."""
        evaluations: list[Evaluation] = []
        given = self._respond(request, evaluations)
        brought = bool(request.header("authorization"))
        refused = evaluations[-1] if evaluations else None
        self.saw(Seen(request.method, request.target, brought, given.status, 0, refused))
        return given

    def _token_file(self) -> Path:
        """Write the token where Kubernetes projects it, in a folder of its own that no one else can read."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="iamkit-container-")
        file = Path(self._folder.name) / "eks-pod-identity-token"
        file.touch(0o600)
        file.write_text(self._token, encoding="ascii")
        return file

    def _respond(self, request: HttpRequest, evaluations: list[Evaluation]) -> Answer:
        if request.method not in ("GET", "HEAD"):
            return plain(405, "Method Not Allowed")
        if self.authorization != "none":
            given = request.header("authorization")
            if not any(given):
                whose = "Authorization" if self.kind == "ecs" else "Service account"
                return self._problem(400, "InvalidParameterException", f"{whose} token cannot be empty")
            brought = given[0].encode(errors="surrogateescape")
            if len(given) != 1 or not hmac.compare_digest(brought, self._token.encode()):
                return self._problem(400, "InvalidTokenException", "The authorization token is not the container's")
        if request.path != self.relative_uri:
            return self._problem(400, "InvalidIdInRequest", "CredentialsV2Request: Credentials not found")
        try:
            return json_answer(200, self._document(self._delivery.credentials(self._role)))
        except Unassumable as refused:
            if refused.evaluation is not None:
                evaluations.append(refused.evaluation)
            return self._unassumable(str(refused))

    def _document(self, given: Delivered) -> dict[str, Any]:
        document = {
            "AccessKeyId": given.access_key_id,
            "SecretAccessKey": given.secret_access_key,
            "Token": given.token,
            "Expiration": given.expiration,
        }
        return {"RoleArn": self._role, **document} if self.kind == "ecs" else {"AccountId": self._account, **document}

    def _unassumable(self, why: str) -> Answer:
        """ECS has no credentials for a role that it cannot assume, and EKS says so."""
        if self.kind == "ecs":
            message = "CredentialsV2Request: Credentials uninitialized for ID"
            return self._problem(503, "CredentialsUninitialized", message)
        return self._problem(403, "AccessDeniedException", why.partition(": ")[2])

    def _problem(self, status: int, code: str, message: str) -> Answer:
        if self.kind == "ecs":
            return json_answer(status, {"code": code, "message": message, "HTTPErrorCode": status})
        return plain(status, message)


def _task(surroundings: Surroundings, account: str, cluster: str) -> _Runs:
    """A task of ECS: its session is named by its ID."""
    task, identifier = surroundings.hex(32), uuid.UUID(hex=surroundings.hex(32), version=4)
    arn = f"arn:aws:ecs:{surroundings.region}:{account}:task/{cluster}/{task}"
    return _Runs("ecs-tasks.amazonaws.com", task, f"/v2/credentials/{identifier}", arn, {})


def _pod(surroundings: Surroundings, account: str, cluster: str, namespace: str, service_account: str) -> _Runs:
    """A pod of EKS: six session tags, all of them transitive, tell which one."""
    arn = f"arn:aws:eks:{surroundings.region}:{account}:cluster/{cluster}"
    pod, uid = f"{service_account}-{surroundings.hex(5)}", uuid.UUID(hex=surroundings.hex(32), version=4)
    tags = {
        "eks-cluster-arn": arn,
        "eks-cluster-name": cluster,
        "kubernetes-namespace": namespace,
        "kubernetes-service-account": service_account,
        "kubernetes-pod-name": pod,
        "kubernetes-pod-uid": str(uid),
    }
    session = f"eks-{cluster}-{pod}-{uid}"[:64]
    return _Runs("pods.eks.amazonaws.com", session, "/v1/credentials", arn, tags)
