import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from contracts.errors import CatalogUnavailable
from contracts.nouns import PanelHits, PanelName, PanelQuery, ReadMode
from contracts.policy import Comparison, EvidenceSummary, Stage, Trial
from retrieval.asking import SearchRequest
from retrieval.shadowing import Shadow
from tests.panels.fake import InMemoryPanel
from tests.retrieval.shelf import Counting, Shelf

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VECTOR, GRAPH = PanelName.VECTOR, PanelName.GRAPH
ASKED = SearchRequest("default", "Quelle est la durée du préavis ?", key="somebody")


class Kept:
    """Evidence that keeps each batch; ``down`` makes it refuse, ``closed`` makes it wait."""

    def __init__(self) -> None:
        self.batches: list[list[Comparison]] = []
        self.down = False
        self.open = asyncio.Event()
        self.open.set()

    async def record(self, comparisons: Sequence[Comparison]) -> None:
        await self.open.wait()
        if self.down:
            raise CatalogUnavailable("The catalog does not answer.")
        self.batches.append(list(comparisons))

    async def summary(
        self, candidate: PanelName, stage: Stage, since: datetime, workspace: str | None = None
    ) -> EvidenceSummary:
        raise NotImplementedError

    @property
    def rows(self) -> list[Comparison]:
        return [one for batch in self.batches for one in batch]


class Watched(InMemoryPanel):
    """Counts its searches; ``answer`` cleared makes it never answer, ``broken`` makes it fail."""

    def __init__(self, name: PanelName) -> None:
        super().__init__(name)
        self.searches = 0
        self.running = 0
        self.most = 0
        self.answer = asyncio.Event()
        self.answer.set()
        self.broken = False

    async def search(self, query: PanelQuery) -> PanelHits:
        self.searches += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.answer.wait()
            if self.broken:
                raise ZeroDivisionError
            return await super().search(query)
        finally:
            self.running -= 1


@pytest.fixture
async def shelf() -> Shelf:
    """The vector panel serves; the shadow reads' own graph panel holds the same documents."""
    shelf = Shelf()
    shelf.panels[GRAPH] = Watched(GRAPH)
    await shelf.pour("contrat", "La durée du préavis est de trois mois.\n\nLe salaire est dû.")
    await shelf.pour("recette", "Le gâteau cuit quarante minutes au four.")
    shelf.follow(ReadMode.VECTOR, Trial(Stage.SHADOW, GRAPH, 1.0, NOW))
    return shelf


def candidate(shelf: Shelf) -> Watched:
    panel = shelf.panels[GRAPH]
    assert isinstance(panel, Watched)
    return panel


@asynccontextmanager
async def shadowing(
    shelf: Shelf, kept: Kept, counting: Counting | None = None, **how: float
) -> AsyncIterator[Shadow]:
    shadow = Shadow(
        shelf.panels,
        kept,
        counting or Counting(),
        now=lambda: NOW,
        **how,  # type: ignore[arg-type]
    )
    await shadow.start()
    try:
        yield shadow
    finally:
        await shadow.stop()


async def offered(shelf: Shelf, shadow: Shadow, request: SearchRequest = ASKED) -> None:
    await shelf.search(chance=lambda: 0.0)(request)
    for seen in shelf.seen:
        shadow.offer(seen)
    shelf.seen.clear()


async def test_equal_panels_agree_and_the_comparison_is_kept(shelf: Shelf) -> None:
    kept = Kept()
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
    [one] = kept.rows
    assert (one.at, one.workspace, one.stage) == (NOW, "default", Stage.SHADOW)
    assert (one.primary, one.candidate, one.error) == (ReadMode.VECTOR, GRAPH, None)
    assert one.overlap == 1
    assert one.agreement == pytest.approx(1)
    assert one.primary_ms > 0
    assert one.candidate_ms is not None


async def test_a_candidate_that_lacks_passages_agrees_less(shelf: Shelf) -> None:
    await shelf.pour("avenant", "La durée du préavis passe à un mois.", only=VECTOR)
    kept = Kept()
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
    [one] = kept.rows
    assert one.overlap == pytest.approx(3 / 4)
    assert one.agreement is not None
    assert one.agreement < 1


