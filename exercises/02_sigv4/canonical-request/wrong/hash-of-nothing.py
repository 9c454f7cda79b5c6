import hashlib
from urllib.parse import quote, unquote


def canonical_request(method, target, headers, body):
    """Return the canonical request, as text."""
    path, _, query = target.partition("?")
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(" ".join(value.split()))
    names = sorted(values)
    lines = [f"{name}:{','.join(values[name])}\n" for name in names]
    payload_hash = hashlib.sha256(b"").hexdigest()
    parts = [method, quote(path), canonical_query(query), "".join(lines), ";".join(names), payload_hash]
    return "\n".join(parts)


def canonical_query(query):
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, value = piece.partition("=")
        pairs.append((encoded(name), encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def encoded(text):
    """Percent-encode a part of a query, whether it is encoded already or not."""
    return quote(unquote(text), safe="")
