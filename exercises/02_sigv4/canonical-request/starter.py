import hashlib
from urllib.parse import quote, unquote


def canonical_request(method, target, headers, body):
    """Return the canonical request, as text."""
    path, _, query = target.partition("?")
    lines = [f"{name}:{value}\n" for name, value in headers]
    names = [name for name, value in headers]
    payload_hash = hashlib.sha256(body).hexdigest()
    return "\n".join([method, path, query, "".join(lines), ";".join(names), payload_hash])


def encoded(text):
    """Percent-encode a part of a query, whether it is encoded already or not."""
    return quote(unquote(text), safe="")
