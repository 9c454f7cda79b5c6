"""The global condition keys."""

from __future__ import annotations

import pytest

from iamkit.reference import GLOBAL_KEYS, global_key, service, services


@pytest.mark.parametrize(
    ("name", "type", "multivalued"),
    [
        ("aws:PrincipalOrgPaths", "String", True),
        ("aws:principalorgpaths", "String", True),
        ("aws:TagKeys", "String", True),
        ("aws:CalledVia", "String", True),
        ("aws:SourceIp", "IPAddress", False),
        ("aws:MultiFactorAuthPresent", "Bool", False),
        ("aws:RequestTag/team", "String", False),
        ("aws:resourcetag/a/b", "String", False),
    ],
)
def test_key_is_found(name: str, type: str, multivalued: bool) -> None:
    """Keys are found in any case, with whatever tag."""
    found = global_key(name)
    assert found is not None
    assert (type, multivalued) == (found.type, found.multivalued)


@pytest.mark.parametrize("name", ["aws:RequestTag", "aws:RequestTag/", "aws:SourceIp/x", "s3:prefix", "aws:Foo", ""])
def test_what_is_no_global_key_is_none(name: str) -> None:
    """A tag's key needs the tag, and no other key has one."""
    assert global_key(name) is None


def test_table_names_each_key_once() -> None:
    """No two rows are the same key in other letters."""
    assert len({name.lower() for name in GLOBAL_KEYS}) == len(GLOBAL_KEYS)
    assert all(
        key.present and key.type in ("String", "ARN", "Bool", "Date", "Numeric", "IPAddress")
        for key in GLOBAL_KEYS.values()
    )


# The guide's own overview, "Properties of the principal | a role session | the network | the resource | the request".
_OVERVIEW = {
    "principal": "PrincipalArn PrincipalAccount PrincipalOrgPaths PrincipalOrgID PrincipalTag/${TagKey} "
    "PrincipalIsAWSService PrincipalServiceName PrincipalServiceNamesList PrincipalType userid username",
    "role session": "AssumedRoot FederatedProvider TokenIssueTime SignInSessionArn MultiFactorAuthAge "
    "MultiFactorAuthPresent ChatbotSourceArn Ec2InstanceSourceVpc Ec2InstanceSourcePrivateIPv4 SourceIdentity",
    "network": "SourceIp SourceVpc SourceVpcArn SourceVpce VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp",
    "resource": "ResourceAccount ResourceOrgID ResourceOrgPaths ResourceTag/${TagKey}",
    "request": "CalledVia CalledViaFirst CalledViaLast CalledViaAWSMCP ViaAWSService ViaAWSMCPService CurrentTime "
    "EpochTime referer RequestedRegion RequestTag/${TagKey} TagKeys SecureTransport SourceAccount SourceArn "
    "SourceOrgID SourceOrgPaths UserAgent IsMcpServiceAction",
}
_CROSS_SERVICE = {
    "ec2:RoleDelivery", "ec2:SourceInstanceArn", "glue:RoleAssumedBy", "glue:CredentialIssuingService",
    "codebuild:BuildArn", "codebuild:ProjectArn", "lambda:SourceFunctionArn", "ssm:SourceInstanceArn",
    "identitystore:UserId",
}  # fmt: skip


@pytest.mark.parametrize("properties_of", _OVERVIEW)
def test_table_has_the_keys_of_the_guide(properties_of: str) -> None:
    """Page "AWS global condition context keys": each key of its overview stands under its heading, and no other."""
    ours = {name for name, key in GLOBAL_KEYS.items() if key.properties_of == properties_of}
    assert {name for name in ours if name.startswith("aws:")} == {f"aws:{n}" for n in _OVERVIEW[properties_of].split()}
    assert ours - {name for name in ours if name.startswith("aws:")} == (
        _CROSS_SERVICE if properties_of == "role session" else set()
    )


def test_multivalued_keys_are_those_of_the_guide() -> None:
    """The keys whose value type is "Multivalued" on that page."""
    assert {name for name, key in GLOBAL_KEYS.items() if key.multivalued} == {
        "aws:PrincipalOrgPaths", "aws:PrincipalServiceNamesList", "aws:VpceOrgPaths", "aws:ResourceOrgPaths",
        "aws:CalledVia", "aws:TagKeys", "aws:SourceOrgPaths",
    }  # fmt: skip


def test_reference_knows_the_same_types() -> None:
    """Every global key that a service lists for itself has the type, and as many values, as in the table."""
    compared, differing = set(), set()
    for prefix in services():
        for name, type in service(prefix).condition_keys.items():
            if found := GLOBAL_KEYS.get(name):
                compared.add(name)
                ours = ("ArrayOf" if found.multivalued else "") + found.type
                if type != ours:
                    differing.add((prefix, name, type))
    assert {"aws:TagKeys", "aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}"} <= compared
    # Amazon Q alone calls this one a list; the guide says "String", "Single-valued".
    assert differing == {(prefix, "identitystore:UserId", "ArrayOfString") for prefix in ("q", "qbusiness")}


def test_presence_is_told_of_every_key() -> None:
    """Some keys are always there, most are not; "always" is E4's and the guide's list."""
    always = {name for name, key in GLOBAL_KEYS.items() if key.present == "always"}
    assert always == {
        f"aws:{name}"
        for name in (
            "PrincipalAccount", "PrincipalType", "userid", "ViaAWSService", "CurrentTime", "EpochTime",
            "RequestedRegion", "SecureTransport", "UserAgent",
        )
    }  # fmt: skip


def test_sensitive_keys_are_single_valued_texts() -> None:
    """Section "Sensitive condition keys": ten of them, each an identifier that no wildcard belongs in."""
    sensitive = [key for key in GLOBAL_KEYS.values() if key.sensitive]
    assert len(sensitive) == 10
    assert all(key.type == "String" and not key.multivalued for key in sensitive)
