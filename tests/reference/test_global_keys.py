"""The global condition keys."""

from __future__ import annotations

import pytest

from iamkit.reference import GLOBAL_KEYS, global_key


@pytest.mark.parametrize(
    ("name", "type", "multivalued"),
    [
        ("aws:PrincipalOrgPaths", "String", True),
        ("aws:principalorgpaths", "String", True),
        ("aws:TagKeys", "String", True),
        ("aws:CalledVia", "String", True),
        ("aws:SourceIp", "IPAddress", False),
        ("aws:MultiFactorAuthPresent", "Bool", False),
        ("aws:RequestTag/team", "String", False),
        ("aws:resourcetag/a/b", "String", False),
    ],
)
def test_key_is_found(name: str, type: str, multivalued: bool) -> None:
    """Keys are found in any case, with whatever tag."""
    found = global_key(name)
    assert found is not None
    assert (type, multivalued) == (found.type, found.multivalued)


@pytest.mark.parametrize("name", ["aws:RequestTag", "aws:RequestTag/", "aws:SourceIp/x", "s3:prefix", "aws:Foo", ""])
def test_what_is_no_global_key_is_none(name: str) -> None:
    """A tag's key needs the tag, and no other key has one."""
    assert global_key(name) is None


def test_table_names_each_key_once() -> None:
    """No two rows are the same key in other letters."""
    assert len({name.lower() for name in GLOBAL_KEYS}) == len(GLOBAL_KEYS)
    assert all(
        key.present and key.type in ("String", "ARN", "Bool", "Date", "Numeric", "IPAddress")
        for key in GLOBAL_KEYS.values()
    )
