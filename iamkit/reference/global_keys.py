"""The condition keys of all services (IAM User Guide, "AWS global condition context keys"; E4).

The guide has a sentence "Availability" for each key, its data type and its value type, single-valued or multivalued;
the table below says the same in a few words, in the guide's order and under its five headings.
"""

from __future__ import annotations

from typing import NamedTuple


class GlobalKey(NamedTuple):
    """A key, the type of its values, whether a request may have several of them, and when a request has it at all."""

    name: str
    type: str
    multivalued: bool
    present: str
    properties_of: str = "request"
    """What the key tells of: the principal, a role session, the network, the resource or the request."""
    also: str = ""
    """A second type that operators may read the values as."""
    sensitive: bool = False
    """Whether the guide warns of any wildcard in its values ("Sensitive condition keys")."""


_ORGANIZATION = "the principal's account is in an organization"
_SERVICE = "an AWS service calls as itself, with its service principal"
_ENDPOINT = "the request comes through a VPC endpoint"
_SOME = f"{_ENDPOINT}, to a service that supports the key"
_SOME_ORGANIZATION = f"{_SOME}, and the endpoint's account is in an organization"
_OWNER = "the resource's account is in an organization, for most actions"
_INSTANCE = "the credentials are those of an EC2 instance's role"
_FORWARDED = "an AWS service calls another with the principal's credentials"
_FOR_RESOURCE = "an AWS service calls as itself because of how a resource was configured"
_FOR_MEMBER = f"{_FOR_RESOURCE}, and its account is in an organization"
_CODEBUILD = "the credentials are those of a role that CodeBuild assumed"
_ALWAYS, _SIGNED = "always", "the request is signed"