async def test_a_candidate_that_never_answers_delays_nobody_and_is_an_error(shelf: Shelf) -> None:
    kept, counting = Kept(), Counting()
    candidate(shelf).answer.clear()
    async with shadowing(shelf, kept, counting, deadline_s=0.02) as shadow:
        search = shelf.search(chance=lambda: 0.0)
        async with asyncio.timeout(5):
            assert (await search(ASKED)).degraded is None
        assert candidate(shelf).searches == 0  # not on the request's path
        shadow.offer(shelf.seen.pop())
        await shadow.settle()
    [one] = kept.rows
    assert (one.overlap, one.agreement, one.candidate_ms) == (None, None, None)
    assert "did not answer within" in str(one.error)
    assert ("shadow", "graph", "failed") in counting.questions


async def test_what_the_queue_does_not_hold_is_dropped_and_counted(shelf: Shelf) -> None:
    kept, counting = Kept(), Counting()
    candidate(shelf).answer.clear()
    async with shadowing(shelf, kept, counting, waiting=3) as shadow:
        for _ in range(20):
            await offered(shelf, shadow)
        # Two are being read, three wait; how many were taken first is the loop's affair.
        assert 15 <= shadow.dropped <= 17
        assert candidate(shelf).most <= 2
        candidate(shelf).answer.set()
        await shadow.settle()
    assert len(kept.rows) + shadow.dropped == 20
    assert counting.questions.count(("shadow", "graph", "dropped")) == shadow.dropped


async def test_a_candidate_that_breaks_is_an_error_and_the_next_read_is_compared(
    shelf: Shelf,
) -> None:
    kept = Kept()
    async with shadowing(shelf, kept) as shadow:
        candidate(shelf).broken = True
        await offered(shelf, shadow)
        await shadow.settle()
        candidate(shelf).broken = False
        await offered(shelf, shadow)
        await shadow.settle()
    assert [one.error for one in kept.rows] == ["The graph panel failed: ZeroDivisionError.", None]


async def test_what_the_catalog_does_not_take_is_given_up(shelf: Shelf) -> None:
    kept = Kept()
    kept.down = True
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
        kept.down = False
        await offered(shelf, shadow)
        await shadow.settle()
        assert shadow.dropped == 1
    assert len(kept.rows) == 1


async def test_comparisons_made_while_the_catalog_is_slow_are_written_together(
    shelf: Shelf,
) -> None:
    kept = Kept()
    kept.open.clear()
    async with shadowing(shelf, kept) as shadow:
        for _ in range(12):
            await offered(shelf, shadow)
        await shadow._seen.join()
        kept.open.set()
        await shadow.settle()
    assert len(kept.rows) == 12
    assert len(kept.batches) <= 2


async def test_fused_reads_are_compared_without_another_read(shelf: Shelf) -> None:
    kept = Kept()
    shelf.follow(ReadMode.FUSED)
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
    assert {(one.primary, one.candidate) for one in kept.rows} == {
        (ReadMode.VECTOR, GRAPH),
        (ReadMode.GRAPH, VECTOR),
    }
    assert all(one.overlap == 1 for one in kept.rows)
    assert candidate(shelf).searches == 1


async def test_a_panel_that_fails_in_a_fused_read_is_an_error_of_that_panel_alone(
    shelf: Shelf,
) -> None:
    kept = Kept()
    shelf.follow(ReadMode.FUSED)
    candidate(shelf).down = True
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
    [one] = kept.rows
    assert (one.primary, one.candidate, one.error) == (
        ReadMode.VECTOR,
        GRAPH,
        "The graph panel is down.",
    )


async def test_a_canary_keeps_latency_and_errors(shelf: Shelf) -> None:
    kept = Kept()
    shelf.follow(ReadMode.VECTOR, Trial(Stage.CANARY, GRAPH, 1.0, NOW))
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        candidate(shelf).down = True
        await offered(shelf, shadow)
        await shadow.settle()
    assert {one.stage for one in kept.rows} == {Stage.CANARY}
    served = next(one for one in kept.rows if one.error is None)
    failed = next(one for one in kept.rows if one.error is not None)
    assert (served.overlap, served.primary_ms) == (None, 0)
    assert served.candidate_ms is not None
    assert (failed.candidate_ms, failed.error) == (None, "The graph panel is down.")
    assert failed.primary_ms > 0


@pytest.mark.parametrize("spoil", ["model", "primary"])
async def test_a_read_that_was_not_whole_is_no_evidence(shelf: Shelf, spoil: str) -> None:
    kept = Kept()
    if spoil == "model":
        shelf.embedder.down = True
    else:
        shelf.panels[VECTOR].down = True
    async with shadowing(shelf, kept) as shadow:
        await offered(shelf, shadow)
        await shadow.settle()
    assert kept.rows == []
