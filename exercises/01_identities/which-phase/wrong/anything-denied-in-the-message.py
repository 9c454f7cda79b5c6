def phase(error):
    if "not authorized" in error["Message"]:
        return "authorization"
    return "authentication"
