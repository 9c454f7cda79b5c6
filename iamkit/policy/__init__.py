"""The policy language (rules P1–P38): documents, principals, patterns, variables, conditions."""

from iamkit.policy.callers import Caller, CallerKind, UnknownPrincipal
from iamkit.policy.conditions import Condition, OperatorUse, Qualifier
from iamkit.policy.document import InvalidPolicy, Policy
from iamkit.policy.grammar import PolicyType
from iamkit.policy.principals import Naming, Principals
from iamkit.policy.source import Problem
from iamkit.policy.statement import Actions, Resources, Statement

__all__ = [
    "Actions",
    "Caller",
    "CallerKind",
    "Condition",
    "InvalidPolicy",
    "Naming",
    "OperatorUse",
    "Policy",
    "PolicyType",
    "Principals",
    "Problem",
    "Qualifier",
    "Resources",
    "Statement",
    "UnknownPrincipal",
]
