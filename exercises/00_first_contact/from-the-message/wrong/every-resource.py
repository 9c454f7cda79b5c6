import re


def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    return {"Effect": "Allow", "Action": re.search(r"to perform: (\S+)", message)[1], "Resource": "*"}
