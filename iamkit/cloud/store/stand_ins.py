"""Moto's doors to the world, which lead to the moment of a call where there is one.

moto draws names from one generator, but keys, nonces and some IDs from the system, and reads the clock in several
places. All of them are listed here; a test looks for more in moto's sources.
"""

from __future__ import annotations

import importlib
import json
import os
import time
import types
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from iamkit.cloud.moments import Moment, current, during, told_utc

# The modules that call os.urandom, time.time or datetime.now by themselves, by the name under which they know it.
_URANDOM = ("iam.models", "kms.models", "kms.responses", "kms.utils", "s3.models", "sts.utils")
_TIME = ("awslambda.models", "secretsmanager.models")
_DATETIME = ("awslambda.models", "moto_api._internal.managed_state_model")
_DATETIME_MODULE = ("core.utils", "s3.models")
_UUID4 = ("dynamodb.models.table_export", "dynamodb.models.table_import")
_RSA = ("ec2.utils", "kms.utils", "sns.models")

Opening = Callable[[str, str, str], Moment]
_opening: Opening | None = None


def open_backends_in(opening: Opening | None) -> None:
    """Say in which moment moto makes the backend of a service, an account and a region; it does so when first asked.

    Whoever asks first, and be it only for a list, must not decide what is in it.
    """
    global _opening
    _opening = opening


@cache
def install() -> None:
    """Put the stand-ins into moto, once in a process; outside of a moment they do what was there before."""
    _chance()
    for name in _URANDOM:
        _put(name, "os", _module(os, urandom=_urandom))
    for name in _TIME:
        _put(name, "time", _module(time, time=_seconds))
    for name in _DATETIME:
        _put(name, "datetime", _Datetime())
    for name in _DATETIME_MODULE:
        _put(name, "datetime", _module(importlib.import_module("datetime"), datetime=_Datetime()))
    for name in _UUID4:
        _put(name, "uuid4", _uuid4)
    _private_keys()
    _put("dynamodb.models.dynamo_type", "set", _SortedSet)
    _backends()
    _certificates()
    _last_use()
    _outside()


def begin_anew() -> None:
    """Set back what moto counts for the whole process, which a reset of its state leaves."""
    from moto.logs.models import LogEvent, LogStream

    LogEvent._event_id = LogStream._log_ids = 0


def _put(module: str, name: str, value: object) -> None:
    setattr(importlib.import_module(f"moto.{module}"), name, value)


def _module(original: types.ModuleType, **instead: object) -> types.ModuleType:
    """Copy a module with other functions under some names."""
    made = types.ModuleType(original.__name__)
    made.__dict__.update({**vars(original), **instead})
    return made


def _chance() -> None:
    """Let moto's own generator draw from the moment."""
    from moto.moto_api._internal import mock_random
    from moto.moto_api._internal.moto_random import MotoRandom

    class Told(MotoRandom):
        def random(self) -> float:
            moment = current()
            return super().random() if moment is None else moment.random.random()

        def getrandbits(self, k: int, /) -> int:
            moment = current()
            return super().getrandbits(k) if moment is None else moment.random.getrandbits(k)

    mock_random.__class__ = Told
    _put("ec2.models.reserved_instances", "random", mock_random)


def _urandom(size: int) -> bytes:
    moment = current()
    return os.urandom(size) if moment is None else moment.random.randbytes(size)


def _uuid4() -> uuid.UUID:
    return uuid.UUID(bytes=_urandom(16), version=4)


def _seconds() -> float:
    moment = current()
    return time.time() if moment is None else moment.now.timestamp()


class _Datetime:
    """The class `datetime`, but for the time that it tells."""

    def now(self, tz: Any = None) -> datetime:
        now = told_utc()
        if tz is UTC:
            return now
        return now.astimezone().replace(tzinfo=None) if tz is None else now.astimezone(tz)

    def __call__(self, *arguments: Any, **named: Any) -> datetime:
        return datetime(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)


def _private_keys() -> None:
    """Keep private keys: their makers take no seed."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    for name in _RSA:
        _put(name, "rsa", _module(rsa, generate_private_key=_kept(rsa.generate_private_key)))
    _put("kms.utils", "ec", _module(ec, generate_private_key=_kept(ec.generate_private_key)))
    _put("ec2.models.key_pairs", "random_ed25519_key_pair", _ed25519_key_pair())


def _kept(make: Callable[..., Any]) -> Callable[..., Any]:
    from cryptography.hazmat.primitives import serialization as form

    def kept(*arguments: Any, **named: Any) -> Any:
        moment = current()
        if moment is None:
            return make(*arguments, **named)
        written = moment.keep(
            lambda: make(*arguments, **named).private_bytes(
                form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption()
            )
        )
        return form.load_der_private_key(written, None, unsafe_skip_rsa_key_validation=True)

    return kept


def _ed25519_key_pair() -> Callable[[], Any]:
    """Keep a pair as it is written: OpenSSH's form of a private key has a random number of its own."""
    from moto.ec2.utils import random_ed25519_key_pair

    def written() -> bytes:
        made = random_ed25519_key_pair()
        material, public = made["material"].decode("ascii"), made["material_public"].decode("ascii")
        return json.dumps([made["fingerprint"], material, public]).encode()

    def kept() -> Any:
        moment = current()
        if moment is None:
            return random_ed25519_key_pair()
        fingerprint, material, public = json.loads(moment.keep(written))
        return {"fingerprint": fingerprint, "material": material.encode(), "material_public": public.encode()}

    return kept


class _SortedSet(set[Any]):
    """A set that lists its members in the same order in every process, as sets of texts do not."""

    def __iter__(self) -> Any:
        return iter(sorted(super().__iter__()))

    def union(self, *others: Iterable[Any]) -> _SortedSet:
        return _SortedSet(super().union(*others))

    def difference(self, *others: Iterable[Any]) -> _SortedSet:
        return _SortedSet(super().difference(*others))


def _backends() -> None:
    """Make each backend in a moment of its own."""
    from moto.core.base_backend import AccountSpecificBackend

    given = AccountSpecificBackend.__getitem__

    def get(self: Any, region: str) -> Any:
        if _opening is None or region in self.keys():
            return given(self, region)
        with during(_opening(self.service_name, self.account_id, region)):
            return given(self, region)

    AccountSpecificBackend.__getitem__ = get  # type: ignore[method-assign]


def _certificates() -> None:
    """Number the certificates of SNS from the moment."""
    import cryptography
    from cryptography import x509

    def serial() -> int:
        return int.from_bytes(_urandom(20), "big") >> 1

    _put("sns.models", "cryptography", _module(cryptography, x509=_module(x509, random_serial_number=serial)))


def _last_use() -> None:
    """Let no call that is not written down leave the time of its key's use in moto."""
    from moto.iam import models

    mark = models.mark_account_as_visited

    def marked(*arguments: Any, **named: Any) -> None:
        moment = current()
        if moment is None or moment.leaves_traces:
            mark(*arguments, **named)

    models.mark_account_as_visited = marked


def _outside() -> None:
    """Send nothing to the world again: it had the message the first time."""
    import requests

    def post(*arguments: Any, **named: Any) -> Any:
        moment = current()
        return None if moment is not None and moment.again else requests.post(*arguments, **named)

    _put("sns.models", "requests", _module(requests, post=post))
