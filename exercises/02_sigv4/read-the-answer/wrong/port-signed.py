import hashlib
import hmac
from urllib.parse import quote, unquote


def sign(request, credentials, region, service, amz_date):
    """Return all headers to send, as a list of pairs."""
    headers = [*request["headers"], ("X-Amz-Date", amz_date)]
    if credentials.session_token:
        headers.append(("X-Amz-Security-Token", credentials.session_token))
    canonical, names = canonical_request(request, headers)

    scope = f"{amz_date[:8]}/{region}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    string_to_sign = f"AWS4-HMAC-SHA256\n{amz_date}\n{scope}\n{hashed}"
    key = ("AWS4" + credentials.secret_access_key).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, string_to_sign.encode(), "sha256").hexdigest()

    credential = f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}"
    authorization = f"{credential}, SignedHeaders={names}, Signature={signature}"
    return [*headers, ("Authorization", authorization)]


def canonical_request(request, headers):
    """Return the canonical request, and the names of the signed headers."""
    path, _, query = request["target"].partition("?")
    values = {}
    for name, value in headers:
        if name.lower() == "host" and ":" not in value:
            value += ":443"
        values.setdefault(name.lower(), []).append(trimmed(value))
    names = ";".join(sorted(values))
    lines = "".join(f"{name}:{','.join(values[name])}\n" for name in sorted(values))
    payload_hash = hashlib.sha256(request["body"]).hexdigest()
    parts = [canonical_path(path), canonical_query(query), lines, names, payload_hash]
    return "\n".join([request["method"], *parts]), names


def trimmed(value):
    return " ".join(value.split())


def canonical_path(path):
    return quote(path)


def canonical_query(query):
    pairs = []
    for piece in filter(None, query.split("&")):
        name, _, value = piece.partition("=")
        pairs.append((encoded(name), encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def encoded(text):
    return quote(unquote(text), safe="")
