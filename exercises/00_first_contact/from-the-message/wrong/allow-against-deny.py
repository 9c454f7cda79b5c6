import re


def missing_statement(message):
    action = re.search(r"to perform: (\S+)", message)
    resource = re.search(r" on resource: (.+) (because|with an) ", message)
    return {"Effect": "Allow", "Action": action[1], "Resource": resource[1] if resource else "*"}
