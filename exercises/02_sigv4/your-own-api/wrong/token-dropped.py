from iamkit.sigv4 import Credentials, HttpRequest, sign


def sign_call(method, path, body, credentials, at):
    """Return all headers to send, as a list of pairs."""
    headers = [("Host", "api.example.com"), ("Content-Type", "application/json")]
    long_term = Credentials(credentials.access_key_id, credentials.secret_access_key)
    request = HttpRequest(method, path, headers, body)
    return list(sign(request, long_term, region="local", service="orders", at=at).request.headers)
