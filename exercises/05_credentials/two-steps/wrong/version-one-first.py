import json
import urllib.error
import urllib.request

CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


def ask(url, method, **headers):
    """Send a request and return the answer as text."""
    named = {"X-aws-ec2-metadata-" + name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=named, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def role_credentials(endpoint):
    """Return the credentials of the instance's role, as it comes first."""
    try:
        return json.loads(ask(endpoint + CREDENTIALS + ask(endpoint + CREDENTIALS, "GET"), "GET"))
    except urllib.error.HTTPError:
        pass
    token = ask(endpoint + "/latest/api/token", "PUT", token_ttl_seconds="60")
    try:
        role = ask(endpoint + CREDENTIALS, "GET", token=token)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return {}
        raise
    return json.loads(ask(endpoint + CREDENTIALS + role, "GET", token=token))
