import re

KEY = re.compile(r"\bAKIA[A-Z2-7]{16}\b")


def leaked(history):
    """Return the access key IDs in a history, each with the commit that first had it."""
    found = {}
    for commit in history:
        for text in commit["files"].values():
            for key in KEY.findall(text or ""):
                if not key.endswith("EXAMPLE"):
                    found[key] = commit["commit"]
    return found
