def key(identity):
    unique_id = identity["UserId"]
    return unique_id.split(":")[1] if unique_id.startswith("AROA") else unique_id


def same_principal(one, other):
    return key(one) == key(other)
