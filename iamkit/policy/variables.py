"""Policy variables: `${aws:username}` in a pattern or a value (P34–P38)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from iamkit.policy.patterns import escape

ContextValue = str | tuple[str, ...]
"""What a request says under one condition key: one value, or for a multivalued key all of them."""

_PLACE = re.compile(r"\$\{(?![*?$]\})([^{}]*)\}")
_VARIABLE = re.compile(r"\s*([^,\s][^,]*?)\s*(?:,\s*'([^']*)'\s*)?")


@dataclass(frozen=True, slots=True)
class Variable:
    """One `${key}` or `${key, 'default'}`."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A text with variables in it: literal pieces and variables by turns."""

    parts: tuple[str | Variable, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """List the variables in order of appearance."""
        return tuple(part for part in self.parts if isinstance(part, Variable))

    def resolve(self, context: Mapping[str, ContextValue]) -> str | None:
        """Substitute every variable; the context's keys are lower case. None: one has no value and no default (P38).

        Only a single-valued key has a value here (P36). The result is a pattern in which nothing substituted is a
        wildcard (P37).
        """
        texts = []
        for part in self.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = context.get(part.key.lower())
            text = value if isinstance(value, str) else part.default
            if text is None:
                return None
            texts.append(escape(text))
        return "".join(texts)


def parse_template(text: str, start: int = 0) -> str | Template:
    """Find the variables that stand at or after `start`; a text without any comes back as it is."""
    parts: list[str | Variable] = []
    end = 0
    for match in _PLACE.finditer(text, start):
        inner = _VARIABLE.fullmatch(match.group(1))
        # What is no well-formed variable can have no value either: it stays a variable under its whole text.
        variable = Variable(inner.group(1), inner.group(2)) if inner else Variable(match.group(1))
        parts += [text[end : match.start()], variable] if match.start() > end else [variable]
        end = match.end()
    if not parts:
        return text
    return Template((*parts, text[end:]) if end < len(text) else tuple(parts))


def resource_part(pattern: str) -> int:
    """Tell where the part after the fifth colon begins, the only part of a `Resource` that takes variables (P35)."""
    at = -1
    for _ in range(5):
        at = pattern.find(":", at + 1)
        if at < 0:
            return len(pattern)
    return at + 1
