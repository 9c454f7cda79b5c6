"""A cloud that is still there after a restart: a journal of calls on disk, and how to do them again."""

from iamkit.cloud.state.acts import Act
from iamkit.cloud.state.federation import KeptFederation
from iamkit.cloud.state.journal import NotKept
from iamkit.cloud.state.locking import InUse
from iamkit.cloud.state.state import DamagedState, Diverged, OtherState, State

__all__ = ["Act", "DamagedState", "Diverged", "InUse", "KeptFederation", "NotKept", "OtherState", "State"]
