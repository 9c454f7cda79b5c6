import hashlib
import hmac


def signing_key(secret, date, region, service):
    """Return the signing key, as bytes."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
