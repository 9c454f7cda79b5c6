from iamkit.sigv4 import HttpRequest, sign


def sign_call(method, path, body, credentials, at):
    """Return all headers to send, as a list of pairs."""
    headers = [("Host", "api.example.com")]
    request = HttpRequest(method, path, headers, body)
    signed = sign(request, credentials, region="local", service="orders", at=at)
    return [*signed.request.headers, ("Content-Type", "application/json")]
