import re


def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    found = re.search(r"to perform: (\S+) on resource: (.+) because ", message)
    return {"Effect": "Allow", "Action": found[1], "Resource": found[2]}
