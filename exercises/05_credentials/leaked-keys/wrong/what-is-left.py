import re

KEY = re.compile(r"\bAKIA[A-Z2-7]{16}\b")


def leaked(history):
    """Return the access key IDs that are still in some file."""
    files, since = {}, {}
    for commit in history:
        for name, text in commit["files"].items():
            files[name] = text or ""
            for key in KEY.findall(text or ""):
                since.setdefault(key, commit["commit"])
    left = " ".join(files.values())
    return {key: commit for key, commit in since.items() if key in left and not key.endswith("EXAMPLE")}
