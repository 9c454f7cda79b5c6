"""The page "IAM policy validation check reference" of the IAM User Guide: its checks in its order, by severity."""

from __future__ import annotations

ERRORS = """
ARN account not allowed
ARN Region not allowed
Data type mismatch
Duplicate keys with different case
Invalid action
Invalid ARN account
Invalid ARN prefix
Invalid ARN Region
Invalid ARN resource
Invalid ARN service case
Invalid condition data type
Invalid condition key format
Invalid condition multiple Boolean
Invalid condition operator
Invalid effect
Invalid global condition key
Invalid partition
Invalid policy element
Invalid principal format
Invalid principal key
Invalid Region
Invalid service
Invalid service condition key
Invalid service in action
Invalid variable for operator
Invalid version
Json syntax error
Missing action
Missing ARN field
Missing ARN Region
Missing effect
Missing principal
Missing qualifier
Missing resource
Missing statement
Null with if exists
SCP syntax error action wildcard
SCP syntax error principal
Unique Sids required
Unsupported action in policy
Unsupported element combination
Unsupported global condition key
Unsupported principal
Unsupported resource ARN in policy
Unsupported Sid
Unsupported wildcard in principal
Missing brace in variable
Missing quote in variable
Unsupported space in variable
Empty variable
Variable unsupported in element
Variable unsupported in version
Private IP address
Private NotIpAddress
Policy size exceeds SCP quota
Invalid service principal format
Missing tag key in condition
Invalid vpc format
Invalid vpce format
Federated principal not supported
Unsupported action for condition key
Unsupported condition key for service principal
Role trust policy syntax error notprincipal
Role trust policy unsupported wildcard in principal
Role trust policy syntax error resource
Type mismatch IP range
Missing action for condition key
Invalid federated principal syntax in role trust policy
Mismatched action for principal
Missing action for roles anywhere trust policy
Policy size exceeds RCP quota
RCP syntax error principal
RCP syntax error allow
RCP syntax error NotAction
RCP syntax error action
Missing ARN account
Invalid kms key value
Variable usage too permissive
Wildcard usage too permissive
"""

GENERAL_WARNINGS = """
Create SLR with NotResource
Create SLR with star in action and NotResource
Create SLR with NotAction and NotResource
Create SLR with star in resource
Create SLR with star in action and resource
Create SLR with star in resource and NotAction
Deprecated global condition key
Invalid date value
Invalid role reference
Invalid user reference
Missing version
Unique Sids recommended
Wildcard without like operator
Policy size exceeds identity policy quota
Policy size exceeds resource policy quota
Type mismatch
Type mismatch Boolean
Type mismatch date
Type mismatch number
Type mismatch string
Specific github repo and branch recommended
Policy size exceeds role trust policy quota
RCP missing related principal condition key
RCP missing related service principal condition key
RCP missing service condition key null check
Use condition key only with supported services
"""

SECURITY_WARNINGS = """
Untrustworthy condition key
Allow with NotPrincipal
ForAllValues with single valued key
Pass role with NotResource
Pass role with star in action and NotResource
Pass role with NotAction and NotResource
Pass role with star in resource
Pass role with star in action and resource
Pass role with star in resource and NotAction
Missing paired condition keys
Deny with unsupported tag condition key for service
Deny NotAction with unsupported tag condition key for service
Restrict access to service principal
Missing condition key for oidc principal
Missing github repo condition key
String like operator with ARN condition keys
DynamoDB attributes without select
S3 prefix in negative context
ForAnyValue with audience claim type
"""

SUGGESTIONS = """
Empty array action
Empty array condition
Empty array condition ForAllValues
Empty array condition ForAnyValue
Empty array condition IfExists
Empty array principal
Empty array resource
Empty object condition
Empty object principal
Empty Sid value
Equivalent to null false
Equivalent to null true
Improve IP range
Null with qualifier
Private IP address subset
Private NotIpAddress subset
Redundant action
Redundant condition value num
Redundant resource
Redundant statement
Wildcard in service name
Allow with unsupported tag condition key for service
Allow NotAction with unsupported tag condition key for service
Recommended condition key for service principal
Irrelevant condition key in policy
Redundant key due to wildcard in condition
Redundant principal in role trust policy
Redundant statement due to wildcard in condition
Confirm audience claim type
"""

BY_SEVERITY = {
    "ERROR": ERRORS,
    "WARNING": GENERAL_WARNINGS,
    "SECURITY_WARNING": SECURITY_WARNINGS,
    "SUGGESTION": SUGGESTIONS,
}

# Issue codes that are not the name in capitals.
ODD_CODES = {
    "Create SLR with NotResource": "CREATE_SLR_WITH_NOT_RESOURCE",
    "Create SLR with star in action and NotResource": "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    "Create SLR with NotAction and NotResource": "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    "Create SLR with star in resource and NotAction": "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    "Pass role with NotResource": "PASS_ROLE_WITH_NOT_RESOURCE",
    "Pass role with star in action and NotResource": "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
    "Pass role with NotAction and NotResource": "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
    "Pass role with star in resource and NotAction": "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    "Allow with NotPrincipal": "ALLOW_WITH_NOT_PRINCIPAL",
    "Private NotIpAddress": "PRIVATE_NOT_IP_ADDRESS",
    "Private NotIpAddress subset": "PRIVATE_NOT_IP_ADDRESS_SUBSET",
}
