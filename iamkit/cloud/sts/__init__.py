"""STS, the security token service: who may act as whom, for how long, and with what less (E13, E14, E21–E26)."""

from iamkit.cloud.sts.limits import refused_for
from iamkit.cloud.sts.providers import Assertion, Claims, Directory, Federation, MfaDevice, Role
from iamkit.cloud.sts.service import Sts
from iamkit.cloud.sts.sessions import Sessions, context_of

__all__ = [
    "Assertion",
    "Claims",
    "Directory",
    "Federation",
    "MfaDevice",
    "Role",
    "Sessions",
    "Sts",
    "context_of",
    "refused_for",
]
