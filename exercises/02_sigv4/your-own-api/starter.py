from iamkit.sigv4 import HttpRequest, sign


def sign_call(method, path, body, credentials, at):
    """Return all headers to send, as a list of pairs."""
    path = path.partition("?")[0]
    request = HttpRequest(method, path, [("Host", "api.example.com")])
    signed = sign(request, credentials, region="local", service="orders", at=at)
    return [*signed.request.headers, ("Content-Type", "application/json")]
