import re


def missing_statement(message):
    """Return the statement that lets exactly this request pass, or None where no Allow helps."""
    if "with an explicit deny" in message:
        return None
    action = re.search(r"to perform: (\S+)", message)
    resource = re.search(r" on resource: (.+) because ", message)
    return {"Effect": "Allow", "Action": action[1], "Resource": resource[1] if resource else "*"}
