"""Strangers: callers whom nothing ties to a policy's owner ("The meaning of public", Amazon S3 User Guide)."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.analysis.symbolic.context import KeySpace
from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.globs import fixed_text
from iamkit.analysis.symbolic.logic import Formula
from iamkit.analysis.symbolic.values import Test
from iamkit.policy.callers import CallerKind
from iamkit.policy.operators import read_network

STRANGERS = frozenset({CallerKind.ANONYMOUS, CallerKind.USER, CallerKind.ROLE_SESSION})

# What a stranger has in the place of what a policy lists: nobody's organization, network, account or resource.
_OF_A_STRANGER = {
    "aws:principalorgid": "o-0000stranger",
    "aws:principalorgpaths": "o-0000stranger/r-zzzz/ou-zzzz-zzzzzzzz/",
    "aws:sourceaccount": "000000000000",
    "aws:sourcearn": "arn:aws:sns:us-east-1:000000000000:stranger",
    "aws:sourceorgid": "o-0000stranger",
    "aws:sourceorgpaths": "o-0000stranger/r-zzzz/ou-zzzz-zzzzzzzz/",
    "aws:sourcevpc": "vpc-00000000000000000",
    "aws:sourcevpce": "vpce-00000000000000000",
    "aws:sourcevpcarn": "arn:aws:ec2:us-east-1:000000000000:vpc/vpc-00000000000000000",
    "aws:vpceaccount": "000000000000",
    "aws:vpceorgid": "o-0000stranger",
    "aws:vpceorgpaths": "o-0000stranger/r-zzzz/ou-zzzz-zzzzzzzz/",
    "aws:userid": "AIDA0000STRANGER00000",
    "s3:dataaccesspointaccount": "000000000000",
    "s3:dataaccesspointarn": "arn:aws:s3:us-east-1:000000000000:accesspoint/stranger",
    "s3:resourceaccount": "000000000000",
    "sts:externalid": "a secret that a stranger does not know",
}
_ADDRESSES = ("aws:sourceip", "aws:vpcsourceip")
# A wider range than these is no limit (same page).
_NARROWEST = {4: 8, 6: 32}


def asked_by_strangers(encoding: Encoding) -> Iterator[Formula]:
    """Say that the request is a stranger's, and needs a permission."""
    yield encoding.logic.no(encoding.asks_who_it_is)
    logic, asking = encoding.logic, encoding.asking
    listed = {fixed_text(pattern) for pattern in asking.seen.accounts}
    for index, caller in enumerate(asking.callers):
        named = caller.account in listed or caller.unique_id is not None or caller.canonical_user_id is not None
        foreign = logic.true
        if caller.account is not None:
            foreign = logic.both(logic.constant(not named), logic.no(encoding.owners.owned_by_caller(caller)))
        yield logic.implies(asking.caller_is(index), foreign)
    for key, space in encoding.places.keys.items():
        if key in _OF_A_STRANGER:
            tests = {test: test.holds(_OF_A_STRANGER[key]) for test in _tests_of(encoding, key)}
            yield from _alike(encoding, space, tests)
        elif key in _ADDRESSES:
            yield from _alike(encoding, space, {test: _is_wide(test) for test in _tests_of(encoding, key)})


def _tests_of(encoding: Encoding, key: str) -> Iterator[Test]:
    conditions = (condition for statement in encoding.statements for condition in statement.conditions)
    return (Test.of(condition) for condition in conditions if condition.key.lower() == key)


def _alike(encoding: Encoding, space: KeySpace, tests: dict[Test, bool]) -> Iterator[Formula]:
    for slot in range(space.slots):
        for test, may_pass in tests.items():
            if not may_pass and test.operator != "Null":
                yield encoding.logic.implies(space.here(slot), encoding.logic.no(space.passes(slot, test)))


def _is_wide(test: Test) -> bool:
    networks = [network for value in test.values if (network := read_network(value)) is not None]
    return any(network.prefixlen < _NARROWEST[network.version] for network in networks)
