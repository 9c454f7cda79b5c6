"""Every source of credentials that runs beside one cloud; they all stop with it."""

from __future__ import annotations

from typing import TypeVar, Unpack

from iamkit.cloud.metadata.container import Container, ContainerOptions
from iamkit.cloud.metadata.endpoints import Endpoint
from iamkit.cloud.metadata.identity_center import IdentityCenter
from iamkit.cloud.metadata.instance import Instance, InstanceOptions
from iamkit.cloud.metadata.machines import Launched
from iamkit.cloud.metadata.surroundings import Surroundings

_Started = TypeVar("_Started", bound=Endpoint)


class Sources:
    """Start sources of credentials, and stop them."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._started: list[Endpoint] = []

    def instance(self, role_name: str | None, account: str, **options: Unpack[InstanceOptions]) -> Instance:
        """Start the metadata service of an instance; raises NoSuchRole, and ValueError for options."""
        return self._keep(Instance.with_role(self._surroundings, account, role_name, **options))

    def launched(self, instance_id: str, account: str) -> Instance:
        """Start the metadata service of an instance that EC2 runs; raises NotRunning."""
        return self._keep(Instance(self._surroundings, Launched(self._surroundings, account, instance_id)))

    def container(self, role_name: str, account: str, **options: Unpack[ContainerOptions]) -> Container:
        """Start the credentials endpoint of a container; raises NoSuchRole, and ValueError for options."""
        return self._keep(Container(self._surroundings, account, role_name, **options))

    def identity_center(self) -> IdentityCenter:
        """Start an Identity Center without users."""
        return self._keep(IdentityCenter(self._surroundings))

    def stop(self) -> None:
        """Stop them all."""
        while self._started:
            self._started.pop().stop()

    def _keep(self, started: _Started) -> _Started:
        self._started.append(started)
        return started
