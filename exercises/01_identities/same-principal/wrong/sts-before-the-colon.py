def key(identity):
    from_sts = ":sts:" in identity["Arn"]
    return identity["UserId"].split(":")[0] if from_sts else identity["UserId"]


def same_principal(one, other):
    return key(one) == key(other)
