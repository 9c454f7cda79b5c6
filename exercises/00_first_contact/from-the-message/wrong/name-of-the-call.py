import re


def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    call = re.search(r"when calling the (\w+) operation", message)
    service = re.search(r"to perform: (\w+):", message)
    resource = re.search(r" on resource: (.+) because ", message)
    return {"Effect": "Allow", "Action": f"{service[1]}:{call[1]}", "Resource": resource[1] if resource else "*"}
