"""The flow chart: may this caller do this, under these policies? (E5–E18)

Read `FLOW` from top to bottom: it is the order of AWS's own chart. Each gate is one function. A gate lets the request
pass, has no say, or stops it; a request that meets no closed gate is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from iamkit.evaluation.case import SESSIONS, WITH_IDENTITY_POLICIES, Case
from iamkit.evaluation.decision import Decision, Entry, Gate, Step, StepOutcome, Verdict
from iamkit.evaluation.evaluation import Evaluation
from iamkit.evaluation.index import CompiledPolicies, Level
from iamkit.evaluation.policies import Document, Policies
from iamkit.policy.callers import CallerKind
from iamkit.policy.principals import Naming
from iamkit.request import Request


def evaluate(request: Request, policies: Policies | Document | Iterable[Document]) -> Evaluation:
    """Decide the request and say why: every gate it met, and the statement that decided.

    One policy alone stands under its type, or as an identity-based policy. Never raises for what a policy says.
    """
    case = Case(request, _compile(policies))
    steps: list[Step] = []
    allowed_by: tuple[Gate, Entry | None] = (Gate.IDENTITY_BASED, None)
    for (gate, meet), prepared in zip(FLOW, _PREPARED, strict=True):
        case.entry = None
        verdict = meet(case)
        steps.append(prepared.get(verdict) or _step(gate, verdict, case.entry))
        if verdict.decision is not None:
            return Evaluation(verdict.decision, gate, case.entry, tuple(steps), case)
        if gate is allowed_by[0] or (gate is Gate.RESOURCE_BASED and _counts_as_allow(case)):
            allowed_by = (gate, case.entry)
    return Evaluation(Decision.ALLOW, *allowed_by, tuple(steps), case)


def allows(request: Request, policies: Policies | Document | Iterable[Document]) -> bool:
    """Decide the request and nothing else, by the same gates and the same matcher as `evaluate`."""
    case = Case(request, _compile(policies))
    for meet in case.compiled.gates:
        decision = meet(case).decision
        if decision is not None:
            return decision is Decision.ALLOW
    return True


def valid_policies(case: Case) -> Verdict:
    """Stop everything if a policy cannot be read: it might hold a Deny."""
    if not case.compiled.invalid:
        return _READABLE
    names = ", ".join(f"`{error.name}`" for error in case.compiled.invalid)
    return Verdict(StepOutcome.STOPPED, f"these policies cannot be read: {names}", Decision.IMPLICIT_DENY)


def authentication(case: Case) -> Verdict:
    """Know who asks (E5); that the signature was good has been established before."""
    return _ANONYMOUS if case.caller.kind is CallerKind.ANONYMOUS else _AUTHENTICATED


def no_permission_needed(case: Case) -> Verdict:
    """Let everyone who is authenticated ask who they are (E14)."""
    if case.request.folded_action == "sts:getcalleridentity" and case.caller.kind is not CallerKind.ANONYMOUS:
        return _NEEDS_NONE
    return _NEEDS_PERMISSION


def explicit_deny(case: Case) -> Verdict:
    """Look for one matching Deny in any policy that has a say: nothing overrides it (E6)."""
    case.entry = case.first_deny()
    return _NO_DENY if case.entry is None else _DENIED


def resource_control_policies(case: Case) -> Verdict:
    """Ask every level above the resource's account for an Allow (E7)."""
    if case.plan.resource_control is None:
        return _NO_RCP
    return _every_level(case, case.plan.resource_control, case.exempt_from_resource_control)


def service_control_policies(case: Case) -> Verdict:
    """Ask every level above the caller's account for an Allow (E7)."""
    if case.plan.service_control is None:
        return _NO_SCP
    return _every_level(case, case.plan.service_control, case.exempt_from_service_control)


def vpc_endpoint_policy(case: Case) -> Verdict:
    """Ask the policy of the VPC endpoint through which the request comes (E18)."""
    return _NO_ENDPOINT if case.plan.vpc_endpoint is None else _must_allow(case, case.plan.vpc_endpoint)


