def who_really_acted(event, trail):
    """The name of a session is what its maker chose."""
    identity = event["userIdentity"]
    if identity["type"] == "AssumedRole":
        return identity["arn"].rpartition("/")[2]
    return identity["arn"]
