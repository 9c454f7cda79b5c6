"""Two sets of policies as formulas over one request: what it is made of, and what each side says of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product

from iamkit.analysis.symbolic.callers import Seen, account_classes, caller_classes
from iamkit.analysis.symbolic.context import KeySpace
from iamkit.analysis.symbolic.globs import Automaton, Pattern, anything, arn_pattern, fixed_text, glob_pattern, literal
from iamkit.analysis.symbolic.keys import key_type
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.scope import ALWAYS_PRESENT, Scope
from iamkit.analysis.symbolic.seeing import Unsupported, look
from iamkit.analysis.symbolic.sides import Side
from iamkit.analysis.symbolic.spaces import Choice, TextSpace
from iamkit.analysis.symbolic.tied import RESOURCE, Tie
from iamkit.analysis.symbolic.universes import Actions, Arns
from iamkit.analysis.symbolic.values import Test
from iamkit.evaluation.index import CompiledPolicies
from iamkit.evaluation.policies import Policies
from iamkit.policy.callers import Caller
from iamkit.policy.conditions import Condition, Qualifier
from iamkit.policy.operators import NULL, read_bool
from iamkit.policy.patterns import Matcher, glob
from iamkit.policy.statement import Actions as ActionElement
from iamkit.policy.statement import Resources, Statement
from iamkit.policy.variables import Template, parse_template, resource_part
from iamkit.request import Request, Resource

Owner = str | None

_RESOURCE_ACCOUNT = "aws:resourceaccount"
_ACCOUNTS = frozenset({"aws:principalaccount", _RESOURCE_ACCOUNT})
# Keys whose value follows from the caller, or which only some callers have (E4).
OF_CALLER = (
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
    "aws:principalservicename", "aws:username",
)  # fmt: skip
# Keys of a caller that a caller of the same class may have otherwise.
_NAMING = frozenset(
    {"aws:principalarn", "aws:principalaccount", "aws:username", "aws:userid", "aws:principalservicename"}
)


class Encoding:
    """The variables of a request, and formulas over them.

    Without `trial` values every policy variable stands for any text: what cannot be satisfied then is impossible. With
    them a key that a variable takes has one of these values: what can be satisfied then is possible.
    """

    def __init__(
        self,
        mine: Policies,
        theirs: Policies,
        scope: Scope,
        trial: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.logic = Logic()
        self.scope, self.trial = scope, trial
        self.sides = (CompiledPolicies.of(mine), CompiledPolicies.of(theirs))
        self.statements = tuple(
            dict.fromkeys(entry.statement for side in self.sides for index in side.indexes() for entry in index.entries)
        )
        managing = [side.management_account for side in self.sides]
        exempting = any(side.service_control or side.resource_control for side in self.sides)  # E7
        self.seen = seen = look(self.statements, managing, scope, trial, service_linked=exempting)
        groups = account_classes(seen.accounts, seen.arns, seen.partitions)
        self.accounts = tuple(account for group in groups for account in group)
        self._asking_accounts = [group[0] for group in groups]
        self.callers = self._choose_callers(seen)
        self.exact_callers = bool(scope.principals)
        self.actions = TextSpace(self.logic, "action", Actions())
        self.resources = TextSpace(self.logic, "resource", Arns(self.accounts, star=True))
        self.resources.unusual = self._unusual
        self.keys: dict[str, KeySpace] = {}
        self.ties: dict[Formula, tuple[Tie, str, int]] = {}
        self.fixed = Request("anonymous", "a:b", Resource("*"), scope.context, derive=False).folded_context
        self._listed: dict[str, tuple[str, ...]] = {}
        self._owned: dict[Owner, Formula] = {}
        self._memo: dict[Hashable, Formula] = {}
        self._looks_at: dict[int, tuple[str, ...]] = {}
        self.action_globs: dict[Pattern, Matcher] = {}
        self._constants: dict[int, dict[str, str | None]] = {}
        self._special()

    def _choose_callers(self, seen: Seen) -> tuple[Caller, ...]:
        if self.scope.principals:
            return tuple(caller for caller in self.scope.callers if caller.kind in self.scope.kinds)
        return caller_classes(seen, self._asking_accounts, self.scope.kinds)

    def _unusual(self, arn: str) -> int:
        """Put first what the usual caller's own account has, and last what AWS itself has."""
        account = arn.split(":")[4] if arn.count(":") >= 5 else ""
        return 2 if account == "aws" else 1 if account and account != self._home else 0

    @property
    def _home(self) -> str | None:
        return self.callers[0].account if self.callers else None

    def _special(self) -> None:
        """Say what the gates themselves ask about an action and a resource (E13, E14)."""
        resource, logic = self.resources, self.logic
        self.asks_who_it_is = self._action("sts:getcalleridentity")
        assuming = ("sts:assumerole*", "sts:tagsession*", "sts:setsourceidentity*")
        assumes = logic.any(map(self._action, assuming))
        self.assumes_role = logic.both(assumes, resource.matches(arn_pattern("arn:*:iam:*:*:role/*")))
        alias = resource.matches(arn_pattern("arn:*:kms:*:*:alias/*"))
        key = logic.both(logic.no(resource.matches(literal("*"))), logic.no(alias))
        self.uses_key = logic.both(self._action("kms:*"), key)

    # Who asks, and whose the resource is.

    def caller_is(self, index: int) -> Formula:
        """Say that the request is this caller's."""
        return self.logic.atom(("caller", index))

    def owned_by(self, account: str, caller: Caller) -> Formula:
        """Say that the resource is an account's; without other knowledge it is the caller's own (E17)."""
        if caller.account != account:
            return self._owner_is(account)
        return self.logic.either(self._owner_is(account), self._owner_is(None))

    def owned_by_caller(self, caller: Caller) -> Formula:
        """Say that the resource belongs to the caller's account."""
        assert caller.account is not None
        return self.owned_by(caller.account, caller)

    def _owner_is(self, account: Owner) -> Formula:
        if account not in self._owned:
            self._owned[account] = self._say_owner(account)
        return self._owned[account]

    def _say_owner(self, account: Owner) -> Formula:
        told = self.logic.any(
            self.resources.matches((*_FOUR_PARTS, *literal(f"{each}:"), *anything())) for each in self.accounts
        )
        own = self.logic.false
        if account is not None:
            own = self.resources.matches((*_FOUR_PARTS, *literal(f"{account}:"), *anything()))
        if self.scope.resource_account is not None:
            # The scope's account owns what has an ARN that tells none, and nothing owns a mere `*`.
            star = self.resources.matches(literal("*"))
            silent = self.logic.no(star) if account == self.scope.resource_account else self.logic.false
            if account is None:
                silent = star
        else:
            silent = self.logic.atom(("owner", account))
        return self.logic.either(own, self.logic.both(self.logic.no(told), silent))

    def constants(self, caller: Caller) -> dict[str, str | None]:
        """Give the keys that follow from the caller; None: such a caller's request never has the key."""
        known = self._constants.get(id(caller))
        if known is None:
            derived = Request(caller, "a:b", Resource("*")).folded_context
            known = {key: _text(derived.get(key)) for key in OF_CALLER}
            known |= {key: _text(value) for key, value in derived.items() if key != _RESOURCE_ACCOUNT}
            self._constants[id(caller)] = known
        return known

    # What a statement says.

    def action_is(self, name: str) -> Formula:
        """Say that the request is for an action, in lower case."""
        return self._action(name)

    def _action(self, text: str) -> Formula:
        pattern = glob_pattern(text.lower())
        self.action_globs[pattern] = glob(text.lower())
        return self.actions.matches(pattern)

    def covers(self, statement: Statement, caller: Caller) -> Formula:
        """Say that all elements of a statement but its principal's cover the request; the same for like callers."""
        if id(statement) not in self._looks_at:
            self._looks_at[id(statement)] = tuple(sorted(_keys_of(statement)))
        constants = self.constants(caller)
        keys = self._looks_at[id(statement)]
        exact = tuple(self._is_only(caller, key) for key in keys if key in _NAMING)
        own = caller.account if _RESOURCE_ACCOUNT in keys else ""
        like = (id(statement), own, exact, *(constants.get(key, "free") for key in keys))
        if like not in self._memo:
            self._memo[like] = self._covers(statement, caller)
        return self._memo[like]

    def _covers(self, statement: Statement, caller: Caller) -> Formula:
        formula = self.covers_action(statement.action_element)
        if statement.resource_element is not None and formula is not self.logic.false:
            formula = self.logic.both(formula, self.covers_resource(statement.resource_element, caller))
        for condition in statement.conditions:
            if formula is self.logic.false:
                break
            formula = self.logic.both(formula, self.holds(condition, caller))
        return formula

    def covers_action(self, element: ActionElement) -> Formula:
        """Say that an action element covers the action."""
        found = self.logic.any(map(self._action, element.patterns))
        return self.logic.no(found) if element.negated else found

    def covers_resource(self, element: Resources, caller: Caller) -> Formula:
        """Say that a resource element covers the resource."""
        found = []
        for text in element.patterns:
            read = parse_template(text, resource_part(text)) if element.escapes else text
            if isinstance(read, Template):
                found.append(self._tied(Tie(RESOURCE, read), RESOURCE, 0, caller))
            elif text and not text.strip("*"):
                found.append(self.logic.true)
            else:
                found.append(self.resources.matches(arn_pattern(text, escapes=element.escapes, open_ended=True)))
        covered = self.logic.any(found)
        return self.logic.no(covered) if element.negated else covered

    def holds(self, condition: Condition, caller: Caller) -> Formula:
        """Say that a condition holds."""
        key = condition.key.lower()
        if key in self.fixed or key in self.constants(caller) or key == _RESOURCE_ACCOUNT:
            return self._holds_for_known(condition, key, caller)
        space = self.space(key)
        if condition.use.operator is NULL:
            wanted = {read_bool(value) for value in condition.values}
            absent = self.logic.no(space.here())
            return self.logic.either(
                self.logic.both(absent, self.logic.constant(True in wanted)),
                self.logic.both(space.here(), self.logic.constant(False in wanted)),
            )
        negated = condition.use.operator.negated
        slots = []
        for slot in range(space.slots):
            passed = self.logic.either(
                space.passes(slot, Test.of(condition)),
                *(self._tied(tie, key, slot, caller) for tie in _ties(condition)),
            )
            slots.append((space.here(slot), self.logic.no(passed) if negated else passed))
        qualifier = condition.use.qualifier
        if qualifier is Qualifier.FOR_ALL_VALUES or (qualifier is Qualifier.NONE and negated):
            valued = self.logic.all(self.logic.implies(here, passed) for here, passed in slots)
        else:
            valued = self.logic.any(self.logic.both(here, passed) for here, passed in slots)
        without = self.logic.constant(_holds_without_key(condition))
        return self.logic.choose(space.here(), valued, without)

    def space(self, key: str) -> KeySpace:
        """Return the variables of a key in lower case."""
        if key not in self.keys:
            self.keys[key] = KeySpace(self.logic, key, key_type(key), wanted=self._slots(key))
        return self.keys[key]

    def _slots(self, key: str) -> int:
        """Count the witnesses that conditions on a key can ask for."""
        conditions = {
            condition
            for statement in self.statements
            for condition in statement.conditions
            if condition.key.lower() == key and condition.use.operator is not NULL
        }
        return max(1, len(conditions))

    def _holds_for_known(self, condition: Condition, key: str, caller: Caller) -> Formula:
        if key == _RESOURCE_ACCOUNT and key not in self.fixed:
            found = []
            for owner in (None, *self.accounts):
                value = caller.account if owner is None else owner
                found.append(self.logic.both(self._owner_is(owner), self._holds_for(condition, value, caller)))
            return self.logic.any(found)
        known = self.fixed[key] if key in self.fixed else self.constants(caller)[key]
        if isinstance(known, tuple):
            if _ties(condition):
                raise Unsupported(f"`{condition.key}` has several values and is compared with a policy variable")
            return self.logic.constant(condition.holds({key: known}))
        return self._holds_for(condition, known, caller)

    def _holds_for(self, condition: Condition, value: str | None, caller: Caller) -> Formula:
        key = condition.key.lower()
        context = {} if value is None else {key: value}
        ties = _ties(condition)
        if value is None or not ties or condition.use.operator is NULL:
            return self.logic.constant(condition.holds(context))
        passed = self.logic.either(
            self.logic.constant(Test.of(condition).holds(value)),
            *(self._tied(tie, key, 0, caller, value) for tie in ties),
        )
        return self.logic.no(passed) if condition.use.operator.negated else passed

    # Policy variables.

    def _tied(self, tie: Tie, place: str, slot: int, caller: Caller, value: str | None = None) -> Formula:
        """Say that the text in a place matches a template; `value` is the text where it is known."""
        by_equality = tie.only_key in _ACCOUNTS and place in _ACCOUNTS
        options = [self._options(key, caller, exact=by_equality) for key in tie.keys]
        found = []
        for chosen in product(*options):
            conditions = [formula for formula, _ in chosen]
            absent = frozenset(key for key, (_, text) in zip(tie.keys, chosen, strict=True) if text is _ABSENT)
            left = tie.without(absent)
            texts = {key: text for key, (_, text) in zip(tie.keys, chosen, strict=True) if isinstance(text, str)}
            if isinstance(left, Tie) and len(texts) == len(left.keys):
                left = left.resolved(texts)
            elif isinstance(left, Tie) and texts:
                left = left.partly(texts)
            if isinstance(left, Tie):
                found.append(self.logic.both(*conditions, self._free(left, place, slot, value)))
            else:
                found.append(self.logic.both(*conditions, self._matches(left, place, slot, value)))
        return self.logic.any(found)

    def _options(self, key: str, caller: Caller, *, exact: bool) -> list[tuple[Formula, object]]:
        """List what a variable can stand for: a text, nothing, or (without trial values) any text."""
        logic = self.logic
        if key in self.fixed:
            known = self.fixed[key]
            return [(logic.true, known if isinstance(known, str) else _ABSENT)]
        if key == _RESOURCE_ACCOUNT:
            owners = [(self._owner_is(owner), owner or caller.account) for owner in (None, *self.accounts)]
            if self.trial is not None or exact:
                return [(formula, account or _ABSENT) for formula, account in owners]
            return [(logic.true, _ANY)]
        constants = self.constants(caller)
        if key in constants:
            text = constants[key]
            told = exact or self.trial is not None or key not in _NAMING or self._is_only(caller, key)
            return [(logic.true, _ABSENT if text is None else text if told else _ANY)]
        space = self.space(key)
        texts = self.listed_texts(key) if self.trial is None else self.trial.get(key, ())
        here: list[tuple[Formula, object]] = [
            (logic.both(space.single, space.matches(0, literal(text))), text) for text in texts
        ]
        absent = (logic.no(space.single), _ABSENT)
        if self.trial is not None:
            return [*here, absent]
        other = logic.both(space.single, *(logic.no(formula) for formula, _ in here))
        return [*here, (other, _ANY), absent]

    def _is_only(self, caller: Caller, key: str) -> bool:
        """Tell whether all callers that this one stands for have its value of a key."""
        if self.exact_callers or caller.arn in self.seen.principals:
            return True
        if key == "aws:username":
            return literal(caller.name) in self.seen.names
        if key == "aws:principalaccount":
            return literal(caller.account or "") in self.seen.accounts
        return literal(caller.arn) in self.seen.arns

    def listed_texts(self, key: str) -> tuple[str, ...]:
        """List the texts that conditions compare a key with by equality."""
        if key not in self._listed:
            tests = (
                Test.of(condition)
                for statement in self.statements
                for condition in statement.conditions
                if condition.key.lower() == key
            )
            texts = (
                fixed_text(pattern)
                for test in tests
                if test.operator in ("StringEquals", "StringLike")
                for pattern in test.patterns()
                if pattern is not None
            )
            self._listed[key] = tuple(dict.fromkeys(text for text in texts if text is not None))
        return self._listed[key]

    def _matches(self, pattern: Pattern | None, place: str, slot: int, value: str | None) -> Formula:
        if pattern is None:
            return self.logic.false
        if value is not None:
            return self.logic.constant(_matches_text(pattern, value))
        return self.resources.matches(pattern) if place == RESOURCE else self.space(place).matches(slot, pattern)

    def _free(self, tie: Tie, place: str, slot: int, value: str | None) -> Formula:
        """Leave open whether a template matches: all that is known is what it cannot match with any values."""
        atom = self.logic.atom(("tie", tie, place, slot, value))
        if value is None:
            self.ties[atom] = (tie, place, slot)
        return self.logic.both(atom, self._matches(tie.hull(), place, slot, value))

    # The whole question.

    def decisions(self) -> list[tuple[int, Formula, Formula]]:
        """Give for every caller what each side allows it; callers of whom the same is said come once."""
        found: dict[tuple[int, int, str], tuple[int, Formula, Formula]] = {}
        for index, caller in enumerate(self.callers):
            mine, theirs = (Side(policies, caller, self).allowed() for policies in self.sides)
            found.setdefault((mine.number, theirs.number, caller.kind.value), (index, mine, theirs))
        return list(found.values())

    def rules(self) -> Iterator[Formula]:
        """Say what every request of the scope is like (E4)."""
        logic, scope = self.logic, self.scope
        present = {key.lower() for key in scope.present} | ALWAYS_PRESENT
        absent = {key.lower() for key in scope.absent}
        yield self._action(scope.action)
        if scope.resource.strip("*"):
            yield self.resources.matches(arn_pattern(scope.resource, open_ended=True))
        if scope.resource_account is None:
            # P13: where there is no resource, nobody owns it.
            nothing = self.resources.matches(literal("*"))
            yield logic.implies(nothing, logic.atom(("owner", None)))
        for key, space in self.keys.items():
            yield from space.rules()
            if key in absent:
                yield logic.no(space.here())
            elif key in present:
                yield space.here()
            if self.trial is not None and key in self.trial:
                texts = (space.matches(0, literal(text)) for text in self.trial[key])
                yield logic.implies(space.single, logic.any(texts))

    def choices(self) -> Iterator[Choice]:
        """Cut every place into its classes; after this no formula may be made that looks at a new pattern."""
        if not self.actions.options:
            self.actions.cut()
        yield Choice(self.actions.options, self.logic.true)
        yield self.resources.cut()
        yield Choice(tuple(map(self.caller_is, range(len(self.callers)))), self.logic.true)
        for space in self.keys.values():
            yield from space.cut()
        if self.scope.resource_account is None:
            owners = tuple(self.logic.atom(("owner", account)) for account in (None, *self.accounts))
            yield Choice(owners, self.logic.true)

    def meaning(self, atom: Formula) -> Formula | None:
        """Say in classes what an atom means; None for one that is a variable of its own."""
        name = atom.name
        assert isinstance(name, tuple)
        if name[0] in ("action", "resource") and name[1] != "class":
            space = self.actions if name[0] == "action" else self.resources
            return space.meaning(name[1])
        if name[0] == "value" and name[3] != "class":
            return self.keys[name[1]].meaning(name[2], name[3], name[4])
        return None

    @property
    def doubts(self) -> list[str]:
        """List why the classes may not be all."""
        return [space.values.doubt for space in self.keys.values() if space.values.doubt]


class _Mark:
    """A value that is no text."""


_ABSENT, _ANY = _Mark(), _Mark()
_FOUR_PARTS: Pattern = (
    *literal("arn:"), *anything(without=":"), *literal(":"), *anything(without=":"), *literal(":"),
    *anything(without=":"), *literal(":"),
)  # fmt: skip


def _keys_of(statement: Statement) -> set[str]:
    """List the keys that a statement looks at, in conditions and in variables."""
    element = statement.resource_element
    variables = [*(element.variables if element else ()), *(v for each in statement.conditions for v in each.variables)]
    conditions = {condition.key.lower() for condition in statement.conditions}
    return conditions | {variable.key.lower() for variable in variables}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _ties(condition: Condition) -> list[Tie]:
    operator = condition.use.operator
    if not (operator.variables and condition.escapes):
        return []
    name = Test.of(condition).operator
    read = (parse_template(value) for value in condition.values)
    return [Tie(name, template) for template in read if isinstance(template, Template)]


def _holds_without_key(condition: Condition) -> bool:
    return condition.holds({})


def _matches_text(pattern: Pattern, text: str) -> bool:
    return bool(Automaton([pattern]).read(text))
