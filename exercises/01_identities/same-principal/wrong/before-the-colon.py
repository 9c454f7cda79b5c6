def same_principal(one, other):
    return one["UserId"].split(":")[0] == other["UserId"].split(":")[0]
