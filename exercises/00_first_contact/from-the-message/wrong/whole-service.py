import re


def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    service = re.search(r"to perform: (\w+):", message)
    resource = re.search(r" on resource: (.+) because ", message)
    return {"Effect": "Allow", "Action": f"{service[1]}:*", "Resource": resource[1] if resource else "*"}
