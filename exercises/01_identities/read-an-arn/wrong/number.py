KINDS = {
    ("iam", "root"): "root user",
    ("iam", "user"): "user",
    ("iam", "group"): "group",
    ("iam", "role"): "role",
    ("sts", "assumed-role"): "role session",
    ("sts", "federated-user"): "federated user",
}


def read_arn(arn):
    """Say what kind of identity a text names, in which account, and its name; None where it names none."""
    if arn.endswith(".amazonaws.com"):
        return {"kind": "service", "account": "", "name": arn}
    _, _, service, _, account, resource = arn.split(":", 5)
    pieces = resource.split("/")
    kind = KINDS.get((service, pieces[0]))
    if kind is None:
        return None
    name = pieces[1] if kind == "role session" else pieces[-1]
    return {"kind": kind, "account": str(int(account)), "name": name}
