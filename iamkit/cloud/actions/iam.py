"""IAM: users, roles, groups, policies and what identifies them."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.arn import Arn
from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of
from iamkit.cloud.actions.rows import Row, Service, Where, on, table, tagged
from iamkit.cloud.calls import ServiceError
from iamkit.policy.variables import ContextValue

_SEPARATORS = "/"


def _found(kind: str, parameter: str) -> Where:
    """Find what exists under a name; its ARN has the path that it was made with."""
    return lambda ask: ask.found("iam", kind, ask.text(parameter, _SEPARATORS), f"{kind}/")


def _user(ask: Ask) -> str:
    """Give the ARN of the user; a call that leaves the name out has the caller's by now, if a user makes it."""
    if ask.given("UserName") is None:
        raise ask.refuse("Must specify userName when calling with non-User credentials")
    return _found("user", "UserName")(ask)


def _made(kind: str, parameter: str) -> Where:
    """Give the ARN that something new will have."""
    return lambda ask: ask.arn(f"{kind}{_path(ask, 'Path')}{ask.text(parameter, _SEPARATORS)}", region="")


def _path(ask: Ask, parameter: str, otherwise: str = "/") -> str:
    path = ask.optional(parameter) or otherwise
    if not path.startswith("/") or not path.endswith("/"):
        raise ask.refuse(f"The specified value for {parameter} is invalid. It must begin and end with /.")
    return path


def _by_arn(parameter: str, *kinds: str) -> Where:
    """Take an ARN as it is, of one of the kinds."""

    def where(ask: Ask) -> str:
        text = ask.text(parameter)
        kind = next((kind for kind in kinds if f":{kind}/" in text), kinds[0])
        return ask.given_arn(text, parameter, "iam", f"{kind}/")

    return where


def _oidc(ask: Ask) -> str:
    host, https, rest = ask.text("Url").partition("https://")
    if host or not https or not rest or "?" in rest or "#" in rest:
        raise ask.refuse("Invalid Open ID Connect Provider URL")
    return ask.arn(f"oidc-provider/{rest.removesuffix('/')}", region="")


def _renamed(action: str, kind: str, name: str, found: Where) -> Row:
    """Make the row of a rename, which needs the action on the old name and on the new one (API reference)."""

    def row(ask: Ask) -> Iterator[Authorization]:
        old = found(ask)
        yield ask.need(action, old)
        path, _, last = Arn.parse(old).resource.removeprefix(kind).rpartition("/")
        new_name = ask.optional(f"New{name}") and ask.text(f"New{name}", _SEPARATORS)
        new = ask.arn(f"{kind}{_path(ask, 'NewPath', path + '/')}{new_name or last}", region="")
        if new != old:
            yield ask.need(action, new)

    return row


def _add_role(ask: Ask) -> Iterator[Authorization]:
    """AddRoleToInstanceProfile hands the role to EC2 (API reference)."""
    yield ask.need("iam:AddRoleToInstanceProfile", _found("instance-profile", "InstanceProfileName")(ask))
    instances = {"iam:AssociatedResourceArn": f"arn:aws:ec2:*:{ask.account}:instance/*"}
    yield ask.pass_role(_found("role", "RoleName")(ask), "ec2.amazonaws.com", instances)


def _holder_of_key(ask: Ask) -> str:
    """Find the user whose access key it is."""
    arn = ask.resources.resolve("iam", "access-key", ask.text("AccessKeyId"), ask.account, ask.call.region)
    if not arn.startswith("arn:aws:iam::") or ":user/" not in arn:
        raise ServiceError("AccessDenied", "The access key does not belong to a user of this account.", 403)
    return arn


def _boundary(ask: Ask) -> ContextValue | None:
    """Tell the boundary that the call sets, or the one that its user or role has (iam:PermissionsBoundary)."""
    given = ask.optional("PermissionsBoundary")
    if given is not None or (ask.call.operation.startswith(("Create", "Put")) and ask.call.operation not in _POLICIES):
        return given
    found = _found("role", "RoleName") if ask.given("RoleName") is not None else _user
    return ask.resources.boundary(found(ask))


_POLICIES = frozenset({"PutRolePolicy", "PutUserPolicy"})

_policy = _by_arn("PolicyArn", "policy")
_profile = _found("instance-profile", "InstanceProfileName")
_entity = ("user", "role", "group")

