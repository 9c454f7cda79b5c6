def principal(identity):
    """Give the text that stays the same for a principal, and for no other one."""
    unique_id = identity["UserId"]
    return unique_id.partition(":")[0] if unique_id.startswith("AROA") else unique_id


def same_principal(one, other):
    """Tell whether two answers of GetCallerIdentity are those of the same principal."""
    return principal(one) == principal(other)
