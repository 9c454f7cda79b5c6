def missing_statement(message):
    if "with an explicit deny" in message:
        return None
    return {"Effect": "Allow", "Action": "*", "Resource": "*"}
