def same_principal(one, other):
    return one["UserId"] == other["UserId"]
