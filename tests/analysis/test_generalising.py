"""Many resources become few patterns that match all of them, whatever their order, and nothing of another owner."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from iamkit.analysis.generalising import MOST_NAMES, Resources
from iamkit.policy.patterns import arn_glob, escape, unescape

HERE = "us-east-1:111122223333"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


def patterns(*arns: str, most: int | None = 3) -> tuple[str, ...]:
    resources = Resources(most)
    for arn in arns:
        resources.add(arn)
    return resources.patterns()


def test_few_names_stay_and_many_become_their_prefix() -> None:
    """The threshold counts names below one prefix."""
    three = [f"{BUCKET}/in/{number}.csv" for number in range(3)]
    assert patterns(*three) == tuple(three)
    assert patterns(*three, f"{BUCKET}/in/3.csv", f"{BUCKET}/out/a") == (f"{BUCKET}/in/*", f"{BUCKET}/out/a")
    assert patterns(*three, f"{BUCKET}/in/3.csv", most=None) == (*three, f"{BUCKET}/in/3.csv")


def test_buckets_accounts_and_names_are_never_generalised() -> None:
    """However many there are of them, up to hundreds."""
    buckets = tuple(sorted(f"arn:aws:s3:::bucket-{number}/k" for number in range(50)))
    assert patterns(*buckets) == buckets
    tables = tuple(sorted(f"arn:aws:dynamodb:{HERE}:table/t{number}" for number in range(50)))
    assert patterns(*tables) == tables
    keys = tuple(f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890a{number}" for number in range(5))
    assert patterns(*keys) == keys


def test_ids_are_generalised_when_there_are_two() -> None:
    """An instance may be meant by itself; two were made up."""
    one, two = (f"arn:aws:ec2:{HERE}:instance/i-0123456789abcdef{number}" for number in range(2))
    assert patterns(one) == (one,)
    assert patterns(one, two) == (f"arn:aws:ec2:{HERE}:instance/*",)
    subnets = tuple(f"arn:aws:ec2:{HERE}:subnet/subnet-0123456789abcdef{number}" for number in range(2))
    assert patterns(*subnets) == subnets
    uploads = [f"{BUCKET}/up/1234abcd-12ab-34cd-56ef-1234567890a{number}/file" for number in range(9)]
    assert patterns(*uploads) == (f"{BUCKET}/up/*/file",)
    stream = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f:log-stream:2026/01/31/[${{$}}LATEST]0a1b"
    assert patterns(stream) == (f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f:log-stream:*",)


def test_hundreds_of_names_are_widened_and_said() -> None:
    """Within the account, the Region and the kind."""
    resources = Resources()
    for number in range(MOST_NAMES + 5):
        resources.add(f"arn:aws:sns:{HERE}:topic{number}")
        resources.add(f"arn:aws:dynamodb:{HERE}:table/t{number}")
    assert resources.patterns() == (f"arn:aws:dynamodb:{HERE}:table/*", f"arn:aws:sns:{HERE}:*")
    assert resources.too_many


_PART = st.sampled_from(
    ["", "a", "b", "c.csv", "${x}", "*", "?", "i-0123456789abcdef0", "1234abcd-12ab-34cd-56ef-1234567890ab",
     "run-1234abcd-12ab-34cd-56ef-1234567890ac.log", "1234abcd-12ab-34cd-56ef-1234567890ad"]
)  # fmt: skip
_KEY = st.lists(_PART, min_size=1, max_size=4).map("/".join).filter(bool)
_ARN = st.one_of(
    st.tuples(st.sampled_from(["one", "two"]), _KEY).map(lambda pair: f"arn:aws:s3:::{pair[0]}/{pair[1]}"),
    st.tuples(st.sampled_from(["111122223333", "444455556666"]), _KEY).map(
        lambda pair: f"arn:aws:ec2:us-east-1:{pair[0]}:instance/{pair[1]}"
    ),
)


@given(st.lists(_ARN, min_size=1, max_size=30), st.integers(0, 4), st.randoms(use_true_random=False))
def test_patterns_match_all_that_was_seen_in_any_order(arns: list[str], most: int, chance: random.Random) -> None:
    """And name no bucket and no account that was not seen."""
    escaped = [escape(arn) for arn in arns]
    found = patterns(*escaped, most=most)
    assert all(any(arn_glob(pattern, True)(arn) for pattern in found) for arn in arns)
    owners = {arn.split("/")[0] for arn in arns}
    assert {unescape(pattern).split("/")[0] for pattern in found} == owners
    chance.shuffle(escaped)
    again = Resources(most)
    for each in escaped:
        again.add(each)
    assert again.patterns() == found
