"""Contract of Traces: what was done is kept whole, found again, summed up and forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import ChunkId, ReadMode, Span, VersionRef
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TracedCitation,
    TracedHit,
    TraceFilter,
    TraceKind,
    UsageDay,
    Verdict,
)
from tests.catalog.desk import Desk

NOON = datetime(2026, 5, 4, 12, 0, 0, 123_456, UTC)
ADA, BOB = UUID(int=1), UUID(int=2)
CHUNK = ChunkId(UUID(int=7), 2, 1, 14)
ASKED = Trace(
    id=UUID(int=100),
    kind=TraceKind.ASK,
    workspace="default",
    at=NOON,
    outcome=Outcome.ANSWERED,
    text="Où est le bail ?",
    key=ADA,
    mode=ReadMode.FUSED,
    served_by=("vector", "graph"),
    generation=1,
    configuration="7f",
    took_ms={"embed": 12.25, "total": 80.5},
    hits=(TracedHit(CHUNK, 1 / 3, {"vector.dense": 1, "graph.lexical": 4}),),
    answer="À Lyon [1]",
    citations=(TracedCitation(CHUNK, "bail-7", 3, Span(10, 16), "À Lyon"),),
    method="extractive",
    model="e5",
    tokens={"input": 812, "output": 20},
    cost=0.00125,
    load={"cpu": 31.5, "memory": 60.0},
)
INGESTED = Trace(
    id=UUID(int=101),
    kind=TraceKind.INGEST,
    workspace="default",
    at=NOON + timedelta(seconds=1),
    outcome=Outcome.QUARANTINED,
    text="inbox/bail.pdf",
    version=VersionRef(UUID(int=7), 2),
    error="encrypted",
)
ANY = TraceFilter()
UP = Feedback(ASKED.id, ADA, Verdict.UP, NOON + timedelta(minutes=1), "Très bien.")


def asked(**fields: object) -> Trace:
    """Another question."""
    return replace(ASKED, id=uuid4(), **fields)  # type: ignore[arg-type]  # a test names its fields


class TracesContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_trace_comes_back_as_it_was(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        await traces.add([ASKED, INGESTED])
        assert await traces.get(ASKED.id) == ASKED
        assert await traces.get(INGESTED.id, "default") == INGESTED
        await traces.add([])
        await traces.add([replace(ASKED, text="again"), asked()])
        assert (await traces.get(ASKED.id)).text == ASKED.text
        assert len((await traces.find(ANY)).items) == 3

    async def test_a_trace_of_another_workspace_is_not_there(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        await traces.add([ASKED])
        for verb in (
            traces.get(ASKED.id, "other"),
            traces.get(uuid4()),
            traces.judge(UP, "other"),
            traces.judge(replace(UP, trace=uuid4())),
        ):
            with pytest.raises(NotFound):
                await verb
        assert await traces.feedback([ASKED.id]) == []

    async def test_the_latest_word_of_a_key_holds(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        await traces.add([ASKED])
        later = replace(UP, verdict=Verdict.DOWN, comment="", at=UP.at + timedelta(minutes=5))
        other = replace(UP, by=BOB)
        for said in (UP, UP, other, later):
            await traces.judge(said, "default")
        assert await traces.feedback([ASKED.id, uuid4()]) == [other, later]
        assert await traces.feedback([]) == []
        assert (UP.id, UP.id) == (later.id, replace(later, comment="x").id)
        assert other.id != UP.id

    async def test_traces_are_listed_page_by_page_newest_first(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        kept = [asked(at=NOON + timedelta(seconds=n // 2)) for n in range(5)]
        await traces.add(kept)
        seen: list[Trace] = []
        cursor = None
        while True:
            page = await traces.find(ANY, limit=2, cursor=cursor)
            seen += page.items
            cursor = page.cursor
            if cursor is None:
                break
        assert seen == sorted(kept, key=lambda one: (one.at, one.id), reverse=True)

    @pytest.mark.parametrize("cursor", ["", "x", "MTIz", "AAAA", "é", "bm90IGEgZGF0ZQ=="])
    async def test_a_foreign_cursor_is_refused(self, desk: Desk, cursor: str) -> None:
        with pytest.raises(InvalidInput):
            await desk.catalog.traces.find(ANY, cursor=cursor)

    async def test_a_list_is_narrowed(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        elsewhere = asked(workspace="other", outcome=Outcome.REFUSED, kind=TraceKind.SEARCH)
        await traces.add([ASKED, INGESTED, elsewhere])
        await traces.judge(UP)

        async def found(wanted: TraceFilter) -> set[UUID]:
            return {one.id for one in (await traces.find(wanted)).items}

        assert await found(TraceFilter("default")) == {ASKED.id, INGESTED.id}
        assert await found(TraceFilter(kind=TraceKind.SEARCH)) == {elsewhere.id}
        assert await found(TraceFilter(outcome=Outcome.QUARANTINED)) == {INGESTED.id}
        assert await found(TraceFilter(verdict=Verdict.UP)) == {ASKED.id}
        assert await found(TraceFilter("default", verdict=Verdict.DOWN)) == set()

    async def test_usage_is_summed_up_per_day_panel_and_kind(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        midnight = NOON.replace(hour=0, minute=0, second=0, microsecond=0)
        day = [asked(took_ms={"total": float(n)}, key=(ADA, BOB)[n % 2]) for n in range(1, 19)]
        refused = asked(outcome=Outcome.REFUSED, took_ms={"total": 19.0}, key=None)
        failed = asked(outcome=Outcome.FAILED, took_ms={"total": 5000.0})
        left = asked(outcome=Outcome.CANCELLED, took_ms={"total": 5000.0})
        search = asked(kind=TraceKind.SEARCH, outcome=Outcome.FAILED)
        eve = asked(mode=ReadMode.GRAPH, at=midnight - timedelta(microseconds=1))
        other = asked(workspace="other", mode=ReadMode.VECTOR)
        await traces.add([*day, refused, failed, left, search, eve, other, INGESTED])
        for said in (UP, replace(UP, by=BOB), replace(UP, by=UUID(int=3), verdict=Verdict.DOWN)):
            await traces.judge(replace(said, trace=day[0].id))
        today = NOON.date()
        whole = UsageDay(
            today,
            ReadMode.FUSED,
            TraceKind.ASK,
            21,
            2,
            1,
            1,
            up=2,
            down=1,
            p50_ms=10.0,
            p95_ms=19.0,
        )
        searches = UsageDay(
            today, ReadMode.FUSED, TraceKind.SEARCH, 1, 1, 0, 1, up=0, down=0, p50_ms=0, p95_ms=0
        )
        assert await traces.usage(midnight, "default") == [whole, searches]
        days = await traces.usage(midnight - timedelta(days=1))
        assert [(one.day, one.panel, one.kind) for one in days] == [
            (today - timedelta(days=1), ReadMode.GRAPH, TraceKind.ASK),
            (today, ReadMode.FUSED, TraceKind.ASK),
            (today, ReadMode.FUSED, TraceKind.SEARCH),
            (today, ReadMode.VECTOR, TraceKind.ASK),
        ]
        assert await traces.usage(NOON + timedelta(days=1)) == []

    async def test_what_is_old_is_forgotten_with_what_was_said_of_it(self, desk: Desk) -> None:
        traces = desk.catalog.traces
        newer = asked(at=NOON + timedelta(days=1))
        await traces.add([ASKED, newer])
        await traces.judge(UP)
        await traces.judge(replace(UP, trace=newer.id))
        assert await traces.prune(newer.at) == 1
        assert await traces.prune(newer.at) == 0
        assert (await traces.find(ANY)).items == (newer,)
        assert [one.trace for one in await traces.feedback([ASKED.id, newer.id])] == [newer.id]

    async def test_text_that_no_database_keeps_is_no_reason_to_lose_a_trace(
        self, desk: Desk
    ) -> None:
        traces = desk.catalog.traces
        odd = asked(text="Où\0 \ud800?", answer="\0\ud800", workspace="default")
        await traces.add([odd])
        kept = await traces.get(odd.id)
        assert kept.text.startswith("Où")
        await traces.judge(replace(UP, trace=odd.id, comment="\0oui\ud800"))
