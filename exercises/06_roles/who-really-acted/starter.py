def who_really_acted(event, trail):
    """Return who stands at the beginning of the chain, or "unknown" if the trail does not say."""
    identity = event["userIdentity"]
    return identity["arn"]
