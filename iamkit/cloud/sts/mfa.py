"""Multi-factor authentication: six digits from a virtual device, each good once (E21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts.providers import Directory
from iamkit.policy import Caller, CallerKind

_STEP = 30
# A device's clock may be one step early or late.
_STEPS = (-1, 0, 1)


class OneTimeCodes:
    """Checks the codes of devices and remembers the last step that each has used."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._used: dict[str, int] = {}
        self._lock = Lock()

    def present(self, caller: Caller, parameters: Mapping[str, Any], now: datetime) -> bool:
        """Tell whether the request has a good code; False where it has none, AccessDenied for a bad one."""
        serial, code = parameters.get("SerialNumber"), parameters.get("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise _denied(", must provide both MFA serial number and one time pass code.")
        devices = self._directory.mfa_devices(caller.arn) if caller.kind is CallerKind.USER else ()
        seed = next((device.seed for device in devices if device.serial_number == serial), None)
        if seed is None:
            raise _denied(
                ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with "
                "this user."
            )
        if not self._use(serial, _step_of(seed, code, now)):
            raise _denied(" with invalid MFA one time pass code.")
        return True

    def _use(self, serial: str, step: int | None) -> bool:
        """Spend a step of a device; neither it nor an earlier one can be spent again."""
        with self._lock:
            if step is None or step <= self._used.get(serial, -1):
                return False
            self._used[serial] = step
            return True


def _step_of(seed: str, code: str, now: datetime) -> int | None:
    """Find the time step that a code belongs to."""
    from pyotp import TOTP
    from pyotp.utils import strings_equal

    totp = TOTP(seed, interval=_STEP)
    for offset in _STEPS:
        at = now + timedelta(seconds=offset * _STEP)
        if strings_equal(code, totp.at(at)):
            return int(at.timestamp()) // _STEP
    return None


def _denied(why: str) -> ServiceError:
    return ServiceError("AccessDenied", f"MultiFactorAuthentication failed{why}", 403)