ROWS = table(
    # What is new has the path of the request, and may be tagged at once (IAM User Guide, "Tags for IAM resources").
    CreateUser=tagged(on("iam:CreateUser", _made("user", "UserName")), "iam:TagUser", _made("user", "UserName")),
    CreateRole=tagged(on("iam:CreateRole", _made("role", "RoleName")), "iam:TagRole", _made("role", "RoleName")),
    CreateGroup=on("iam:CreateGroup", _made("group", "GroupName")),
    CreatePolicy=tagged(
        on("iam:CreatePolicy", _made("policy", "PolicyName")), "iam:TagPolicy", _made("policy", "PolicyName")
    ),
    CreateInstanceProfile=tagged(
        on("iam:CreateInstanceProfile", _made("instance-profile", "InstanceProfileName")),
        "iam:TagInstanceProfile",
        _made("instance-profile", "InstanceProfileName"),
    ),
    CreateVirtualMFADevice=tagged(
        on("iam:CreateVirtualMFADevice", _made("mfa", "VirtualMFADeviceName")),
        "iam:TagMFADevice",
        _made("mfa", "VirtualMFADeviceName"),
    ),
    CreateOpenIDConnectProvider=tagged(
        on("iam:CreateOpenIDConnectProvider", _oidc), "iam:TagOpenIDConnectProvider", _oidc
    ),
    CreateSAMLProvider=tagged(
        on("iam:CreateSAMLProvider", _made("saml-provider", "Name")),
        "iam:TagSAMLProvider",
        _made("saml-provider", "Name"),
    ),
    UploadServerCertificate=tagged(
        on("iam:UploadServerCertificate", _made("server-certificate", "ServerCertificateName")),
        "iam:TagServerCertificate",
        _made("server-certificate", "ServerCertificateName"),
    ),
    UpdateUser=_renamed("iam:UpdateUser", "user", "UserName", _user),
    UpdateGroup=_renamed("iam:UpdateGroup", "group", "GroupName", _found("group", "GroupName")),
    UpdateServerCertificate=_renamed(
        "iam:UpdateServerCertificate",
        "server-certificate",
        "ServerCertificateName",
        _found("server-certificate", "ServerCertificateName"),
    ),
    AddRoleToInstanceProfile=_add_role,
    GetAccessKeyLastUsed=on("iam:GetAccessKeyLastUsed", _holder_of_key),
    # One of several kinds of entity, by its ARN.
    SimulatePrincipalPolicy=on("iam:SimulatePrincipalPolicy", _by_arn("PolicySourceArn", *_entity)),
    GetContextKeysForPrincipalPolicy=on("iam:GetContextKeysForPrincipalPolicy", _by_arn("PolicySourceArn", *_entity)),
    GenerateServiceLastAccessedDetails=on("iam:GenerateServiceLastAccessedDetails", _by_arn("Arn", *_entity, "policy")),
    ListPoliciesGrantingServiceAccess=on("iam:ListPoliciesGrantingServiceAccess", _by_arn("Arn", *_entity)),
)

# Delegation requests, role templates, service-linked roles (AWS chooses their names), organization-wide reports.
NOT_MODELLED = frozenset(
    {
        "AcceptDelegationRequest", "AcquireRole", "AssociateDelegationRequest", "CreateDelegationRequest",
        "CreateServiceLinkedRole", "GenerateOrganizationsAccessReport", "GetDelegationRequest",
        "GetHumanReadableSummary", "GetRoleTemplateVersion", "GetServiceLinkedRoleDeletionStatus",
        "RejectDelegationRequest", "SendDelegationToken", "UpdateDelegationRequest",
    }
)  # fmt: skip

IAM = Service(
    "iam",
    "iam",
    {
        "user": _user,
        "role": _found("role", "RoleName"),
        "group": _found("group", "GroupName"),
        "policy": _policy,
        "instance-profile": _profile,
        "mfa": _by_arn("SerialNumber", "mfa"),
        "oidc-provider": _by_arn("OpenIDConnectProviderArn", "oidc-provider"),
        "saml-provider": _by_arn("SAMLProviderArn", "saml-provider"),
        "server-certificate": _found("server-certificate", "ServerCertificateName"),
    },
    ROWS,
    keys_of(
        {
            "iam:PolicyARN": "PolicyArn",
            "iam:PermissionsBoundary": _boundary,
            "iam:ServiceSpecificCredentialServiceName": "ServiceName",
            "iam:ServiceSpecificCredentialAgeDays": "CredentialAgeDays",
        }
    ),
    NOT_MODELLED,
    "ValidationError",
)
