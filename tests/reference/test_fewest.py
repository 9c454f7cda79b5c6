"""The fewest patterns that match a set of actions: exact, and no fewer can do."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.policy.patterns import glob
from iamkit.reference import ACCESS_LEVELS, expand, fewest_patterns
from iamkit.reference.word_patterns import words

S3 = expand("s3:*").actions
# Few short words, so that names share beginnings, ends and middles; `GetA` and `Get` are each other's beginning.
SMALL = [f"x:{''.join(each)}" for n in (1, 2, 3) for each in combinations(("Get", "A", "Tag", "Acl"), n)]


@pytest.mark.parametrize(
    ("actions", "patterns"),
    [
        (["s3:GetObject"], ("s3:GetObject",)),
        (["S3:GETOBJECT"], ("s3:GetObject",)),
        (expand("s3:*").actions, ("s3:*",)),
        (expand("*").actions, ("*",)),
        (expand("s3:List*").actions, ("s3:List*",)),
        (expand("s3:*Acl").actions, ("s3:*Acl",)),
        (expand(["s3:Get*", "sqs:*"]).actions, ("s3:Get*", "sqs:*")),
        # `s3:*Object` would delete, too; half words are not tried.
        (["s3:GetObject", "s3:PutObject"], ("s3:GetObject", "s3:PutObject")),
        ([], ()),
    ],
)
def test_patterns_are_as_people_write_them(actions: list[str], patterns: tuple[str, ...]) -> None:
    """Each answer is the obvious one."""
    found = fewest_patterns(actions)
    assert (found.patterns, found.proved) == (patterns, True)


@given(st.sets(st.sampled_from(S3), min_size=1))
def test_patterns_match_exactly_the_actions(actions: set[str]) -> None:
    """`expand` is the inverse, whatever the set."""
    found = fewest_patterns(actions)
    assert set(expand(found.patterns)) == actions
    assert len(found.patterns) <= len(actions)


@pytest.mark.parametrize("prefix", ["s3", "iam", "dynamodb"])
@pytest.mark.parametrize("level", ACCESS_LEVELS)
def test_access_levels_of_large_services(prefix: str, level: str) -> None:
    """All actions of a level are matched exactly and by a proved minimum."""
    actions = expand(f"{prefix}:*").by_level[level]
    found = fewest_patterns(actions)
    assert expand(found.patterns).actions == tuple(sorted(actions, key=str.lower))
    assert found.proved


@given(st.sets(st.sampled_from(SMALL), min_size=1), st.sets(st.sampled_from(SMALL)))
def test_no_fewer_patterns_can_do(wanted: set[str], others: set[str]) -> None:
    """Tried with all patterns of whole words and all choices of them."""
    among = wanted | others
    found = fewest_patterns(wanted, among=among)
    assert found.proved
    assert {name for name in among if _matched(name, found.patterns)} == wanted
    if wanted == among:
        assert found.patterns == ("*",)
        return
    exact = {frozenset(n for n in among if _matched(n, [p])) for name in wanted for p in _all_patterns(name)}
    sets = [each for each in exact if each and each <= wanted]
    for fewer in range(1, len(found.patterns)):
        assert not any(frozenset().union(*chosen) == wanted for chosen in combinations(sets, fewer))


def test_search_that_is_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns are exact all the same."""
    actions = random.Random(5).sample(expand("ec2:*").actions, 150)
    monkeypatch.setattr("iamkit.reference.word_patterns._LIMIT", 3)
    found = fewest_patterns(actions)
    assert not found.proved
    assert set(expand(found.patterns)) == set(actions)


@pytest.mark.parametrize("name", ["s3:GetObjekt", "s?:GetObject", "GetObject", "s3:Get*"])
def test_unknown_action_is_named(name: str) -> None:
    """Only actions have patterns."""
    with pytest.raises(LookupError) as caught:
        fewest_patterns(["s3:GetObject", name])
    assert str(caught.value) == f"no service has the action `{name}`"


def _matched(name: str, patterns: list[str] | tuple[str, ...]) -> bool:
    return any(glob(pattern.lower())(name.lower()) for pattern in patterns)


def _all_patterns(name: str) -> set[str]:
    """Leave out any words of a name, and put a star there; put stars into any other gaps, or none."""
    parts = words(name.removeprefix("x:"))
    found = {""}
    for word in parts:
        found = {
            pattern + more for pattern in found for more in (word, f"*{word}", "" if pattern.endswith("*") else "*")
        }
    return {f"x:{pattern}{end}" for pattern in found for end in ("", "*")}
