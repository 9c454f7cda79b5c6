"""The condition keys of all services (IAM User Guide, "AWS global condition context keys"; E4)."""

from __future__ import annotations

from typing import NamedTuple


class GlobalKey(NamedTuple):
    """A key, the type of its values, whether a request may have several of them, and when a request has it at all."""

    name: str
    type: str
    multivalued: bool
    present: str


_TABLE = (
    # The principal.
    ("aws:PrincipalArn", "ARN", "every signed request"),
    ("aws:PrincipalAccount", "String", "every request"),
    ("aws:PrincipalOrgID", "String", "the principal's account is in an organization"),
    ("aws:PrincipalOrgPaths", "ArrayOfString", "the principal's account is in an organization"),
    ("aws:PrincipalTag/${TagKey}", "String", "the user, the role or the session has the tag"),
    ("aws:PrincipalIsAWSService", "Bool", "every signed request"),
    ("aws:PrincipalServiceName", "String", "an AWS service is the principal"),
    ("aws:PrincipalServiceNamesList", "ArrayOfString", "an AWS service is the principal"),
    ("aws:PrincipalType", "String", "every request"),
    ("aws:userid", "String", "every request"),
    ("aws:username", "String", "an IAM user is the principal"),
    # The session.
    ("aws:AssumedRoot", "Bool", "sessions of AssumeRoot"),
    ("aws:FederatedProvider", "String", "role sessions made by AssumeRoleWithWebIdentity"),
    ("aws:TokenIssueTime", "Date", "temporary credentials"),
    ("aws:MultiFactorAuthAge", "Numeric", "temporary credentials that were asked for with MFA"),
    ("aws:MultiFactorAuthPresent", "Bool", "temporary credentials"),
    ("aws:ChatbotSourceArn", "ARN", "role sessions of a chat configuration"),
    ("aws:Ec2InstanceSourceVpc", "String", "role sessions of an EC2 instance"),
    ("aws:Ec2InstanceSourcePrivateIPv4", "IPAddress", "role sessions of an EC2 instance"),
    ("aws:SourceIdentity", "String", "role sessions with a source identity"),
    # The network.
    ("aws:SourceIp", "IPAddress", "requests that do not come through a VPC endpoint"),
    ("aws:SourceVpc", "String", "requests through a VPC endpoint"),
    ("aws:SourceVpcArn", "ARN", "requests through a VPC endpoint, to some services"),
    ("aws:SourceVpce", "String", "requests through a VPC endpoint"),
    ("aws:VpceAccount", "String", "requests through a VPC endpoint, to some services"),
    ("aws:VpceOrgID", "String", "requests through a VPC endpoint, to some services"),
    ("aws:VpceOrgPaths", "ArrayOfString", "requests through a VPC endpoint, to some services"),
    ("aws:VpcSourceIp", "IPAddress", "requests through a VPC endpoint"),
    # The resource.
    ("aws:ResourceAccount", "String", "the request acts on a resource of an account"),
    ("aws:ResourceOrgID", "String", "the resource's account is in an organization"),
    ("aws:ResourceOrgPaths", "ArrayOfString", "the resource's account is in an organization"),
    ("aws:ResourceTag/${TagKey}", "String", "the resource has the tag, and its service tells"),
    # The request.
    ("aws:CalledVia", "ArrayOfString", "an AWS service calls another for the principal"),
    ("aws:CalledViaFirst", "String", "an AWS service calls another for the principal"),
    ("aws:CalledViaLast", "String", "an AWS service calls another for the principal"),
    ("aws:ViaAWSService", "Bool", "every request"),
    ("aws:CurrentTime", "Date", "every request"),
    ("aws:EpochTime", "Numeric", "every request"),
    ("aws:Referer", "String", "the browser named the page that it came from"),
    ("aws:RequestedRegion", "String", "every request"),
    ("aws:RequestTag/${TagKey}", "String", "the request gives the tag"),
    ("aws:TagKeys", "ArrayOfString", "the request gives or removes tags"),
    ("aws:SecureTransport", "Bool", "every request"),
    ("aws:SourceArn", "ARN", "an AWS service calls for a resource"),
    ("aws:SourceAccount", "String", "an AWS service calls for a resource"),
    ("aws:SourceOrgID", "String", "an AWS service calls for a resource of an organization"),
    ("aws:SourceOrgPaths", "ArrayOfString", "an AWS service calls for a resource of an organization"),
    ("aws:UserAgent", "String", "the client names itself"),
)

GLOBAL_KEYS = {
    name: GlobalKey(name, type.removeprefix("ArrayOf"), type.startswith("ArrayOf"), present)
    for name, type, present in _TABLE
}
_FOLDED = {name.partition("${")[0].lower(): key for name, key in GLOBAL_KEYS.items()}


def global_key(name: str) -> GlobalKey | None:
    """Find a global key in any case; a tag's key stands behind the slash.

    >>> global_key("AWS:principaltag/team").type
    'String'
    """
    stem, slash, tag = name.lower().partition("/")
    return _FOLDED.get(stem + slash) if bool(slash) == bool(tag) else None
