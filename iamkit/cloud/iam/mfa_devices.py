"""EnableMFADevice: a device is a user's own once two codes in a row show that both hold the same secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.iam.parts import account_of, no_such_entity
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store import Directory

_STEP = timedelta(seconds=30)
# A person types one code, waits for the next and types that; the device may be a step early.
_STEPS = range(-10, 3)


@dataclass(frozen=True, slots=True)
class MfaDevices:
    """Check the codes of virtual devices, then leave the call to moto, which would take any digits."""

    directory: Directory
    clock: Callable[[], datetime]

    def check_codes(self, call: Call, holder: Holder | None, *_: object) -> None:
        """EnableMFADevice: the second code is the one after the first (API reference, "EnableMFADevice").

        AWS takes codes that are minutes old, too, and then holds the device for late; here no device becomes late.
        """
        serial_number = call.parameters.get("SerialNumber", "")
        if not serial_number.startswith("arn:"):
            raise NotModelled("MFA devices of hardware", "make a virtual one: CreateVirtualMFADevice")
        seed = self.directory.mfa_seed(account_of(holder), serial_number)
        if seed is None:
            raise no_such_entity(f"VirtualMFADevice with serial number {serial_number} does not exist.")
        first, second = (call.parameters.get(f"AuthenticationCode{number}", "") for number in (1, 2))
        if not _in_a_row(seed, (first, second), self.clock()):
            raise ServiceError("InvalidAuthenticationCode", "Authentication code for device is not valid", 403)


def _in_a_row(seed: str, codes: tuple[str, str], now: datetime) -> bool:
    """Tell whether a device shows these codes one after the other, about now."""
    from pyotp import TOTP

    device = TOTP(seed)
    return codes in pairwise(device.at(now + step * _STEP) for step in _STEPS)
