import json
import urllib.error
import urllib.request

CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


def ask(url):
    """Send a request and return the answer as text."""
    with urllib.request.urlopen(urllib.request.Request(url), timeout=10) as answer:
        return answer.read().decode()


def role_credentials(endpoint):
    """Return the credentials of the instance's role, with version 2 alone."""
    return json.loads(ask(endpoint + CREDENTIALS + "web-server"))
