from urllib.parse import quote

from iamkit.sigv4 import Credentials, HttpRequest, presign


def presigned_url(bucket, key, credentials, at):
    """Return a URL that opens one object for 60 seconds."""
    host = f"{bucket}.s3.us-east-1.amazonaws.com"
    request = HttpRequest("GET", "/" + quote(key), [("Host", host)])
    long_term = Credentials(credentials.access_key_id, credentials.secret_access_key)
    return presign(request, long_term, region="us-east-1", service="s3", at=at, expires=60).url
