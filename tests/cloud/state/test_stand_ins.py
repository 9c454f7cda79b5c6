"""Every door of moto's to the clock and to chance leads to the moment of a call."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import moto
import pytest

from iamkit.cloud.moments import Chance, Forgotten, Moment, during
from iamkit.cloud.store import stand_ins

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
ROOMS = ("awslambda", "core", "dynamodb", "ec2", "iam", "kms", "logs", "moto_api/_internal", "s3", "secretsmanager",
         "sns", "sqs", "utilities")  # fmt: skip
DOORS = re.compile(
    r"os\.urandom\(|(?<![\w.])time\.time\(|datetime\.(?:now|today|utcnow)\(|date\.today\(|(?<!mock_random\.)(?<!random\.)"
    r"\buuid[14]\(|generate_private_key\(|PrivateKey\.generate\(|^import random|from random import|"
    r"(?<!self\.)\bsecrets\.(?:token|choice)|random_serial_number\("
)
# Where a stand-in stands, and what needs none: IDs of moto's own tables, and moto's generator itself.
KNOWN = {
    "awslambda/models.py", "core/base_backend.py", "core/utils.py", "dynamodb/models/table_export.py",
    "dynamodb/models/table_import.py", "ec2/models/reserved_instances.py", "ec2/utils.py", "iam/models.py",
    "kms/models.py", "kms/responses.py", "kms/utils.py", "moto_api/_internal/managed_state_model.py",
    "moto_api/_internal/moto_random.py", "s3/models.py", "secretsmanager/models.py", "sns/models.py",
}  # fmt: skip


def moment(seed: int = 1, **more: object) -> Moment:
    """Make a moment."""
    return Moment(NOW, Random(seed), **more)  # type: ignore[arg-type]


def test_no_other_doors() -> None:
    """A new version of moto that asks the system somewhere else is found here."""
    base = Path(moto.__file__).parent
    found = {
        str(path.relative_to(base))
        for room in ROOMS
        for path in (base / room).rglob("*.py")
        if any(DOORS.search(line) for line in path.read_text("utf-8").splitlines())
    }
    assert found == KNOWN


def door(module: str, name: str) -> Any:
    """Look through a module's own name for something."""
    return getattr(importlib.import_module(f"moto.{module}"), name)


def drawn() -> list[Any]:
    """Draw and ask for the time through every door."""
    mock_random = door("moto_api._internal", "mock_random")
    return [
        door("core.utils", "utcnow")(),
        door("core.utils", "unix_time")(),
        door("secretsmanager.models", "time").time(),
        door("s3.models", "datetime").datetime.now(tz=UTC),
        door("moto_api._internal.managed_state_model", "datetime").now(),
        mock_random.uuid4(),
        mock_random.random(),
        mock_random.choice("abcdefgh"),
        mock_random.token_urlsafe(10),
        door("kms.utils", "os").urandom(32),
        door("s3.models", "os").urandom(5),
        door("iam.models", "os").urandom(5),
        door("dynamodb.models.table_export", "uuid4")(),
    ]


def test_the_same_in_the_same_moment() -> None:
    """And other draws with another seed."""
    stand_ins.install()
    with during(moment()):
        one = drawn()
    with during(moment()):
        assert one == drawn()
    with during(moment(2)):
        other = drawn()
    assert [a == b for a, b in zip(one, other, strict=True)] == [True] * 5 + [False] * 8
    assert one[:3] == [NOW.replace(tzinfo=None), NOW.timestamp(), NOW.timestamp()]


def test_the_systems_own_outside() -> None:
    """Without a state on disk moto is as it was."""
    stand_ins.install()
    before = datetime.now(UTC).replace(tzinfo=None)
    one, other = drawn(), drawn()
    assert before <= one[0] <= other[0]
    assert one[5:] != other[5:]


def makers() -> dict[str, Callable[[], object]]:
    """What no seed gives."""
    generate = door("kms.utils", "generate_private_key")
    return {
        "rsa": door("ec2.utils", "random_rsa_key_pair"),
        "ed25519": door("ec2.models.key_pairs", "random_ed25519_key_pair"),
        "kms-rsa": lambda: generate("RSA_2048").public_key(),
        "kms-curve": lambda: generate("ECC_NIST_P384").public_key(),
    }


@pytest.mark.parametrize("name", ["rsa", "ed25519", "kms-rsa", "kms-curve"])
def test_private_keys_are_kept(name: str) -> None:
    """Made once, given again, and never made in their place."""
    stand_ins.install()
    make = makers()[name]
    first = moment()
    with during(first):
        made = make()
    assert len(first.kept) == 1
    again = moment(kept=list(first.kept), again=True)
    with during(again):
        assert make() == made
        with pytest.raises(Forgotten):
            make()
    with during(moment()):
        assert make() != made


def test_backends_are_made_in_moments_of_their_own() -> None:
    """Whoever asks first decides nothing: neither what is in it, nor what is drawn afterwards."""
    from moto.backends import get_backend

    from iamkit.cloud.store import backends

    stand_ins.install()
    try:
        made: list[tuple[list[str], bool]] = []
        for _ in range(2):
            backends.reset()
            stand_ins.open_backends_in(lambda *of: Moment(NOW, Random("/".join(of))))
            with during(moment(len(made))) as asked:
                vpcs = get_backend("ec2")["111122223333"]["eu-west-1"].vpcs
            made.append((sorted(vpcs), asked.random.random() == Random(len(made)).random()))
            assert made[-1][1]
        assert made[0][0] == made[1][0] != []
    finally:
        stand_ins.open_backends_in(None)
        backends.reset()


def test_chance_is_a_generator() -> None:
    """All that Random offers comes from the moment."""
    chance = Chance(Random(5))
    with during(moment(3)):
        drawn = [chance.randbytes(4), chance.choices("abc", k=3), chance.random(), chance.getrandbits(70)]
    with during(moment(3)):
        assert drawn == [chance.randbytes(4), chance.choices("abc", k=3), chance.random(), chance.getrandbits(70)]
    assert chance.random() == Random(5).random()
