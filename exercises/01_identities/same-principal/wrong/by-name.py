def same_principal(one, other):
    return one["Account"] == other["Account"] and one["Arn"].split("/")[-1] == other["Arn"].split("/")[-1]
