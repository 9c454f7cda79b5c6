"""Access keys: the ID that travels, the secret that does not, and what a server knows of them (A1, A7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from iamkit.sigv4.scheme import Scheme, hmac_scheme

# Credentials meet few dates, regions and services at a time; where there are more, some keys are derived anew.
_SCHEMES_KEPT = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold an access key ID with its secret; temporary ones have a session token too (A7).

    Derived keys are kept with the credentials they came from, so that no secret outlives them. Neither the secret nor
    the token is ever displayed. Raises ValueError for what no signature could carry.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    _schemes: dict[tuple[str, str, str], Scheme] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.access_key_id or any(character in "/,=" or character <= " " for character in self.access_key_id):
            raise ValueError(
                f"access key ID `{self.access_key_id}` cannot stand in a signature\n"
                "  help: it looks like AKIAIOSFODNN7EXAMPLE, without spaces, `/`, `,` or `=`"
            )

    def scheme(self, date: str, region: str, service: str) -> Scheme:
        """Give the scheme of a scope, whose keys are derived once."""
        place = (date, region, service)
        scheme = self._schemes.get(place)
        if scheme is None:
            for part in (region, service):
                _refuse_bad_scope_part(part)
            scheme = hmac_scheme(self.secret_access_key, date, region, service)
            if len(self._schemes) >= _SCHEMES_KEPT:
                self._schemes.clear()
            self._schemes[place] = scheme
        return scheme


def _refuse_bad_scope_part(part: str) -> None:
    if not part or not part.isascii() or not part.isprintable() or any(character in part for character in "/, "):
        raise ValueError(
            f"`{part}` cannot be a part of a credential scope\n"
            "  help: a scope is YYYYMMDD/region/service/aws4_request, as in 20150830/us-east-1/iam/aws4_request"
        )


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Hold what a server knows of an access key: its secret, whether it is active, when it ends, whose it is."""

    credentials: Credentials
    active: bool = True
    expires: datetime | None = None
    principal: str | None = None


# From an access key ID to what is known of it; None where there is no such key.
Lookup = Callable[[str], AccessKey | None]
