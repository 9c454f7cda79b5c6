"""Where programs find credentials: an instance's metadata, a container's endpoint, Identity Center (A15, A16)."""

from iamkit.cloud.metadata.container import Container, ContainerOptions
from iamkit.cloud.metadata.delivering import NoSuchRole
from iamkit.cloud.metadata.endpoints import LOST, Seen
from iamkit.cloud.metadata.identity_center import IdentityCenter
from iamkit.cloud.metadata.imds import MetadataOptions
from iamkit.cloud.metadata.instance import Instance, InstanceOptions
from iamkit.cloud.metadata.machines import NotRunning, keep_omitted_options
from iamkit.cloud.metadata.sources import Sources
from iamkit.cloud.metadata.surroundings import Surroundings

__all__ = [
    "LOST",
    "Container",
    "ContainerOptions",
    "IdentityCenter",
    "Instance",
    "InstanceOptions",
    "MetadataOptions",
    "NoSuchRole",
    "NotRunning",
    "Seen",
    "Sources",
    "Surroundings",
    "keep_omitted_options",
]
