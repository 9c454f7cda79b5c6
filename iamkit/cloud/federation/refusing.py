"""The refusals of STS where an identity provider vouches for somebody: AWS's codes, and a note that says why."""

from __future__ import annotations

from iamkit.cloud.calls import ServiceError

NOT_VALIDATED = (
    "The web identity token that was passed could not be validated by Amazon Web Services. Get a new identity token "
    "from the identity provider and then retry the request."
)
# Two spaces, as AWS has them.
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity "
    "documentation for requirements"
)


def invalid(message: str, why: str) -> ServiceError:
    """Refuse a token or an assertion; what AWS keeps to itself goes into a note of the exception."""
    return _noted(ServiceError("InvalidIdentityToken", message), why)


def expired(message: str, why: str) -> ServiceError:
    """Refuse what was good once."""
    return _noted(ServiceError("ExpiredTokenException", message), why)


def rejected(message: str, why: str) -> ServiceError:
    """Pass on that the identity provider itself did not let somebody in."""
    return _noted(ServiceError("IDPRejectedClaim", message, 403), why)


def unreachable(why: str) -> ServiceError:
    """Say that the identity provider did not answer."""
    return _noted(ServiceError("IDPCommunicationError", f"The identity provider could not be reached: {why}"), why)


def reason(error: ServiceError) -> str:
    """Give the note that says why; the empty text where there is none."""
    return "; ".join(getattr(error, "__notes__", ()))


def _noted(error: ServiceError, why: str) -> ServiceError:
    error.add_note(why)
    return error
