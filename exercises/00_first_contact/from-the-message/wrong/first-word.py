import re


def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    action = re.search(r"to perform: (\S+)", message)
    resource = re.search(r" on resource: (\S+)", message)
    return {"Effect": "Allow", "Action": action[1], "Resource": resource[1] if resource else "*"}
