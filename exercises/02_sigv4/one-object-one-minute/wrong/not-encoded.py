from iamkit.sigv4 import HttpRequest, presign


def presigned_url(bucket, key, credentials, at):
    """Return a URL that opens one object for 60 seconds."""
    host = f"{bucket}.s3.us-east-1.amazonaws.com"
    request = HttpRequest("GET", "/" + key, [("Host", host)])
    return presign(request, credentials, region="us-east-1", service="s3", at=at, expires=60).url
