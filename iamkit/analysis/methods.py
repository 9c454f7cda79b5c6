"""The public catalog of ways by which one principal becomes another, or gives itself more permissions.

A row is what has to be allowed, on what, and what that gives. The ways are those of Rhino Security Labs' "AWS IAM
Privilege Escalation Methods" (by number) and of pathfinding.cloud (by ID). What has no number there follows from the
API reference of the operation. AWS CodeStar (Rhino 23–25) is left out: AWS discontinued it in 2024.

In an ARN, `{…}` stands for a fact of the target: `{target}` itself, the `{role}` and its instance `{profile}`, a
`{policy}`, the present `{boundary}`, `{account}` and `{region}`. `{new}` is a name that whoever does this chooses once,
and `{any}` one that may be another in every request. A key with a fact that the target lacks is not in the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from iamkit.analysis.world import Kind


class Over(Enum):
    """What a method is about; for an existing resource, how its ARN begins after account and region."""

    ASSUMED = "a role that can be assumed"
    TRUSTED = "a role whose trust policy can be changed"
    PASSED = "a role that is passed to a service"
    PROFILE = "a role in an instance profile"
    USER = "a user"
    SELF = "the principal itself"
    OWN_GROUP = "a group of the principal"
    OTHER_GROUP = "a group that the principal is not in"
    OWN_POLICY = "a managed policy of the principal"
    ATTACHABLE = "a managed policy that the principal does not have"
    FUNCTION = "lambda:function:"
    INSTANCE = "ec2:instance/"
    SWAPPED = "an instance that gets another role"
    DEV_ENDPOINT = "glue:devEndpoint/"
    PROJECT = "codebuild:project/"
    NOTEBOOK = "sagemaker:notebook-instance/"
    STACK = "cloudformation:stack/"


@dataclass(frozen=True, slots=True)
class Need:
    """One action that must be allowed, on which resource, with which condition keys in the request."""

    action: str
    resource: str = "{target}"
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the catalog: `gives` says what changes, None that one becomes the role or the user.

    `service` is the one that the role is passed to, and must trust.
    """

    name: str
    over: Over
    needs: tuple[Need, ...]
    reference: str
    gives: Kind | None = None
    service: str | None = None
    note: str = ""

    @property
    def actions(self) -> tuple[str, ...]:
        """List the actions that must be allowed."""
        return tuple(need.action for need in self.needs)


_RHINO = "Rhino Security Labs, AWS IAM Privilege Escalation Methods, {}"
_PATHS = "pathfinding.cloud, {}"
_API = "IAM API Reference, {}"
_BOUND = {"iam:PermissionsBoundary": "{boundary}"}
_PASS = "iam:PassRole"


def _iam(action: str, over: Over, gives: Kind | None, reference: str, *more: str, note: str = "") -> Method:
    """Make the row of an action of IAM on its target; `more` are needed on the same."""
    needs = tuple(Need(each, context=_KEYS.get(each, {})) for each in (action, *more))
    return Method(" + ".join((action, *more)), over, needs, reference, gives, note=note)


# The condition keys that IAM's requests carry beside tags (Service Authorization Reference, IAM). A boundary that the
# target does not have is no key at all.
_ATTACH = {"iam:PolicyARN": "{policy}", **_BOUND}
_KEYS: dict[str, dict[str, str]] = {
    "iam:AttachUserPolicy": _ATTACH,
    "iam:AttachRolePolicy": _ATTACH,
    "iam:AttachGroupPolicy": {"iam:PolicyARN": "{policy}"},
    "iam:PutUserPolicy": _BOUND,
    "iam:PutRolePolicy": _BOUND,
    "iam:DeleteUserPolicy": _BOUND,
    "iam:DeleteRolePolicy": _BOUND,
    "iam:DeleteUserPermissionsBoundary": _BOUND,
    "iam:DeleteRolePermissionsBoundary": _BOUND,
    "iam:PutUserPermissionsBoundary": {"iam:PermissionsBoundary": "{policy}"},
    "iam:PutRolePermissionsBoundary": {"iam:PermissionsBoundary": "{policy}"},
}


def _passing(service: str, reference: str, *needs: Need, over: Over = Over.PASSED, note: str = "") -> Method:
    """Make the row of a role that is passed to a service, for what the first of the other actions is about."""
    context = {"iam:PassedToService": service, "iam:AssociatedResourceArn": needs[0].resource}
    names = dict.fromkeys([_PASS, *(need.action for need in needs)])
    return Method(" + ".join(names), over, (Need(_PASS, "{role}", context), *needs), reference, None, service, note)


def _running(over: Over, reference: str, *needs: Need, note: str = "") -> Method:
    """Make the row of a resource that is there and has a role."""
    return Method(" + ".join(dict.fromkeys(need.action for need in needs)), over, needs, reference, note=note)


def _arn(service: str, resource: str, account: str = "{account}") -> str:
    return f"arn:{{partition}}:{service}:{{region}}:{account}:{resource}"


