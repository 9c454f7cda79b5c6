def same_principal(one, other):
    """Tell whether two answers of GetCallerIdentity are those of the same principal."""
    return one["Arn"] == other["Arn"]
