def phase(error):
    code = error["Code"]
    if code.startswith(("AccessDenied", "Unauthorized")):
        return "authorization"
    known = ("Auth", "Missing", "InvalidClient", "InvalidAccess", "InvalidToken", "InvalidSignature")
    if code.startswith((*known, "Signature", "Expired", "Unrecognized", "RequestTime", "RequestExpired")):
        return "authentication"
    return "neither"
