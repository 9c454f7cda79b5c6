"""Condition keys that stand in a call's own parameters: how they are read, and how tags are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from iamkit.policy.variables import ContextValue

if TYPE_CHECKING:
    from iamkit.cloud.actions.asking import Ask

# By the key in lower case: the key as AWS writes it, and the parameter it speaks of or what reads it from the call.
Keys = Mapping[str, tuple[str, "str | Callable[[Ask], ContextValue | None]"]]

_TAG_LISTS = ("Tags", "tags")
_TAG_KEY_LISTS = ("TagKeys", "tagKeys")


def keys_of(readers: Mapping[str, str | Callable[[Ask], ContextValue | None]]) -> Keys:
    """Make a table of condition keys; each counts for the actions that the reference says have it."""
    return {key.lower(): (key, reader) for key, reader in readers.items()}


def text_of(value: Any) -> ContextValue | None:
    """Write a parameter's value as a condition key has it; None for what is absent or has no such form."""
    if value is None or isinstance(value, bytes | bytearray | Mapping):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Sequence):
        texts = (text_of(each) for each in value)
        return tuple(text for text in texts if isinstance(text, str))
    return None


def merged(pairs: Iterable[tuple[str, ContextValue]]) -> dict[str, ContextValue]:
    """Put keys and values together; keys that differ only in case are one key with all of their values.

    A service may keep tags apart by case, but no condition key does.
    """
    names: dict[str, str] = {}
    values: dict[str, ContextValue] = {}
    for key, value in pairs:
        name = names.setdefault(key.lower(), key)
        before = values.get(name)
        values[name] = value if before is None or before == value else (*_several(before), *_several(value))
    return values


def _several(value: ContextValue) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def request_tags(ask: Ask) -> Iterator[tuple[str, ContextValue]]:
    """Give aws:RequestTag and aws:TagKeys for the tags that a call sets or removes."""
    yield from tag_keys(tags_of(ask), removed_tags(ask))


def tag_keys(tags: Mapping[str, str], removed: Sequence[str] = ()) -> Iterator[tuple[str, ContextValue]]:
    """Give aws:RequestTag and aws:TagKeys for tags."""
    for tag, value in tags.items():
        yield f"aws:RequestTag/{tag}", value
    if tags or removed:
        yield "aws:TagKeys", (*tags, *removed)


def tags_of(ask: Ask) -> dict[str, str]:
    """Read the tags that a call sets, in any of the forms that services have for them."""
    for name in _TAG_LISTS:
        given = ask.given(name)
        if isinstance(given, Mapping):
            return unique_tags(ask, given.items())
        if given is not None:
            return unique_tags(ask, tag_pairs(ask, ask.items(name)))
    return {}


def tag_pairs(ask: Ask, given: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Read a list of tags; a list of keys alone is one of tags to remove, and has no pairs."""
    for each in given:
        if isinstance(each, Mapping):
            key = each.get("Key", each.get("TagKey", each.get("key")))
            yield key, each.get("Value", each.get("TagValue", each.get("value", "")))


def unique_tags(ask: Ask, pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Check tags: each has a key, and no two keys are the same to a condition."""
    tags: dict[str, str] = {}
    for key, value in pairs:
        if not isinstance(key, str) or not key or not isinstance(value, str | None):
            raise ask.refuse("Every tag must have a key and a value that are text.")
        if key.lower() in {other.lower() for other in tags}:
            raise ask.refuse("Duplicate tag keys found. Please note that tag keys are case insensitive.")
        tags[key] = value or ""
    return tags


def removed_tags(ask: Ask) -> tuple[str, ...]:
    """Read the keys of tags that a call removes."""
    for name in (*_TAG_KEY_LISTS, *_TAG_LISTS):
        keys = text_of(ask.given(name))
        if isinstance(keys, tuple) and keys:
            return keys
    return ()
