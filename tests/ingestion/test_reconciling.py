"""What ends in the panels, whatever happens on the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import CatalogUnavailable, NotFound, TooLarge
from contracts.nouns import DEFAULT_WORKSPACE, PanelName
from contracts.record import VersionState
from ingestion.faults import Fault
from tests.ingestion.house import LIMIT, House


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def test_a_document_becomes_live_in_both_panels(house: House) -> None:
    receipt = await house.pour("one\ntwo")
    await house.run()
    assert await house.both() == {"one", "two"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE
    assert {p.panel: p.chunks for p in record.panels} == {PanelName.VECTOR: 2, PanelName.GRAPH: 2}


async def test_the_same_bytes_again_do_nothing(house: House) -> None:
    await house.pour("one")
    await house.run()
    again = await house.pour("one")
    await house.run()
    assert again.unchanged
    assert house.reader.reads == 1


async def test_replacing_leaves_nothing_of_the_elder(house: House) -> None:
    first = await house.pour("old\nshared")
    await house.run()
    second = await house.pour("new\nshared")
    assert await house.both() == {"old", "shared"}
    await house.run()
    assert second.ref == type(first.ref)(first.ref.document, 2)
    assert await house.both() == {"new", "shared"}
    assert (
        {c.version for c in house.graph.chunks} == {c.version for c in house.vector.chunks} == {2}
    )
    assert (await house.parity()).clean
    assert len(list(house.folder.rglob("*"))) > 0


async def test_two_versions_accepted_before_the_work_leave_the_newer(house: House) -> None:
    await house.pour("old")
    await house.pour("new")
    await house.run()
    assert await house.both() == {"new"}
    assert (await house.parity()).clean


async def test_a_broken_replacement_leaves_the_good_version_live(house: House) -> None:
    receipt = await house.pour("good")
    await house.run()
    await house.pour(b"\xff\xfe\xfd")
    await house.run()
    assert await house.both() == {"good"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert (record.state, record.reason, record.live) == (
        VersionState.QUARANTINED,
        "malformed",
        1,
    )
    assert record.detail == "Not text. Send text."
    assert (await house.parity()).clean


async def test_one_bad_document_does_not_stop_the_others(house: House) -> None:
    await house.pour("good", "good.txt")
    await house.pour(b"\xff\xfe\xfd", "bad.txt")
    await house.pour("fine", "fine.txt")
    await house.run()
    assert await house.both() == {"good", "fine"}


async def test_deleting_leaves_nothing_behind(house: House) -> None:
    receipt = await house.pour("one")
    await house.pour("two", "b.txt")
    await house.run()
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert await house.both() == {"two"}
    assert not [v for v, _ in house.vector.versions if v.document == receipt.ref.document]
    assert not [v for v, _ in house.graph.versions if v.document == receipt.ref.document]
    assert (await house.parity()).clean
    with pytest.raises(NotFound):
        await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)


async def test_deleting_a_quarantined_document_forgets_it(house: House) -> None:
    receipt = await house.pour(b"\xff")
    await house.run()
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert receipt.ref.document not in house.catalog.tables.documents


@pytest.mark.parametrize("down", list(PanelName))
async def test_a_panel_that_was_down_catches_up_without_embedding_again(
    house: House, down: PanelName
) -> None:
    off, on = (
        (house.vector, house.graph) if down is PanelName.VECTOR else (house.graph, house.vector)
    )
    off.down = True
    receipt = await house.pour("one\ntwo")
    await house.run()
    assert await house.texts(on) == {"one", "two"}
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.state is VersionState.LIVE
    assert (await house.catalog.ledger.backlog())[down] == 1
    off.down = False
    before = (house.reader.reads, house.embedder.passages)
    await house.run()
    assert await house.both() == {"one", "two"}
    assert (house.reader.reads, house.embedder.passages) == before
    assert not any((await house.catalog.ledger.backlog()).values())
    assert (await house.parity()).clean


async def test_deleting_while_a_panel_is_down_reaches_it_later(house: House) -> None:
    receipt = await house.pour("one")
    await house.run()
    house.graph.down = True
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.run()
    assert await house.texts(house.vector) == set()
    house.graph.down = False
    await house.run()
    assert await house.both() == set()
    assert (await house.parity()).clean


async def test_both_panels_down_loses_nothing(house: House) -> None:
    house.vector.down = house.graph.down = True
    await house.pour("one")
    await house.run()
    house.vector.down = house.graph.down = False
    await house.run()
    assert await house.both() == {"one"}


class Crash(BaseException):
    """The process is killed: nothing may catch it."""


class CrashAt:
    """Stands before a port and kills the caller at the n-th call of any of its verbs."""

    def __init__(self, port: object, countdown: list[int], *, after: bool) -> None:
        self._port, self._countdown, self._after = port, countdown, after

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)
        if name in {"claim", "live_versions", "digests", "export", "chunks", "name", "model"}:
            return verb

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0 and not self._after:
                raise Crash
            result = await verb(*args, **kwargs)
            if self._countdown[0] == 0 and self._after:
                raise Crash
            return result

        return call


def rig(house: House, countdown: list[int], *, after: bool) -> Callable[[], None]:
    """Put crash points before (or after) each durable step; gives how to take them away."""
    reconcile: Any = house.reconcile
    holders = [reconcile, reconcile._prepare, reconcile._write, reconcile._copy]
    saved = [(holder, dict(vars(holder))) for holder in holders]
    for holder in holders:
        holder._ledger = CrashAt(house.catalog.ledger, countdown, after=after)
        if hasattr(holder, "_panels"):
            holder._panels = {
                n: CrashAt(p, countdown, after=after) for n, p in holder._panels.items()
            }

    def restore() -> None:
        for holder, attributes in saved:
            vars(holder).update(attributes)

    return restore


@pytest.mark.parametrize("after", [False, True])
async def test_a_kill_at_any_step_heals(tmp_path: Path, *, after: bool) -> None:
    """Replace and delete, killed at each boundary in turn, always end as if nothing happened."""
    for point in range(1, 200):
        house = await House(tmp_path / f"{point}").open()
        kept = await house.pour("old\nshared", "kept.txt")
        gone = await house.pour("gone", "gone.txt")
        await house.run()
        await house.pour("new\nshared", "kept.txt")
        await house.catalog.documents.delete(DEFAULT_WORKSPACE, [gone.ref.document])
        countdown = [point]
        restore = rig(house, countdown, after=after)
        try:
            await house.run()
        except Crash:
            restore()
            await house.run()
        else:
            break
        assert await house.both() == {"new", "shared"}, f"crash point {point}"
        report = await house.parity()
        assert report.clean, f"crash point {point}: {report}"
        assert report.pending == 0
        assert set(house.catalog.tables.documents) == {kept.ref.document}
    assert point > 15, "the story has more steps than that"


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(house: House) -> None:
    with pytest.raises(TooLarge):
        await house.pour("x" * (LIMIT + 1))
    assert (await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=10)).items == ()


async def test_nothing_is_accepted_while_the_record_is_down(house: House) -> None:
    house.catalog.tables.down = True
    with pytest.raises(CatalogUnavailable):
        await house.pour("one")


async def test_parity_names_what_somebody_changed_by_hand(house: House) -> None:
    receipt = await house.pour("one\ntwo")
    await house.run()
    chunk = next(iter(house.graph.chunks))
    del house.graph.chunks[chunk]
    report = await house.parity()
    assert not report.clean
    assert [(d.panel, d.ref, d.fault) for d in report.differences] == [
        (PanelName.GRAPH, receipt.ref, Fault.DIFFERENT)
    ]


async def test_parity_leaves_out_what_is_on_its_way(house: House) -> None:
    house.graph.down = True
    await house.pour("one")
    await house.run()
    house.graph.down = False
    report = await house.parity()
    assert report.clean
    assert report.pending == 1
