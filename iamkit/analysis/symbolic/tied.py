"""Policy variables: texts of a policy that depend on the request itself (P34–P38)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamkit.analysis.symbolic.globs import Pattern, Token, anything, arn_pattern, literal
from iamkit.analysis.symbolic.values import text_pattern
from iamkit.policy.operators import read_bool
from iamkit.policy.patterns import escape
from iamkit.policy.variables import Template, Variable

RESOURCE = "Resource"

# Letters of no alphabet stand for the values of variables while patterns with variables are set beside each other.
_FIRST_LETTER = 0xE000


def letter(at: int) -> str:
    """Return one of the letters that stand for variables."""
    return chr(_FIRST_LETTER + at)


@dataclass(frozen=True, slots=True)
class Tie:
    """A template and the operator that compares with it; `RESOURCE` is the resource element."""

    operator: str
    template: Template

    @property
    def keys(self) -> tuple[str, ...]:
        """List the variables' keys in lower case, each once."""
        return tuple(dict.fromkeys(variable.key.lower() for variable in self.template.variables))

    @property
    def only_key(self) -> str | None:
        """Return the key of a template that is one variable and nothing else, where it is compared by equality."""
        parts = self.template.parts
        if len(parts) == 1 and self.operator in ("StringEquals", "StringLike") and isinstance(parts[0], Variable):
            return parts[0].key.lower()
        return None

    def without(self, absent: frozenset[str]) -> Tie | Pattern | None:
        """Let some variables have no value: their defaults stand for them; None where one has none (P38)."""
        parts: list[str | Variable] = []
        for part in self.template.parts:
            if isinstance(part, Variable) and part.key.lower() in absent:
                if part.default is None:
                    return None
                parts.append(escape(part.default))
            else:
                parts.append(part if isinstance(part, str) else Variable(part.key.lower()))
        if all(isinstance(part, str) for part in parts):
            return pattern_of(self.operator, "".join(str(part) for part in parts))
        return Tie(self.operator, Template(tuple(_joined(parts))))

    def resolved(self, values: dict[str, str]) -> Pattern | None:
        """Put values in the places of variables."""
        text = self.template.resolve(values)
        return None if text is None else pattern_of(self.operator, text)

    def partly(self, values: dict[str, str]) -> Tie:
        """Put values in the places of some variables only."""
        parts = (
            escape(values[part.key]) if isinstance(part, Variable) and part.key in values else part
            for part in self.template.parts
        )
        return Tie(self.operator, Template(tuple(_joined(list(parts)))))

    def hull(self) -> Pattern:
        """Match whatever the template could match with any values."""
        letters = {key: letter(at) for at, key in enumerate(self.keys)}
        return tuple(_widened(self.lettered(letters), frozenset(letters.values())))

    def lettered(self, letters: dict[str, str]) -> Pattern:
        """Put a letter of its own in the place of every variable."""
        text = "".join(part if isinstance(part, str) else letters[part.key.lower()] for part in self.template.parts)
        return pattern_of(self.operator, text) or anything()


def _joined(parts: list[str | Variable]) -> Iterator[str | Variable]:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        yield part
        text = ""
    if text:
        yield text


def _widened(pattern: Pattern, letters: frozenset[str]) -> Iterator[Token]:
    """Let letters be any text; a value may hold a colon, so that wildcards behind it no longer end at one."""
    behind = False
    for token in pattern:
        if token.chars is not None and token.chars & letters:
            behind = True
            yield Token(run=True)
        elif token.chars is None and behind:
            yield Token(run=token.run)
        else:
            yield token


def pattern_of(operator: str, text: str) -> Pattern | None:
    """Read a resolved text as its operator does."""
    if operator == RESOURCE:
        return anything() if text and not text.strip("*") else arn_pattern(text, escapes=True, open_ended=True)
    if operator == "Bool":
        wanted = read_bool(text)
        return None if wanted is None else literal("true" if wanted else "false", ignore_case=True)
    return text_pattern(operator, text, True)
