"""The SAML identity provider: metadata that IAM takes, responses that can be foretold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree  # type: ignore[import-untyped]

from iamkit.cloud.federation.identity_provider import IdentityProvider, Says
from iamkit.cloud.federation.signatures import certificates_of
from iamkit.cloud.federation.xml import NAMESPACES
from tests.cloud.federation.forge import ENTITY, NOW, ROLES, identity_provider, tree


def test_metadata() -> None:
    """IAM takes metadata of 1,000 characters and more, with the entity ID and the key."""
    idp = identity_provider()
    root = etree.fromstring(idp.metadata)
    assert len(idp.metadata) >= 1000
    assert root.get("entityID") == ENTITY
    assert certificates_of(root) == (idp.certificate,)


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_seeded_responses_are_the_same(sign: str) -> None:
    """With a seed, key, IDs and signatures are the same in every run; without, they are not."""
    first, second, other = (identity_provider(seed).assertion("alice", ROLES, sign=sign) for seed in (1, 1, 2))
    assert first == second
    assert first != other
    assert identity_provider(1).metadata == identity_provider(1).metadata
    unseeded = [IdentityProvider(ENTITY, lambda: NOW) for _ in range(2)]
    assert unseeded[0].metadata != unseeded[1].metadata


@pytest.mark.parametrize(
    ("sign", "where"), [("assertion", ["Assertion"]), ("response", ["Response"]), ("both", ["Response", "Assertion"])]
)
def test_where_the_signature_is(sign: str, where: list[str]) -> None:
    """A signature is the second child, right after the issuer, of what it signs."""
    response = tree(identity_provider().assertion("alice", ROLES, sign=sign))
    found = [each.getparent() for each in response.iterfind(".//ds:Signature", NAMESPACES)]
    assert [etree.QName(each).localname for each in found] == where
    assert all(etree.QName(each[0]).localname == "Issuer" for each in found)
    assert all(etree.QName(each[1]).localname == "Signature" for each in found)


def test_ids_differ() -> None:
    """Response and assertion have IDs of their own, and so has the next response."""
    idp = identity_provider()
    trees = [tree(idp.assertion("alice", ROLES)) for _ in range(3)]
    assert len({each.get("ID") for response in trees for each in (response, response[2])}) == 6


def test_attributes() -> None:
    """A user's attributes have AWS's names."""
    says = Says(
        ROLES,
        "alice",
        timedelta(hours=1),
        tags={"team": "red"},
        transitive_tag_keys=["team"],
        source_identity="alice",
    )
    names = [name.removeprefix("https://aws.amazon.com/SAML/Attributes/") for name in says.attributes()]
    expected = [
        "Role",
        "RoleSessionName",
        "SessionDuration",
        "PrincipalTag:team",
        "TransitiveTagKeys",
        "SourceIdentity",
    ]
    assert expected == names


def test_unknown_part() -> None:
    """There are two parts to sign."""
    with pytest.raises(ValueError, match="unknown part `header`"):
        identity_provider().assertion("alice", ROLES, sign="header")
