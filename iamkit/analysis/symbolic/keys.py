"""What a condition key can hold: the type of its values, whether one or several, and natural examples.

What is known comes from the reference: a key of type Bool holds `true` or `false`, one of type Date a date, and a key
of one value never several. Of what is not known anything is possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from iamkit.reference import UnknownService, global_key, service


@dataclass(frozen=True, slots=True)
class KeyType:
    """The type of a key's values and whether it has several; None: not known."""

    type: str | None = None
    multivalued: bool | None = None


# The claims that every token has once (E22) and what every assertion has once (E23).
_ONE_CLAIM = ("aud", "sub", "iss")


@lru_cache(maxsize=1024)
def key_type(key: str) -> KeyType:
    """Look a key up; it is in lower case."""
    known = global_key(key)
    if known is not None:
        return KeyType(known.type, known.multivalued)
    prefix, _, name = key.partition(":")
    if "." in prefix or prefix == "saml":
        return KeyType("String", False if key.rpartition(":")[2] in _ONE_CLAIM else None)
    if prefix == "aws" or not name:
        return KeyType()
    try:
        listed = service(prefix).condition_keys
    except UnknownService:
        return KeyType()
    for candidate, type in listed.items():
        if fits_key(candidate, key):
            return KeyType(type.removeprefix("ArrayOf"), type.startswith("ArrayOf"))
    return KeyType()


def fits_key(listed: str, key: str) -> bool:
    """Tell whether the reference's spelling of a key, perhaps with a place for a tag's key, is this key."""
    folded = listed.lower()
    if folded == key:
        return True
    stem, slash, place = folded.partition("/")
    return bool(slash) and place[:1] in ("$", "<") and key.startswith(stem + "/")


_EXAMPLES: dict[str, tuple[str, ...]] = {
    "aws:sourceip": ("203.0.113.7", "192.0.2.7", "198.51.100.7"),
    "aws:vpcsourceip": ("10.0.0.7",),
    "aws:currenttime": ("2026-01-15T12:00:00Z",),
    "aws:epochtime": ("1768478400",),
    "aws:tokenissuetime": ("2026-01-15T11:30:00Z",),
    "aws:multifactorauthage": ("300",),
    "aws:requestedregion": ("us-east-1", "eu-west-1"),
    "aws:sourcevpc": ("vpc-0123456789abcdef0",),
    "aws:sourcevpce": ("vpce-0123456789abcdef0",),
    "aws:principalorgid": ("o-exampleorg1", "o-exampleorg2"),
    "aws:resourceorgid": ("o-exampleorg1", "o-exampleorg2"),
    "aws:sourceorgid": ("o-exampleorg1", "o-exampleorg2"),
    "aws:principalorgpaths": ("o-exampleorg1/r-ab12/ou-ab12-11111111/",),
    "aws:resourceorgpaths": ("o-exampleorg1/r-ab12/ou-ab12-11111111/",),
    "aws:sourceaccount": ("111122223333", "444455556666"),
    "aws:sourcearn": ("arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:sns:us-east-1:111122223333:example-topic"),
    "aws:userid": ("AIDACKCEVSQ6C2EXAMPLE", "AROACKCEVSQ6C2EXAMPLE:session"),
    "aws:useragent": ("Boto3/1.34",),
    "aws:calledvia": ("cloudformation.amazonaws.com", "athena.amazonaws.com"),
    "aws:sourceidentity": ("alice", "bob"),
    "s3:prefix": ("", "example/", "reports/"),
    "s3:delimiter": ("/",),
    "s3:max-keys": ("100",),
    "sts:externalid": ("example-external-id", "another-external-id"),
    "sts:rolesessionname": ("session", "another"),
    "iam:passedtoservice": ("ec2.amazonaws.com", "lambda.amazonaws.com"),
}
_TAGS = ("blue", "green")
_BY_TYPE: dict[str, tuple[str, ...]] = {
    "Bool": ("true", "false"),
    "Date": ("2026-01-15T12:00:00Z",),
    "Numeric": ("10",),
    "IPAddress": ("203.0.113.7",),
    "ARN": ("arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:sns:us-east-1:111122223333:example-topic"),
}


def examples(key: str) -> tuple[str, ...]:
    """Give natural values of a key in lower case."""
    known = _EXAMPLES.get(key)
    if known is not None:
        return known
    if "tag" in key and "/" in key:
        return _TAGS
    return _BY_TYPE.get(key_type(key).type or "", ("example", "other"))