_TABLE = {
    "principal": (
        ("aws:PrincipalArn", "ARN", _SIGNED),
        ("aws:PrincipalAccount", "String", _ALWAYS),
        ("aws:PrincipalOrgPaths", "ArrayOfString", _ORGANIZATION),
        ("aws:PrincipalOrgID", "String", _ORGANIZATION),
        ("aws:PrincipalTag/${TagKey}", "String", "the user, the role or the session has the tag"),
        ("aws:PrincipalIsAWSService", "Bool", _SIGNED),
        ("aws:PrincipalServiceName", "String", _SERVICE),
        ("aws:PrincipalServiceNamesList", "ArrayOfString", _SERVICE),
        ("aws:PrincipalType", "String", _ALWAYS),
        ("aws:userid", "String", _ALWAYS),
        ("aws:username", "String", "the principal is an IAM user"),
    ),
    "role session": (
        ("aws:AssumedRoot", "Bool", "the credentials come from AssumeRoot"),
        ("aws:FederatedProvider", "String", "the role was assumed with AssumeRoleWithWebIdentity, and while it is"),
        ("aws:TokenIssueTime", "Date", "the credentials are temporary"),
        ("aws:SignInSessionArn", "ARN", "the credentials come from an OAuth session of AWS Sign-In, as `aws login`"),
        ("aws:MultiFactorAuthAge", "Numeric", "the credentials are temporary and were asked for with MFA"),
        ("aws:MultiFactorAuthPresent", "Bool", "the credentials are temporary, and not federated"),
        ("aws:ChatbotSourceArn", "ARN", "Amazon Q Developer in chat applications assumed the role"),
        ("aws:Ec2InstanceSourceVpc", "String", _INSTANCE),
        ("aws:Ec2InstanceSourcePrivateIPv4", "IPAddress", _INSTANCE),
        ("aws:SourceIdentity", "String", "the session, or one before it in the chain, has a source identity"),
        ("ec2:RoleDelivery", "Numeric", _INSTANCE),
        ("ec2:SourceInstanceArn", "ARN", _INSTANCE),
        ("glue:RoleAssumedBy", "String", "AWS Glue itself calls with a service role"),
        ("glue:CredentialIssuingService", "String", "a job or a developer endpoint of AWS Glue calls"),
        ("codebuild:BuildArn", "ARN", _CODEBUILD),
        ("codebuild:ProjectArn", "ARN", _CODEBUILD),
        ("lambda:SourceFunctionArn", "ARN", "the code of a Lambda function calls, or Lambda for it"),
        ("ssm:SourceInstanceArn", "ARN", "the credentials are those of a managed instance of AWS Systems Manager"),
        ("identitystore:UserId", "String", "the caller is a user of IAM Identity Center"),
    ),
    "network": (
        ("aws:SourceIp", "IPAddress", "the request does not come through a VPC endpoint"),
        ("aws:SourceVpc", "String", _ENDPOINT),
        ("aws:SourceVpcArn", "ARN", _SOME),
        ("aws:SourceVpce", "String", _ENDPOINT),
        ("aws:VpceAccount", "String", _SOME),
        ("aws:VpceOrgID", "String", _SOME_ORGANIZATION),
        ("aws:VpceOrgPaths", "ArrayOfString", _SOME_ORGANIZATION),
        ("aws:VpcSourceIp", "IPAddress", _ENDPOINT),
    ),
    "resource": (
        ("aws:ResourceAccount", "String", "always, for most actions"),
        ("aws:ResourceOrgPaths", "ArrayOfString", _OWNER),
        ("aws:ResourceOrgID", "String", _OWNER),
        ("aws:ResourceTag/${TagKey}", "String", "the resource has the tag or is made with it, and its service tells"),
    ),
    "request": (
        ("aws:CalledVia", "ArrayOfString", f"{_FORWARDED}, and supports the key"),
        ("aws:CalledViaFirst", "String", _FORWARDED),
        ("aws:CalledViaLast", "String", _FORWARDED),
        ("aws:CalledViaAWSMCP", "String", "an AWS MCP service calls another with the principal's credentials"),
        ("aws:ViaAWSService", "Bool", _ALWAYS),
        ("aws:ViaAWSMCPService", "Bool", "an AWS MCP service calls another for the principal"),
        ("aws:CurrentTime", "Date", _ALWAYS),
        ("aws:EpochTime", "Numeric", _ALWAYS),
        ("aws:referer", "String", "a link on a web page led a browser to the request"),
        ("aws:RequestedRegion", "String", _ALWAYS),
        ("aws:RequestTag/${TagKey}", "String", "the request gives the tag"),
        ("aws:TagKeys", "ArrayOfString", "the operation can be given tags"),
        ("aws:SecureTransport", "Bool", _ALWAYS),
        ("aws:SourceAccount", "String", _FOR_RESOURCE),
        ("aws:SourceArn", "ARN", _FOR_RESOURCE),
        ("aws:SourceOrgID", "String", _FOR_MEMBER),
        ("aws:SourceOrgPaths", "ArrayOfString", _FOR_MEMBER),
        ("aws:UserAgent", "String", _ALWAYS),
        ("aws:IsMcpServiceAction", "Bool", "the action is one of an MCP service"),
    ),
}
# An OpenID Connect provider that AWS knows by itself is named, any other is an ARN.
_ALSO = {"aws:EpochTime": "Date", "aws:FederatedProvider": "ARN"}
_SENSITIVE = frozenset(
    f"aws:{name}"
    for name in (
        "PrincipalAccount", "PrincipalOrgID", "ResourceAccount", "ResourceOrgID", "SourceAccount",
        "SourceOrgID", "SourceVpc", "SourceVpce", "VpceAccount", "VpceOrgID",
    )
)  # fmt: skip

GLOBAL_KEYS = {
    name: GlobalKey(
        name,
        type.removeprefix("ArrayOf"),
        type.startswith("ArrayOf"),
        present,
        properties_of,
        _ALSO.get(name, ""),
        name in _SENSITIVE,
    )
    for properties_of, rows in _TABLE.items()
    for name, type, present in rows
}
"""All global condition keys by name, those of one service that others know (`ec2:SourceInstanceArn`) among them."""

_FOLDED = {name.partition("${")[0].lower(): key for name, key in GLOBAL_KEYS.items()}


def global_key(name: str) -> GlobalKey | None:
    """Find a global key in any case; a tag's key stands behind the slash.

    >>> global_key("AWS:principaltag/team").type
    'String'
    """
    stem, slash, tag = name.lower().partition("/")
    return _FOLDED.get(stem + slash) if bool(slash) == bool(tag) else None