_FUNCTION = _arn("lambda", "function:{new}")
_STACK = _arn("cloudformation", "stack/{new}/*")
_JOB = _arn("glue", "job/{new}")
_NOTEBOOK = _arn("sagemaker", "notebook-instance/{new}")
_PROJECT = _arn("codebuild", "project/{new}")
_PIPELINE = _arn("datapipeline", "pipeline/df-{any}")
_MACHINE = _arn("states", "stateMachine:{new}")
_GETS = {"ec2:InstanceProfile": "{profile}"}
# RunInstances asks about each of these (Amazon EC2 User Guide, "Launch instances (RunInstances)").
_RUN = (
    Need("ec2:RunInstances", _arn("ec2", "instance/*"), _GETS),
    Need("ec2:RunInstances", _arn("ec2", "image/ami-{any}", "")),
    Need("ec2:RunInstances", _arn("ec2", "subnet/subnet-{any}")),
    Need("ec2:RunInstances", _arn("ec2", "security-group/sg-{any}")),
    Need("ec2:RunInstances", _arn("ec2", "network-interface/*")),
    Need("ec2:RunInstances", _arn("ec2", "volume/*")),
)
_PROFILE = "arn:{partition}:iam::{account}:instance-profile/{new}"
# Systems Manager User Guide, "Start a default shell session by specifying the default session document".
_SHELL = (Need("ssm:StartSession"), Need("ssm:StartSession", _arn("ssm", "document/SSM-SessionManagerRunShell")))
_RUN_COMMAND = Need("ssm:SendCommand", _arn("ssm", "document/AWS-RunShellScript", ""))
_ON_INSTANCE = "a program on the instance gets the role's credentials"

_BECOMING = (
    Method("sts:AssumeRole", Over.ASSUMED, (Need("sts:AssumeRole"),), "IAM User Guide, Methods to assume a role"),
    _iam("iam:UpdateAssumeRolePolicy", Over.TRUSTED, None, _RHINO.format(14), note="and the role is assumed then"),
    _iam("iam:CreateAccessKey", Over.USER, None, _RHINO.format(4)),
    _iam("iam:CreateLoginProfile", Over.USER, None, _RHINO.format(5)),
    _iam("iam:UpdateLoginProfile", Over.USER, None, _RHINO.format(6)),
)

_CHANGING = (
    _iam("iam:PutUserPolicy", Over.SELF, Kind.ANY_POLICY, _RHINO.format(10)),
    _iam("iam:PutRolePolicy", Over.SELF, Kind.ANY_POLICY, _RHINO.format(12)),
    _iam("iam:PutGroupPolicy", Over.OWN_GROUP, Kind.ANY_POLICY, _RHINO.format(11)),
    _iam("iam:AttachUserPolicy", Over.SELF, Kind.ANY_POLICY, _RHINO.format(7)),
    _iam("iam:AttachRolePolicy", Over.SELF, Kind.ANY_POLICY, _RHINO.format(9)),
    _iam("iam:AttachGroupPolicy", Over.OWN_GROUP, Kind.ANY_POLICY, _RHINO.format(8)),
    _iam("iam:CreatePolicyVersion", Over.OWN_POLICY, Kind.ANY_DOCUMENT, _RHINO.format(1)),
    _iam("iam:SetDefaultPolicyVersion", Over.OWN_POLICY, Kind.VERSION, _RHINO.format(2)),
    _iam("iam:AttachUserPolicy", Over.ATTACHABLE, Kind.ATTACHED, _RHINO.format(7)),
    _iam("iam:AttachRolePolicy", Over.ATTACHABLE, Kind.ATTACHED, _RHINO.format(9)),
    _iam("iam:AddUserToGroup", Over.OTHER_GROUP, Kind.MEMBER, _RHINO.format(13)),
    *(
        _iam(f"iam:{operation}", Over.SELF, Kind.NO_BOUNDARY, _API.format(operation))
        for operation in (
            "DeleteUserPermissionsBoundary",
            "DeleteRolePermissionsBoundary",
            "PutUserPermissionsBoundary",
            "PutRolePermissionsBoundary",
        )
    ),
    *(
        _iam(f"iam:{operation}", Over.SELF, Kind.WITHOUT, _API.format(operation))
        for operation in ("DeleteUserPolicy", "DeleteRolePolicy", "DetachUserPolicy", "DetachRolePolicy")
    ),
)  # fmt: skip

