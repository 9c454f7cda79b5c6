"""Checks of what a policy says twice: actions, resources, statements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from iamkit.analysis.findings.globs import covers
from iamkit.analysis.findings.values import is_wild
from iamkit.policy.edits import remove
from iamkit.policy.lint import Finder, Found
from iamkit.policy.outline import Outline, Part, Text
from iamkit.policy.source import Json

_Covers = Callable[[str, str], bool]
_Service = Callable[[str], str]


def _action_covers(wide: str, narrow: str) -> bool:
    return covers(wide.lower(), narrow.lower())


def _resource_covers(wide: str, narrow: str) -> bool:
    """Compare two ARN patterns part by part (P11)."""
    if wide == narrow or (wide and not wide.strip("*")):
        return True
    if "${*}" in wide + narrow or "${?}" in wide + narrow or "${$}" in wide + narrow:
        return False
    parts, others = wide.split(":", 5), narrow.split(":", 5)
    return len(parts) == len(others) == 6 and all(map(covers, parts, others))


def _action_service(text: str) -> str:
    return text.partition(":")[0].lower()


def _resource_service(text: str) -> str:
    return ":".join(text.split(":", 3)[:3])


def _twice(elements: tuple[str, str], covered: _Covers, service: _Service) -> Finder:
    def find(outline: Outline) -> Iterator[Found]:
        for part in outline.statements:
            for name in elements:
                for text, other in _covered(part.texts(name), covered, service):
                    message = f"`{text.value}` is already in `{other.value}`"
                    if text.value == other.value:
                        message = f"`{text.value}` stands here twice"
                    yield Found(text.pointer, message, edit=(remove(text.pointer),))

    return find


def _covered(texts: tuple[Text, ...], covered: _Covers, service: _Service) -> Iterator[tuple[Text, Text]]:
    """Pair each text with one that covers it; of two that cover each other the first stays."""
    # A pattern covers only what is of its own service, unless its service is a pattern, too.
    wild: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        if is_wild(text.value):
            wild.setdefault("" if is_wild(service(text.value)) else service(text.value), []).append(at)
    first: dict[str, int] = {}
    for at, text in enumerate(texts):
        earlier = first.setdefault(text.value.lower() if service is _action_service else text.value, at)
        if earlier != at:
            yield text, texts[earlier]
            continue
        for other in (*wild.get("", ()), *wild.get(service(text.value), ())):
            if other != at and covered(texts[other].value, text.value):
                # Patterns such as `**` and `*` cover each other: the later one goes.
                if covered(text.value, texts[other].value) and other > at:
                    continue
                yield text, texts[other]
                break


def _same_statement(outline: Outline) -> Iterator[Found]:
    seen: dict[str, Part] = {}
    for part in outline.statements:
        meaning = json.dumps(
            {name: _set(value) for name, (value, _) in part.elements.items() if name != "Sid"}, sort_keys=True
        )
        first = seen.setdefault(meaning, part)
        if first is not part:
            message = f"the statement says what statement {first.index} says"
            yield Found(part.pointer, message, edit=(remove(part.pointer),))


def _set(value: Json) -> Json:
    """Write a value so that two that mean the same are the same: lists are sets, one value is a list of one."""
    if isinstance(value, Mapping):
        return {str(key): _set(inner) for key, inner in value.items()}
    listed = value if isinstance(value, list | tuple) else [value]
    return sorted({json.dumps(item, sort_keys=True) for item in listed})


CHECKS: tuple[tuple[str, Finder], ...] = (
    ("Redundant action", _twice(("Action", "NotAction"), _action_covers, _action_service)),
    ("Redundant resource", _twice(("Resource", "NotResource"), _resource_covers, _resource_service)),
    ("Redundant statement", _same_statement),
)