def resource_based_policy(case: Case) -> Verdict:
    """See what the resource's own policy gives; that depends on whom it names (E8, E13, E15)."""
    if case.caller.kind is CallerKind.ROOT and case.needs_trust_policy:
        return _ROOT_ASSUMES_NO_ROLE
    case.granted = naming = case.resource_grant()
    if case.crosses_accounts:
        return _BOTH_SIDES if naming else _NOT_SHARED
    if naming is Naming.CALLER:
        return _NAMES_CALLER
    if naming is Naming.BEHIND:
        return _NAMES_BEHIND
    if naming is Naming.ACCOUNT:
        return _NAMES_ACCOUNT
    if case.caller.account is None or case.needs_trust_policy or case.needs_key_policy:
        return _NOT_NAMED
    return _SAYS_NOTHING if case.compiled.policies.resource_based else _NO_RESOURCE_POLICY


def identity_based_policies(case: Case) -> Verdict:
    """Ask the policies of the user and its groups, or of the role (E9); the root user needs none (E12)."""
    if case.granted and case.decided_by_resource:
        return _ALREADY_ALLOWED
    if case.caller.kind is CallerKind.ROOT:
        return _ROOT
    if case.granted and _counts_as_allow(case):
        return _ALLOWED_THROUGH_ROLE
    return _must_allow(case, case.plan.identity_based)


def permissions_boundary(case: Case) -> Verdict:
    """Ask the boundary, if one is set, for what has been granted so far (E10)."""
    if case.decided_by_resource:
        return _ALREADY_ALLOWED
    if case.plan.permissions_boundary is None or case.caller.kind not in WITH_IDENTITY_POLICIES:
        return _NO_BOUNDARY
    return _must_allow(case, case.plan.permissions_boundary)


def session_policies(case: Case) -> Verdict:
    """Ask the policies passed with the session for what has been granted so far (E11)."""
    if case.decided_by_resource:
        return _ALREADY_ALLOWED
    if case.plan.session is None:
        return _FEDERATED_WITHOUT if case.caller.kind is CallerKind.FEDERATED_USER else _NO_SESSION_POLICY
    if case.caller.kind not in SESSIONS:
        return _NO_SESSION
    return _must_allow(case, case.plan.session)


FLOW: tuple[tuple[Gate, Callable[[Case], Verdict]], ...] = (
    (Gate.VALID_POLICIES, valid_policies),
    (Gate.AUTHENTICATION, authentication),
    (Gate.NO_PERMISSION_NEEDED, no_permission_needed),
    (Gate.EXPLICIT_DENY, explicit_deny),
    (Gate.RESOURCE_CONTROL, resource_control_policies),
    (Gate.SERVICE_CONTROL, service_control_policies),
    (Gate.VPC_ENDPOINT, vpc_endpoint_policy),
    (Gate.RESOURCE_BASED, resource_based_policy),
    (Gate.IDENTITY_BASED, identity_based_policies),
    (Gate.PERMISSIONS_BOUNDARY, permissions_boundary),
    (Gate.SESSION, session_policies),
)


# When a gate can decide nothing, whoever asks for whatever: `allows` leaves it out.
_CAN_DECIDE: dict[Gate, Callable[[CompiledPolicies], bool]] = {
    Gate.VALID_POLICIES: lambda compiled: bool(compiled.invalid),
    Gate.AUTHENTICATION: lambda _: False,
    Gate.EXPLICIT_DENY: lambda compiled: compiled.has_denies,
    Gate.RESOURCE_CONTROL: lambda compiled: compiled.resource_control is not None,
    Gate.SERVICE_CONTROL: lambda compiled: compiled.service_control is not None,
    Gate.VPC_ENDPOINT: lambda compiled: compiled.vpc_endpoint is not None,
    Gate.PERMISSIONS_BOUNDARY: lambda compiled: compiled.permissions_boundary is not None,
}


def _compile(policies: Policies | Document | Iterable[Document]) -> CompiledPolicies:
    compiled = CompiledPolicies.of(Policies.of(policies))
    if not compiled.gates:
        can_decide = (meet for gate, meet in FLOW if _CAN_DECIDE.get(gate, bool)(compiled))
        compiled.gates = tuple(can_decide)
    return compiled


