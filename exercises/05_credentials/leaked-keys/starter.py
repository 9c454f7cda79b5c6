import re

KEY = re.compile(r"AKIA[A-Z2-7]+")


def leaked(history):
    """Return the access key IDs in a history, each with the commit that first had it."""
    found = {}
    newest = history[-1]
    for text in newest["files"].values():
        match = KEY.search(text)
        if match:
            found[match[0]] = newest["commit"]
    return found
