from iamkit.sigv4 import HttpRequest, sign


def sign_call(method, path, body, credentials, at):
    """Return all headers to send, as a list of pairs."""
    headers = [("Host", "api.example.com"), ("Content-Type", "application/json")]
    request = HttpRequest(method, path.partition("?")[0], headers, body)
    return list(sign(request, credentials, region="local", service="orders", at=at).request.headers)