def _every_level(case: Case, levels: tuple[Level, ...], exempt: str) -> Verdict:
    if exempt:
        return Verdict(StepOutcome.NOT_APPLICABLE, exempt)
    for name, entries in levels:
        case.entry = case.first(entries)
        if case.entry is None:
            return Verdict(StepOutcome.STOPPED, f"nothing at the level `{name}` allows it", Decision.IMPLICIT_DENY)
    return _EVERY_LEVEL


def _must_allow(case: Case, entries: tuple[Entry, ...]) -> Verdict:
    case.entry = case.first(entries)
    return _NOTHING_ALLOWS if case.entry is None else _ALLOWS


def _counts_as_allow(case: Case) -> bool:
    """Tell whether the resource's policy has granted what boundary and session policies can only limit (E8)."""
    return case.granted >= Naming.BEHIND and not case.crosses_accounts


def _step(gate: Gate, verdict: Verdict, entry: Entry | None) -> Step:
    if entry is None:
        return Step(gate, verdict.outcome, verdict.why)
    # What matched stands with the step even where its sentence does not mention it.
    return Step(gate, verdict.outcome, verdict.why.replace("{statement}", str(entry.ref)), (entry.ref,))


def _passed(why: str) -> Verdict:
    return Verdict(StepOutcome.PASSED, why)


def _stopped(why: str, decision: Decision = Decision.IMPLICIT_DENY) -> Verdict:
    return Verdict(StepOutcome.STOPPED, why, decision)


def _no_say(why: str) -> Verdict:
    return Verdict(StepOutcome.NOT_APPLICABLE, why)


_READABLE = _passed("every policy can be read")
_AUTHENTICATED = _passed("the caller is known")
_ANONYMOUS = _no_say("nobody signed the request: only a resource-based policy can allow it")
_NEEDS_NONE = Verdict(StepOutcome.PASSED, "everyone may ask who they are; no policy can deny it", Decision.ALLOW)
_NEEDS_PERMISSION = _no_say("the action needs a permission")
_NO_DENY = _passed("no statement denies it")
_DENIED = _stopped("denied by {statement}", Decision.EXPLICIT_DENY)
_NO_RCP = _no_say("no resource control policies are in force")
_NO_SCP = _no_say("no service control policies are in force")
_EVERY_LEVEL = _passed("every level of the organization allows it")
_NO_ENDPOINT = _no_say("the request does not come through a VPC endpoint with a policy")
_ROOT_ASSUMES_NO_ROLE = _stopped("the root user cannot assume a role")
_BOTH_SIDES = _passed("allowed on the resource's side by {statement}; the caller's account must allow it too")
_NOT_SHARED = _stopped("the resource belongs to another account, and no statement of its policy allows it")
_NAMES_CALLER = _passed("allowed by {statement}, which names the caller itself: that is final")
_NAMES_BEHIND = _passed(
    "allowed by {statement}, which names the identity behind the session: boundary and session policies still limit it"
)
_NAMES_ACCOUNT = _passed("{statement} names the account: an identity-based policy must allow it as well")
_NOT_NAMED = _stopped("no statement of the resource's policy allows it to this caller")
_SAYS_NOTHING = _no_say("no statement of the resource's policy allows it; an identity-based policy still can")
_NO_RESOURCE_POLICY = _no_say("the resource has no policy")
_ALREADY_ALLOWED = _no_say("the resource-based policy has already decided")
_ROOT = _passed("the root user may do everything that no guardrail and no Deny forbids")
_ALLOWED_THROUGH_ROLE = _passed("the resource-based policy's Allow counts here")
_ALLOWS = _passed("allowed by {statement}")
_NOTHING_ALLOWS = _stopped("no statement allows it")
_NO_BOUNDARY = _no_say("no permissions boundary is set")
_NO_SESSION = _no_say("the caller is not a session that policies can be passed with")
_NO_SESSION_POLICY = _no_say("no session policy was passed")
_FEDERATED_WITHOUT = _stopped("a federated user session without a session policy has no permissions of its own")

# The steps that mention no statement are the same every time: made once, as they are most of every account.
_PREPARED: tuple[dict[Verdict, Step], ...] = tuple(
    {
        verdict: _step(gate, verdict, None)
        for verdict in list(globals().values())
        if isinstance(verdict, Verdict) and "{statement}" not in verdict.why and verdict is not _EVERY_LEVEL
    }
    for gate, _ in FLOW
)
