"""Contract of Documents: accepting, listing, versions, deleting."""

from uuid import uuid4

import pytest

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, VersionRef
from contracts.record import Held, Reached, Slice, VersionState, Wanted
from tests.catalog.desk import PANELS, Desk, arrival, kept


class DocumentsContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_an_accepted_document_waits_in_every_panel_and_in_the_queue(
        self, desk: Desk
    ) -> None:
        (receipt,) = await desk.accept(arrival("bail", metadata={"lang": "fr"}))
        assert (receipt.source, receipt.filename) == ("bail", "bail.txt")
        assert not receipt.unchanged
        record = await desk.get(receipt.ref.document)
        assert (record.version, record.state, record.live) == (1, VersionState.ACCEPTED, None)
        assert (record.title, record.metadata) == ("bail.txt", {"lang": "fr"})
        assert record.size == 4
        assert {(p.panel, p.wanted, p.reached) for p in record.panels} == {
            (panel, Wanted.LIVE, Reached.NOTHING) for panel in PANELS
        }
        assert await desk.catalog.queue.waiting() == 1

    async def test_the_same_bytes_of_the_same_source_are_unchanged(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail", "un")
        (again,) = await desk.accept(arrival("bail", "un"))
        assert (again.ref, again.unchanged) == (ref, True)
        assert await desk.catalog.queue.waiting() == 1

    async def test_other_bytes_of_the_same_source_are_the_next_version(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail", "un")
        assert await desk.accept_one("bail", "deux") == VersionRef(ref.document, 2)
        # Back to the first bytes: they are not those of the newest version.
        assert await desk.accept_one("bail", "un") == VersionRef(ref.document, 3)

    async def test_one_call_takes_its_arrivals_in_order(self, desk: Desk) -> None:
        receipts = await desk.accept(
            arrival("bail", "un"),
            arrival("avenant"),
            arrival("bail", "deux"),
            arrival("bail", "deux"),
            arrival("bail", "un"),
        )
        numbers = [(r.source, r.ref.number, r.unchanged) for r in receipts]
        assert numbers == [
            ("bail", 1, False),
            ("avenant", 1, False),
            ("bail", 2, False),
            ("bail", 2, True),
            ("bail", 3, False),
        ]
        assert len({r.ref.document for r in receipts if r.source == "bail"}) == 1
        page = await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=10)
        assert [item.source for item in page.items] == ["avenant", "bail"]

    async def test_the_same_source_in_another_workspace_is_another_document(
        self, desk: Desk
    ) -> None:
        await desk.catalog.people.add_workspace("other")
        ref = await desk.accept_one("bail")
        (receipt,) = await desk.accept(arrival("bail"), workspace="other")
        assert receipt.ref.document != ref.document
        with pytest.raises(NotFound):
            await desk.catalog.documents.get("other", ref.document)

    async def test_nothing_is_accepted_in_an_unknown_workspace(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            await desk.accept(arrival("bail"), workspace="nowhere")
        assert await desk.catalog.queue.waiting() == 0

    async def test_no_arrivals_are_nothing_to_do(self, desk: Desk) -> None:
        assert await desk.accept() == []
        assert await desk.accept(workspace="nowhere") == []

    async def test_sources_may_be_longer_than_an_index_entry(self, desk: Desk) -> None:
        source = "https://example.org/" + "é" * 20_000
        ref = await desk.accept_one(source)
        assert (await desk.get(ref.document)).source == source
        assert (await desk.accept(arrival(source)))[0].unchanged

    async def test_metadata_comes_back_as_it_went_in(self, desk: Desk) -> None:
        metadata = {"n": 10**20, "f": 1e16, "half": 0.1, "нет": None, "deep": {"a": [1, "é", True]}}
        (receipt,) = await desk.accept(arrival("bail", metadata=metadata))
        given = (await desk.get(receipt.ref.document)).metadata
        assert given == metadata
        assert [type(value) for value in given.values()] == [int, float, float, type(None), dict]

    async def test_pages_give_every_document_once_newest_first(self, desk: Desk) -> None:
        await desk.accept(*(arrival(f"d{number}") for number in range(7)))
        seen: list[str] = []
        cursor = None
        while True:
            page = await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=3, cursor=cursor)
            seen += [item.source for item in page.items]
            if (cursor := page.cursor) is None:
                break
            await desk.accept(arrival(f"late{len(seen)}"))
        assert seen == [f"d{number}" for number in range(6, -1, -1)]

    async def test_a_list_is_narrowed_by_state_and_by_ids(self, desk: Desk) -> None:
        live = await desk.live_documents("a", "b")
        waiting = await desk.accept_one("c")
        find = desk.catalog.documents.find
        page = await find(DEFAULT_WORKSPACE, limit=9, state=VersionState.LIVE)
        assert {item.id for item in page.items} == {ref.document for ref in live}
        ids = [waiting.document, live[0].document, uuid4()]
        page = await find(DEFAULT_WORKSPACE, limit=9, ids=ids)
        assert [item.id for item in page.items] == ids[:2]
        assert (await find(DEFAULT_WORKSPACE, limit=9, ids=[])).items == ()
        page = await find(DEFAULT_WORKSPACE, limit=9, ids=ids, state=VersionState.LIVE)
        assert [item.id for item in page.items] == [live[0].document]

    @pytest.mark.parametrize("cursor", ["", "x", "🙂", "LTE=", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM="])
    async def test_a_foreign_cursor_is_refused(self, desk: Desk, cursor: str) -> None:
        with pytest.raises(InvalidInput):
            await desk.catalog.documents.find(DEFAULT_WORKSPACE, limit=3, cursor=cursor)

    async def test_a_document_shows_its_newest_readable_version(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail", "un")
        await desk.catalog.ledger.save_readings([kept(ref, "Bail de 2024", lang="fr")])
        await desk.accept_one("bail", "deux")
        record = await desk.get(ref.document)
        assert (record.version, record.title) == (2, "Bail de 2024")
        assert (record.external_id, record.media_type) == ("ext-1", "text/plain")
        assert record.metadata == {"pages": 1, "lang": "fr"}
        newest, oldest = await desk.catalog.documents.versions(DEFAULT_WORKSPACE, ref.document)
        assert (newest.version, newest.title) == (2, "bail.txt")
        assert (oldest.version, oldest.title) == (1, "Bail de 2024")

    async def test_the_original_is_the_newest_versions_slice(self, desk: Desk) -> None:
        blob = "b" * 64
        _, receipt = await desk.accept(arrival("bail", "un"), arrival("bail", "deux", blob=blob))
        record, where = await desk.catalog.documents.original(
            DEFAULT_WORKSPACE, receipt.ref.document
        )
        assert (record.version, where) == (2, Slice(blob, 0, 4))

    async def test_text_is_given_part_by_part(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail")
        documents = desk.catalog.documents
        with pytest.raises(NotFound):
            await documents.parts(DEFAULT_WORKSPACE, ref)
        reading = kept(ref, text="𝒜 é \u2028 \ufeff 'x'")
        await desk.catalog.ledger.save_readings([reading])
        assert await documents.parts(DEFAULT_WORKSPACE, ref) == list(reading.reading.parts)
        assert (await desk.get(ref.document)).parts == len(reading.reading.parts)
        with pytest.raises(NotFound):
            await documents.parts(DEFAULT_WORKSPACE, VersionRef(ref.document, 2))

    async def test_counts_are_of_newest_versions(self, desk: Desk) -> None:
        await desk.live_documents("a", "b")
        await desk.accept_one("a", "other bytes")
        assert dict(await desk.catalog.documents.counts()) == {
            VersionState.LIVE: 1,
            VersionState.ACCEPTED: 1,
        }
        await desk.catalog.people.add_workspace("other")
        assert dict(await desk.catalog.documents.counts("other")) == {}

    async def test_a_deleted_document_is_gone_for_readers_at_once(self, desk: Desk) -> None:
        (ref,) = await desk.live_documents("bail")
        stranger = uuid4()
        assert await desk.delete(stranger, ref.document) == [ref.document]
        documents = desk.catalog.documents
        for verb in (documents.get, documents.versions, documents.original):
            with pytest.raises(NotFound):
                await verb(DEFAULT_WORKSPACE, ref.document)
        with pytest.raises(NotFound):
            await documents.parts(DEFAULT_WORKSPACE, ref)
        assert (await documents.find(DEFAULT_WORKSPACE, limit=9)).items == ()
        assert dict(await documents.counts()) == {}
        assert await desk.delete(ref.document) == []
        assert await desk.delete() == []

    async def test_a_document_is_deleted_only_from_its_own_workspace(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail")
        assert await desk.catalog.documents.delete("other", [ref.document]) == []
        assert (await desk.get(ref.document)).id == ref.document

    async def test_a_deleted_source_comes_back_as_a_new_document(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail", "un")
        await desk.delete(ref.document)
        (receipt,) = await desk.accept(arrival("bail", "un"))
        assert not receipt.unchanged
        assert receipt.ref.number == 1
        assert receipt.ref.document != ref.document

    async def test_panels_show_what_the_ledger_knows(self, desk: Desk) -> None:
        ref = await desk.accept_one("bail")
        ledger = desk.catalog.ledger
        await ledger.reached([ref], 1, PanelName.VECTOR, Reached.LIVE, {ref: Held(7, "s")})
        await ledger.failed([ref], 1, PanelName.GRAPH, "The graph does not answer.")
        states = {p.panel: p for p in (await desk.get(ref.document)).panels}
        vector, graph = states[PanelName.VECTOR], states[PanelName.GRAPH]
        assert (vector.reached, vector.chunks, vector.error) == (Reached.LIVE, 7, None)
        assert (graph.attempts, graph.error) == (1, "The graph does not answer.")
