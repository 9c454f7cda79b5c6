"""A statement, and whether each of its elements covers a request (P4, P8–P13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iamkit.policy.callers import Caller
from iamkit.policy.conditions import Condition
from iamkit.policy.patterns import Matcher, arn_glob, everything, glob
from iamkit.policy.principals import Naming, Principals
from iamkit.policy.variables import ContextValue, Template, Variable, parse_template, resource_part

Context = Mapping[str, ContextValue]
"""A request's context; its keys are lower case (P23)."""


@dataclass(frozen=True, slots=True)
class Actions:
    """An `Action` element, or with `negated` a `NotAction` element."""

    patterns: tuple[str, ...]
    negated: bool = False
    _matchers: tuple[Matcher, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_matchers", tuple(glob(pattern.lower()) for pattern in self.patterns))

    def cover(self, action: str) -> bool:
        """Decide for an action in lower case (P8, P9)."""
        return any(matches(action) for matches in self._matchers) is not self.negated


@dataclass(frozen=True, slots=True)
class Resources:
    """A `Resource` element, or with `negated` a `NotResource` element."""

    patterns: tuple[str, ...]
    negated: bool = False
    escapes: bool = True
    _fixed: tuple[Matcher, ...] = field(init=False, repr=False, compare=False)
    _templates: tuple[Template, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        texts = [parse_template(text, resource_part(text)) if self.escapes else text for text in self.patterns]
        fixed = tuple(self._compile(text) for text in texts if isinstance(text, str))
        object.__setattr__(self, "_fixed", fixed)
        object.__setattr__(self, "_templates", tuple(text for text in texts if isinstance(text, Template)))

    def _compile(self, pattern: str) -> Matcher:
        if pattern.strip("*") == "" and pattern:
            return everything
        return arn_glob(pattern, self.escapes, True)

    @property
    def has_variables(self) -> bool:
        """Tell whether any pattern has a variable; without one the context is not looked at."""
        return bool(self._templates)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """List the variables of all patterns."""
        return tuple(variable for template in self._templates for variable in template.variables)

    @property
    def only_pattern(self) -> Matcher | None:
        """Return the matcher of an element that is one pattern without variables."""
        return self._fixed[0] if len(self._fixed) == 1 and not self._templates and not self.negated else None

    def cover(self, resource: str, context: Context) -> bool:
        """Decide for a resource's ARN, or `*` where the action has no resource (P11–P13, P38)."""
        for matches in self._fixed:
            if matches(resource):
                return not self.negated
        for template in self._templates:
            pattern = template.resolve(context)
            if pattern is not None and self._compile(pattern)(resource):
                return not self.negated
        return self.negated


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; an element that the statement does not have is None."""

    index: int
    effect: str
    action_element: Actions
    resource_element: Resources | None = None
    principal_element: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None

    @property
    def only_resource(self) -> Matcher | None:
        """Return the one test that decides, once the action is covered, where nothing but one pattern is left."""
        element = self.resource_element
        if self.principal_element is not None or self.conditions or element is None:
            return None
        return element.only_pattern

    @property
    def allows(self) -> bool:
        """Tell whether the effect is `Allow`."""
        return self.effect == "Allow"

    @property
    def actions(self) -> tuple[str, ...]:
        """List the patterns of `Action`."""
        return () if self.action_element.negated else self.action_element.patterns

    @property
    def not_actions(self) -> tuple[str, ...]:
        """List the patterns of `NotAction`."""
        return self.action_element.patterns if self.action_element.negated else ()

    @property
    def resources(self) -> tuple[str, ...]:
        """List the patterns of `Resource`."""
        return self.resource_element.patterns if self.resource_element and not self.resource_element.negated else ()

    @property
    def not_resources(self) -> tuple[str, ...]:
        """List the patterns of `NotResource`."""
        return self.resource_element.patterns if self.resource_element and self.resource_element.negated else ()

    def covers_resource(self, resource: str, context: Context) -> bool:
        """Decide the resource element; a trust policy has none, because it stands on the one role (P4)."""
        return self.resource_element is None or self.resource_element.cover(resource, context)

    def names(self, caller: Caller) -> Naming:
        """Tell how closely the statement names the caller; without a principal element it stands on the caller."""
        element = self.principal_element
        if element is None:
            return Naming.CALLER
        if self.effect == "Deny":
            return Naming.CALLER if element.denies(caller) else Naming.NOT_NAMED
        return element.names(caller)

    def conditions_hold(self, context: Context) -> bool:
        """Decide all conditions (P22)."""
        for condition in self.conditions:  # a loop, not all(): the innermost step of every decision
            if not condition.holds(context):
                return False
        return True
