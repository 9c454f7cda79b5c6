def who_really_acted(event, trail):
    """Return who stands at the beginning of the chain, or "unknown" if the trail does not say."""
    askers = {}
    for record in trail:
        answer = record["responseElements"]
        if answer and "credentials" in answer:
            askers[answer["credentials"]["accessKeyId"]] = record["userIdentity"]

    identity = event["userIdentity"]
    while identity is not None and identity["type"] == "AssumedRole":
        identity = askers.get(identity["accessKeyId"])
    return name_of(identity)


def name_of(identity):
    if identity is None:
        return "unknown"
    if identity["type"] == "WebIdentityUser":
        return identity["userName"]
    return identity["arn"]
