"""Compare policies over all requests: a proof, a request that tells them apart, or why neither was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from iamkit.analysis.symbolic.answering import Found, Wanted, find, needing_permission
from iamkit.analysis.symbolic.scope import Scope
from iamkit.analysis.symbolic.solving import NoSolver
from iamkit.analysis.symbolic.strangers import STRANGERS, asked_by_strangers
from iamkit.evaluation import Evaluation, Policies
from iamkit.evaluation.policies import Document
from iamkit.policy import CallerKind, Policy
from iamkit.request import Request

__all__ = ["Answer", "Comparison", "NoSolver", "Relation", "Scope", "Verdict", "can", "compare", "public"]


class Relation(Enum):
    """What `mine` is asked to be to `theirs`."""

    EQUIVALENT = "equivalent"
    AT_MOST = "at-most"
    AT_LEAST = "at-least"


class Verdict(Enum):
    """How a comparison ended."""

    PROVED = "proved"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sets of policies stand to each other.

    Different: `request` is one that they decide differently, with both evaluations; `invented` tells that no real one
    does, only an action or a resource that AWS does not have. Otherwise the request is None. `reason` says it in one
    sentence, for an unknown end why.
    """

    relation: Relation
    verdict: Verdict
    request: Request | None
    mine: Evaluation | None
    theirs: Evaluation | None
    reason: str
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something is possible: `possible` is None where that stayed unknown, and `reason` says why."""

    possible: bool | None
    request: Request | None
    evaluation: Evaluation | None
    reason: str
    invented: bool = False


_WANTED = {
    Relation.EQUIVALENT: Wanted(more_mine=True, more_theirs=True),
    Relation.AT_MOST: Wanted(more_mine=True),
    Relation.AT_LEAST: Wanted(more_theirs=True),
}


def compare(
    mine: Policies | Document | Iterable[Document],
    theirs: Policies | Document | Iterable[Document],
    relation: Relation = Relation.EQUIVALENT,
    *,
    seconds: float = 5.0,
    scope: Scope | None = None,
) -> Comparison:
    """Compare what two sets of policies allow, over all requests of the scope.

    >>> rows = {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    >>> compare(rows, rows).verdict
    <Verdict.PROVED: 'proved'>
    """
    found = find(Policies.of(mine), Policies.of(theirs), _WANTED[relation], scope or Scope(), seconds)
    verdict = Verdict.PROVED if found.proved else Verdict.DIFFERENT if found.request is not None else Verdict.UNKNOWN
    reason = found.reason or _SENTENCES[relation, verdict]
    return Comparison(relation, verdict, found.request, found.mine, found.theirs, reason, found.invented)


_SENTENCES = {
    (Relation.EQUIVALENT, Verdict.PROVED): "both decide every request alike",
    (Relation.EQUIVALENT, Verdict.DIFFERENT): "one allows a request that the other does not",
    (Relation.AT_MOST, Verdict.PROVED): "the second allows every request that the first allows",
    (Relation.AT_MOST, Verdict.DIFFERENT): "the first allows a request that the second does not",
    (Relation.AT_LEAST, Verdict.PROVED): "the first allows every request that the second allows",
    (Relation.AT_LEAST, Verdict.DIFFERENT): "the second allows a request that the first does not",
}


def can(
    policies: Policies | Document | Iterable[Document],
    *,
    action: str = "*",
    resource: str = "*",
    principal: str | None = None,
    resource_account: str | None = None,
    seconds: float = 5.0,
) -> Answer:
    """Find a request for such an action on such a resource that is allowed, or prove that there is none.

    `action` and `resource` are patterns; `resource_account` owns whatever has an ARN without an account, as a bucket.
    Without a principal anyone asks whom the policies are about: the root user, whom its own account's identity-based
    policies do not concern, is left out, and so is an action that needs no permission (E14), unless it is named.

    >>> can({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}, action="s3:Put*").possible
    False
    """
    kinds = frozenset(CallerKind) - ({CallerKind.ROOT} if principal is None else frozenset())
    asking = () if principal is None else (principal,)
    scope = Scope(asking, kinds, resource_account, action=action, resource=resource)
    limit = (lambda _: ()) if action.lower() == "sts:getcalleridentity" else needing_permission
    return _answer(find(Policies.of(policies), Policies.of(policies), Wanted(), scope, seconds, limit))


def public(
    resource_policy: Policies | Document | Iterable[Document], *, resource: str = "*", seconds: float = 5.0
) -> Answer:
    """Find a request by which a stranger uses the resource, or prove that no stranger can.

    A stranger is nobody in particular: whoever does not sign, or a user or role of an account that the policy does not
    name and that does not own the resource, whose own policies allow everything. What ties a request to something that
    only certain people have (an organization, a VPC, an account, a narrow range of addresses) a stranger does not
    have, as in "Blocking public access to your Amazon S3 storage", "The meaning of public".
    """
    scope = Scope(kinds=STRANGERS, resource=resource)
    policies = _with_open_callers(resource_policy)
    return _answer(find(policies, policies, Wanted(), scope, seconds, asked_by_strangers))


_EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def _with_open_callers(resource_policy: Policies | Document | Iterable[Document]) -> Policies:
    if isinstance(resource_policy, Policies):
        given = resource_policy
        controls = {level.name: level.policies for level in given.resource_control or ()}
        return Policies(
            _EVERYTHING, given.resource_based, resource_control=controls, management_account=given.management_account
        )
    if not isinstance(resource_policy, Policy | Mapping | str):
        (resource_policy,) = resource_policy
    return Policies(_EVERYTHING, resource_policy)


def _answer(found: Found) -> Answer:
    if found.request is not None:
        return Answer(True, found.request, found.mine, "this request is allowed", found.invented)
    if found.proved:
        return Answer(False, None, None, "no request of this kind is allowed")
    return Answer(None, None, None, found.reason)
