"""Tell whether two policy texts are the same document, and name one shortly, without keeping its text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence


def canonical(document: object) -> str:
    """Return a text that does not change with white space or the order of keys.

    Text that is not JSON is itself, without its white space. Never raises.
    """
    try:
        # Pairs, not dicts: a document that says a key twice is not the document that says it once.
        value = json.loads(document, object_pairs_hook=_Pairs) if isinstance(document, str) else document
        return json.dumps(_ordered(value))
    except (ValueError, TypeError, RecursionError):
        return "".join(document.split()) if isinstance(document, str) else repr(type(document))


def digest(document: object) -> str:
    """Return twelve characters that tell documents apart."""
    return hashlib.sha256(canonical(document).encode("utf-8", "surrogatepass")).hexdigest()[:12]


class _Pairs(list[tuple[str, object]]):
    pass


def _ordered(value: object) -> object:
    if isinstance(value, Mapping):
        value = _Pairs((str(key), item) for key, item in value.items())
    if isinstance(value, _Pairs):
        return {"object": sorted(([key, _ordered(item)] for key, item in value), key=json.dumps)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_ordered(item) for item in value]
    return value
