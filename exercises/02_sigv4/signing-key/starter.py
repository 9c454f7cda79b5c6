import hashlib
import hmac


def signing_key(secret, date, region, service):
    """Return the signing key, as bytes."""
    key = ("AWS4" + secret).encode()
    # One step is here. Three are missing.
    return hmac.new(key, date.encode(), hashlib.sha256).digest()
