"""How many functions run at once, and who waits."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from iamkit.cloud.functions.concurrency import AT_ONCE, Background, Slots, Throttled
from iamkit.cloud.server import THREADS


def test_functions_leave_threads_for_their_own_calls() -> None:
    """Whatever runs keeps a thread of the server waiting; all of them together must not keep all."""
    assert AT_ONCE + 4 <= THREADS


def test_there_are_so_many_places() -> None:
    """The next one is throttled, until a place is free."""
    slots = Slots(2)
    with ExitStack() as stack:
        stack.enter_context(slots.one("a", None))
        with slots.one("b", None):
            with pytest.raises(Throttled) as caught, slots.one("c", None):
                pass
            assert caught.value.fields == {"Reason": "ConcurrentInvocationLimitExceeded"}
            assert caught.value.status == 429
        with slots.one("c", None):
            pass


def test_reserved_concurrency_bounds_a_function() -> None:
    """One function's limit is not another's; 0 lets nothing run."""
    slots = Slots(5)
    with slots.one("a", 1), slots.one("b", None):
        with pytest.raises(Throttled) as caught, slots.one("a", 1):
            pass
        assert caught.value.fields == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}
    with pytest.raises(Throttled), slots.one("a", 0, patient=True):
        pass


def test_the_patient_wait_for_a_place() -> None:
    """An event is not throttled away."""
    slots, began, came = Slots(1), threading.Event(), threading.Event()

    def wait() -> None:
        began.set()
        with slots.one("b", None, patient=True):
            came.set()

    with slots.one("a", None):
        thread = threading.Thread(target=wait)
        thread.start()
        assert began.wait(10)
        assert not came.is_set()
    assert came.wait(10)
    thread.join(10)


def test_jobs_are_done_in_the_background() -> None:
    """All of them, also after one that fails, and who waits is told."""
    background, done, may = Background(), [], threading.Event()
    for number in range(20):

        def job(number: int = number) -> None:
            may.wait(10)
            done.append(number)

        background.put(job)
    assert not background.wait(0)
    may.set()
    assert background.wait(10)
    assert sorted(done) == list(range(20))
    background.stop()


def test_after_the_stop_nothing_is_taken() -> None:
    """What waited is dropped, what comes is refused."""
    background, begun, may, done = Background(), threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        may.wait(10)

    background.put(first)
    assert begun.wait(10)
    stopping = threading.Thread(target=background.stop)
    stopping.start()
    may.set()
    stopping.join(10)
    with pytest.raises(Throttled):
        background.put(lambda: done.append(1))
    assert background.wait(10)
    assert done == []
