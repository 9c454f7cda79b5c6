def read_arn(arn):
    """Say what kind of identity a text names, in which account, and its name; None where it names none."""
    parts = arn.split(":")
    kind, _, name = parts[5].partition("/")
    return {"kind": kind, "account": parts[4], "name": name}
