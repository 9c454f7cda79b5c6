"""Nothing in moto is other than it was: neither after a restart, nor after what is taken for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from botocore.session import get_session

from iamkit.cloud.calls import Call
from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.services import SERVICES
from iamkit.cloud.state import Act
from iamkit.cloud.state.changing import is_written
from iamkit.sigv4 import HttpRequest
from tests.cloud.state.inside import close_files, difference, inside, inside_as
from tests.cloud.state.scenes import ACCOUNT, SCENES
from tests.effort import some

# moto leaves the files of objects that were written over, or of parts, to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """Collect that garbage here, when the clouds are gone, and not in the next module."""
    yield
    close_files()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory."""
    return tmp_path_factory.mktemp("cloud") / "state"


@pytest.fixture(scope="module")
def before(state: Path) -> dict[str, str]:
    """All that moto held when the cloud was stopped."""
    with LocalCloud(state=state, seed=11) as cloud:
        client = cache(cloud.client)
        for make, ask in SCENES.values():
            make(client)
            ask(client)
        return inside()


@pytest.fixture(scope="module")
def again(before: dict[str, str], state: Path) -> Iterator[LocalCloud]:
    """The cloud, started anew on the same state."""
    with LocalCloud(state=state) as cloud:
        yield cloud


def test_everything_is_the_same_again(again: LocalCloud, before: dict[str, str]) -> None:
    """Every attribute of every object, secrets and private keys included."""
    assert len(before) > 1_000
    assert difference(before, inside_as(before)) == {}


def readers(service: str) -> Iterator[Call]:
    """Make a call of every operation that is not written down and takes no parameters."""
    model = get_session().get_service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        shape = operation.input_shape
        request = HttpRequest("POST", "/", [], b"")
        call = Call(service, str(name), {}, str(model.metadata["protocol"]), "us-east-1", request)
        if not is_written(call) and not (shape and shape.required_members):
            yield call


@pytest.mark.parametrize("service", sorted({*SERVICES} - {"sts"}))
def test_readers_change_nothing(again: LocalCloud, service: str) -> None:
    """Operations that are not written down, called; what they may make is a backend with nothing of its own."""
    gateway = again.gateway
    holder = again.administrator_holder(ACCOUNT)
    calls = some(list(readers(service)), every=4)
    assert calls
    with gateway.lock:
        start = inside(service)
        for call in calls:
            with suppress(Exception):
                gateway.do(Act(call, holder, {}, ACCOUNT, "id", again.gateway.clock()), lambda _: None)
        changed = difference(start, inside(service))
    # Called without a moment, so that the key's last use is noted; the gateway's moments for readers leave no traces.
    mine = {name for name in changed if name.startswith(tuple({" ".join(each.split(" ")[:3]) for each in start}))}
    assert {name for name in mine if ".last_used." not in name} == set()
