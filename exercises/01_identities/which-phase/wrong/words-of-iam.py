DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
UNKNOWN = {
    "MissingAuthenticationToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "InvalidSignature",
    "ExpiredToken",
    "RequestTimeTooSkewed",
    "RequestExpired",
    "AuthFailure",
}


def phase(error):
    """Say which phase refused a request: "authentication", "authorization" or "neither"."""
    code = error["Code"]
    if code in DENIED:
        return "authentication" if "has expired" in error["Message"] else "authorization"
    return "authentication" if code in UNKNOWN else "neither"
