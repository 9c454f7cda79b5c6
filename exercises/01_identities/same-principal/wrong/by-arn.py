def same_principal(one, other):
    return one["Account"] == other["Account"] and one["Arn"] == other["Arn"]
