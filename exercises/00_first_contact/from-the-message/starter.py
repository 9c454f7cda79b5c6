import re


def missing_statement(message):
    """Return the statement that lets exactly this request pass, or None where no Allow helps."""
    found = re.search(r"to perform: (\S+) on resource: (\S+)", message)
    return {"Effect": "Allow", "Action": found[1], "Resource": found[2]}