_PASSING = (
    _passing("ec2.amazonaws.com", _RHINO.format(3), *_RUN, over=Over.PROFILE, note=_ON_INSTANCE),
    _passing(
        "ec2.amazonaws.com",
        _PATHS.format("ec2-001, with a new instance profile"),
        *_RUN,
        Need("iam:CreateInstanceProfile", _PROFILE),
        Need("iam:AddRoleToInstanceProfile", _PROFILE),
        note=_ON_INSTANCE,
    ),
    *(
        _passing(
            "ec2.amazonaws.com",
            f"Amazon EC2 API Reference, {operation}",
            Need(f"ec2:{operation}", "{target}", {"ec2:NewInstanceProfile": "{profile}"}),
            *_SHELL,
            over=Over.SWAPPED,
            note=_ON_INSTANCE,
        )
        for operation in ("AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation")
    ),
    *(
        _passing("lambda.amazonaws.com", _RHINO.format(number), Need("lambda:CreateFunction", _FUNCTION), need)
        for number, need in (
            (15, Need("lambda:InvokeFunction", _FUNCTION)),
            (16, Need("lambda:AddPermission", _FUNCTION)),
            (17, Need("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": _FUNCTION})),
        )
    ),
    _passing(
        "cloudformation.amazonaws.com",
        _RHINO.format(21),
        Need("cloudformation:CreateStack", _STACK, {"cloudformation:RoleArn": "{role}"}),
        note="the stack acts with the role",
    ),
    _passing("glue.amazonaws.com", _RHINO.format(19), Need("glue:CreateDevEndpoint", "*")),
    _passing(
        "glue.amazonaws.com", _PATHS.format("glue-003"), Need("glue:CreateJob", _JOB), Need("glue:StartJobRun", _JOB)
    ),
    _passing(
        "sagemaker.amazonaws.com",
        _RHINO.format(27),
        Need("sagemaker:CreateNotebookInstance", _NOTEBOOK),
        Need("sagemaker:CreatePresignedNotebookInstanceUrl", _NOTEBOOK),
    ),
    _passing(
        "codebuild.amazonaws.com",
        _PATHS.format("codebuild-001"),
        Need("codebuild:CreateProject", _PROJECT),
        Need("codebuild:StartBuild", _PROJECT),
    ),
    _passing(
        "ecs-tasks.amazonaws.com",
        _PATHS.format("ecs-002"),
        Need("ecs:RegisterTaskDefinition", _arn("ecs", "task-definition/{new}:1")),
        Need("ecs:CreateCluster", _arn("ecs", "cluster/{any}")),
        Need("ecs:RunTask", _arn("ecs", "task-definition/{new}:1")),
    ),
    _passing(
        "datapipeline.amazonaws.com",
        _RHINO.format(22),
        Need("datapipeline:CreatePipeline", "*"),
        Need("datapipeline:PutPipelineDefinition", _PIPELINE),
        Need("datapipeline:ActivatePipeline", _PIPELINE),
    ),
    _passing(
        "states.amazonaws.com",
        "AWS Step Functions Developer Guide, Integrating AWS services",
        Need("states:CreateStateMachine", _MACHINE),
        Need("states:StartExecution", _MACHINE),
        note="a state machine calls any API with the role",
    ),
)

_RUNNING = (
    _running(
        Over.FUNCTION,
        _RHINO.format(18),
        Need("lambda:UpdateFunctionCode"),
        note="the next invocation runs one's own code",
    ),
    _running(
        Over.FUNCTION,
        _RHINO.format(26),
        Need("lambda:UpdateFunctionConfiguration"),
        note="a layer of one's own runs with the function",
    ),
    _running(Over.INSTANCE, _PATHS.format("ssm-001"), *_SHELL, note=_ON_INSTANCE),
    _running(Over.INSTANCE, _PATHS.format("ssm-002"), Need("ssm:SendCommand"), _RUN_COMMAND, note=_ON_INSTANCE),
    _running(Over.INSTANCE, _PATHS.format("ec2-003"), Need("ec2-instance-connect:SendSSHPublicKey"), note=_ON_INSTANCE),
    _running(
        Over.INSTANCE,
        _PATHS.format("ec2-002"),
        Need("ec2:StopInstances"),
        Need("ec2:ModifyInstanceAttribute"),
        Need("ec2:StartInstances"),
        note="user data of one's own run with the next start",
    ),
    _running(
        Over.DEV_ENDPOINT, _RHINO.format(20), Need("glue:UpdateDevEndpoint"), note="an SSH key of one's own opens it"
    ),
    _running(
        Over.PROJECT, _PATHS.format("codebuild-002"), Need("codebuild:StartBuild"), note="with a buildspec of one's own"
    ),
    _running(Over.NOTEBOOK, _RHINO.format(28), Need("sagemaker:CreatePresignedNotebookInstanceUrl")),
    _running(
        Over.STACK,
        _PATHS.format("cloudformation-002"),
        Need("cloudformation:UpdateStack"),
        note="the stack acts with its role",
    ),
    _running(
        Over.STACK,
        _PATHS.format("cloudformation-005"),
        Need("cloudformation:CreateChangeSet"),
        Need("cloudformation:ExecuteChangeSet"),
        note="the stack acts with its role",
    ),
)

METHODS: tuple[Method, ...] = (*_BECOMING, *_CHANGING, *_PASSING, *_RUNNING)
"""Every method, in the order in which a search tries them."""
