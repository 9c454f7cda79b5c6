def phase(error):
    """Say which phase refused a request: "authentication", "authorization" or "neither"."""
    if error["Code"] == "AccessDenied":
        return "authorization"
    return "authentication"
