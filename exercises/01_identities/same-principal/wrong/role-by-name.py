def key(identity):
    if ":assumed-role/" in identity["Arn"]:
        return identity["Arn"].rpartition("/")[0]
    return identity["UserId"]


def same_principal(one, other):
    return key(one) == key(other)
