"""The circuit breaker: who waits, who does not, and when a store is asked again."""

import asyncio

import pytest

from contracts.errors import PanelUnavailable
from deploy.breaker import Breaker


class Store:
    """A store that is well or not, and counts how often it is probed."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.probes = 0
        self.probed = asyncio.Event()

    async def probe(self) -> str | None:
        self.probes += 1
        self.probed.set()
        return self.trouble

    async def answer(self) -> str:
        if self.trouble:
            raise PanelUnavailable(self.trouble)
        return "here"

    async def hang(self) -> str:
        await asyncio.Event().wait()
        return "never"


@pytest.fixture
def store() -> Store:
    return Store()


def breaker(store: Store) -> Breaker:
    return Breaker(store.probe, patience_s=0.01, first_pause_s=0.01)


async def opened(one: Breaker, store: Store) -> None:
    store.trouble = "it is paused"
    with pytest.raises(PanelUnavailable):
        await one.call(store.answer())
    async with asyncio.timeout(5):
        while not one.is_open:
            store.probed.clear()
            await store.probed.wait()


async def test_a_call_passes(store: Store) -> None:
    assert await breaker(store).call(store.answer()) == "here"
    assert store.probes == 0


async def test_an_open_breaker_fails_at_once_and_says_why(store: Store) -> None:
    one = breaker(store)
    await opened(one, store)
    with pytest.raises(PanelUnavailable, match="it is paused"):
        await one.call(store.hang())
    await one.close()


async def test_one_lost_probe_does_not_open_it(store: Store) -> None:
    one = breaker(store)
    store.trouble = "busy"
    with pytest.raises(PanelUnavailable):
        await one.call(store.answer())
    await store.probed.wait()
    store.trouble = None
    assert await one.call(store.answer()) == "here"
    assert not one.is_open


async def test_it_closes_by_a_probe_without_any_caller(store: Store) -> None:
    one = breaker(store)
    await opened(one, store)
    store.trouble = None
    async with asyncio.timeout(5):
        while one.is_open:
            store.probed.clear()
            await store.probed.wait()
            await asyncio.sleep(0)
    assert await one.call(store.answer()) == "here"


async def test_a_call_that_hangs_is_given_up_when_the_store_does_not_answer_probes(
    store: Store,
) -> None:
    one = breaker(store)
    store.trouble = "it is paused"
    async with asyncio.timeout(5):
        with pytest.raises(PanelUnavailable, match="it is paused"):
            await one.call(store.hang())
    await one.close()


async def test_a_slow_call_goes_on_while_the_store_is_well(store: Store) -> None:
    one = breaker(store)
    go_on = asyncio.Event()

    async def slow() -> str:
        await go_on.wait()
        return "late"

    calling = asyncio.create_task(one.call(slow()))
    await store.probed.wait()
    go_on.set()
    assert await calling == "late"


async def test_a_caller_that_gives_up_raises_doubts(store: Store) -> None:
    one = Breaker(store.probe, patience_s=60, first_pause_s=0.01)
    store.trouble = "it is paused"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await one.call(store.hang())
    async with asyncio.timeout(5):
        while not one.is_open:
            store.probed.clear()
            await store.probed.wait()
    await one.close()
