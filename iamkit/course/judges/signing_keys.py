"""The judge `signing-key`: four HMACs, and which usual mistake gives the key that came instead."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import partial
from itertools import permutations, product
from random import Random
from typing import Any, NamedTuple

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type
from iamkit.sigv4 import derive_key_chain

Scope = tuple[str, str, str, str]

EXAMPLE: Scope = ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
REGIONS = (
    "us-east-1",
    "us-west-2",
    "eu-central-1",
    "eu-west-1",
    "ap-southeast-2",
    "sa-east-1",
    "us-gov-west-1",
    "local",
)
SERVICES = ("iam", "sts", "sqs", "dynamodb", "lambda", "execute-api", "secretsmanager", "orders")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ORDER = (0, 1, 2)
_PARTS = ("the date", "the region", "the service", "`aws4_request`")


class _Recipe(NamedTuple):
    """A way to make a key; the defaults are the right one."""

    prefix: str = "AWS4"
    suffix: str = ""
    order: tuple[int, ...] = _ORDER
    hex: bool = False
    swapped: bool = False
    steps: int = 4

    def key(self, secret: str, *scope: str) -> bytes:
        parts = [*(scope[place] for place in self.order), "aws4_request"]
        key = (self.prefix + secret + self.suffix).encode()
        for part in parts[: self.steps]:
            text = part.encode()
            raw = hmac.digest(text, key, "sha256") if self.swapped else hmac.digest(key, text, "sha256")
            key = raw.hex().encode() if self.hex else raw
        return bytes.fromhex(key.decode()) if self.hex and self.steps else key

    @property
    def mistakes(self) -> list[str]:
        """Say what is wrong with it, a sentence each."""
        found = []
        if self.suffix:
            found.append('`"AWS4"` stands before the secret, not after it.')
        elif not self.prefix:
            found.append('`"AWS4"` is missing: the first key is `"AWS4"` and the secret.')
        if self.hex:
            found.append(
                "Between the steps the key is hex text: each HMAC takes the raw bytes of the one before, "
                "which `.digest()` gives and `.hexdigest()` does not."
            )
        if self.swapped:
            found.append("Key and text are swapped: `hmac.new(key, text, …)` takes the key of the step before first.")
        if self.order != _ORDER:
            yours = ", ".join(_PARTS[place] for place in self.order)
            found.append(f"The order is the date, the region, the service; yours is {yours}.")
        if self.steps == 0:
            found.append("No step is done yet.")
        elif self.steps < 4:
            *first, last = _PARTS[self.steps :]
            missing = f"{', '.join(first)} and {last}" if first else last
            found.append(f"The chain ends too early: {missing} {'is' if self.steps == 3 else 'are'} still to come.")
        return found


# The fewest mistakes first: two that cancel each other out are not what somebody did.
_RECIPES = sorted(
    (
        _Recipe(*texts, order, hex, swapped, steps)
        for texts, order, hex, swapped, steps in product(
            (("AWS4", ""), ("", ""), ("", "AWS4")), permutations(_ORDER), (False, True), (False, True), range(5)
        )
    ),
    key=lambda recipe: len(recipe.mistakes),
)[1:]


def _judge(arguments: Scope, value: Any) -> Refusal | None:
    chain = derive_key_chain(*arguments)
    if isinstance(value, bytes | bytearray) and bytes(value) == chain.signing:
        return None
    expected = as_python(chain.signing)
    steps = (
        "the steps",
        "\n".join(f"after {part.strip('`')}: {key.hex()}" for part, key in zip(_PARTS, chain, strict=True)),
    )
    if isinstance(value, str):
        return Refusal(_of_text(arguments, value, chain.signing), expected, details=(steps,))
    refused = of_type(value, (bytes, bytearray), expected, "bytes")
    return refused or Refusal(_of_bytes(arguments, bytes(value)), expected, details=(steps,))


def _of_text(arguments: Scope, value: str, key: bytes) -> str:
    """Say what a text is that should be bytes."""
    if value.lower() == key.hex():
        return "This is the right key, written as hex text: return the bytes themselves, which `.digest()` gives."
    try:
        mistaken = _of_bytes(arguments, bytes.fromhex(value))
    except ValueError:
        return "The function must return bytes, the key itself. Yours returned a text."
    return f"The function must return bytes, which `.digest()` gives. Yours returned hex text. {mistaken}"


def _of_bytes(arguments: Scope, value: bytes) -> str:
    if value == derive_key_chain(*arguments).signing.hex().encode():
        return "The key is right, but in hex: return the raw bytes that `.digest()` gives."
    for recipe in _RECIPES:
        if recipe.key(*arguments) == value or (recipe.hex and recipe.key(*arguments).hex().encode() == value):
            return " ".join(recipe.mistakes)
    for place, name in enumerate(("secret", "date", "region", "service")):
        fixed = [*arguments]
        fixed[place] = EXAMPLE[place]
        if derive_key_chain(*fixed).signing == value:
            return f"Your key does not depend on the {name}: it is made with `{EXAMPLE[place]}` every time."
    if len(value) != 32:
        return f"A signing key has 32 bytes; yours has {len(value)}."
    return "This is another key, and none of the usual mistakes gives it: compare the steps one by one."


def _call(*arguments: str) -> Call:
    scope: Scope = arguments  # type: ignore[assignment]
    return Call(scope, as_python(derive_key_chain(*scope).signing), partial(_judge, scope))


def _example() -> Iterator[Call]:
    yield _call(*EXAMPLE)


def _others(*places: int, count: int) -> Iterator[Call]:
    """Change these of the four arguments and leave the others as the example has them."""
    random = Random(f"signing-key {places}")
    for _ in range(count):
        made = (_secret(random), _date(random), random.choice(REGIONS[1:]), random.choice(SERVICES[1:]))
        yield _call(*(made[place] if place in places else EXAMPLE[place] for place in range(4)))


def _secret(random: Random) -> str:
    return "".join(random.choices(_LETTERS, k=33)) + "EXAMPLE"


def _date(random: Random) -> str:
    return f"20{random.randrange(16, 36)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}"


SIGNING_KEY = Judge(
    name="signing-key",
    parameters=("secret", "date", "region", "service"),
    returns="bytes",
    cases={
        "the documented example": _example,
        "another secret": partial(_others, 0, count=20),
        "another date": partial(_others, 1, count=20),
        "another region": partial(_others, 2, count=10),
        "another service": partial(_others, 3, count=10),
        "all of them at once": partial(_others, 0, 1, 2, 3, count=40),
    },
)
