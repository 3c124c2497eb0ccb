"""What lies inside a document becomes documents of their own, once, however often it is tried."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from contracts.content import Enclosed, NoteProgress, Source, TakeEnclosed, TakeRecognised
from contracts.errors import Unreadable, UnreadableDocument
from contracts.members import Nesting
from contracts.nouns import DEFAULT_WORKSPACE, Reading
from contracts.record import Arrival, DocumentRecord, VersionState
from ingestion.enclosing import FILES, SIZE
from tests.fakes.catalog_members import InMemoryMembers
from tests.ingestion.crashing import kill_everywhere
from tests.ingestion.house import LIMIT, House, LineReader


def box(**inside: object) -> str:
    return json.dumps({"box": {name.replace("_", "."): value for name, value in inside.items()}})


async def records(house: House) -> dict[str, DocumentRecord]:
    page = await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=1000)
    return {record.source: record for record in page.items}


def kept_bytes(house: House) -> list[bytes]:
    return sorted(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path).open()


async def test_files_inside_become_searchable_documents_with_the_metadata_of_the_whole(
    house: House,
) -> None:
    inner = {"box": {"deep.txt": "found deep"}}
    receipt = await house.pour(box(a_txt="found in a", inner_box=inner), "mail")
    await house.rest()
    assert await house.both() == {"a.txt", "inner.box", "deep.txt", "found in a", "found deep"}
    found = await records(house)
    assert set(found) == {"mail", "mail!/a.txt", "mail!/inner.box", "mail!/inner.box!/deep.txt"}
    assert found["mail!/a.txt"].parent == receipt.ref.document
    assert found["mail!/a.txt"].filename == "a.txt"
    assert found["mail!/inner.box!/deep.txt"].parent == found["mail!/inner.box"].id
    assert found["mail"].metadata["members"] == 2
    assert {record.state for record in found.values()} == {VersionState.LIVE}


async def test_metadata_that_a_client_gave_go_to_all_inside(house: House) -> None:
    data = box(a_txt="text").encode()
    arrival = await _arrive(house, data, {"team": "legal"})
    await house.catalog.documents.accept(DEFAULT_WORKSPACE, [arrival])
    await house.rest()
    assert (await records(house))["mail!/a.txt"].metadata == {"team": "legal"}


async def test_a_new_version_changes_adds_and_removes_members(house: House) -> None:
    await house.pour(box(same_txt="same", changed_txt="before", gone_txt="gone"), "mail")
    await house.rest()
    before = await records(house)
    await house.pour(box(same_txt="same", changed_txt="after", new_txt="new"), "mail")
    await house.rest()
    after = await records(house)
    assert set(after) == {"mail", "mail!/same.txt", "mail!/changed.txt", "mail!/new.txt"}
    assert after["mail!/same.txt"].version == before["mail!/same.txt"].version == 1
    assert after["mail!/changed.txt"].version == 2
    names = {"same.txt", "changed.txt", "new.txt"}
    assert await house.both() == names | {"same", "after", "new"}


async def test_a_new_version_that_is_no_box_any_more_has_no_members(house: House) -> None:
    await house.pour(box(a_txt="inside"), "mail")
    await house.rest()
    await house.pour("plain text", "mail")
    await house.rest()
    assert set(await records(house)) == {"mail"}
    assert await house.both() == {"plain text"}


async def test_deleting_the_whole_leaves_nothing_in_panels_record_and_blobs(house: House) -> None:
    receipt = await house.pour(box(a_txt="inside", b_box={"box": {"c.txt": "deep"}}), "mail")
    await house.rest()
    await house.catalog.documents.delete(DEFAULT_WORKSPACE, [receipt.ref.document])
    await house.rest()
    assert await house.both() == set()
    assert await records(house) == {}
    assert await house.catalog.ledger.unfinished(9) == []
    assert kept_bytes(house) == []


class WholeOnly:
    """Texts of documents that are each shown whole or not at all."""

    def __contains__(self, texts: object) -> bool:
        assert isinstance(texts, set)
        return all(len(texts & {f"{name} 1", f"{name} 2"}) in {0, 2} for name in ("old", "new"))


@pytest.mark.parametrize("after", [False, True])
async def test_a_worker_killed_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, *, after: bool
) -> None:
    async def prepare(house: House) -> None:
        await house.pour(
            box(kept_txt="kept", gone_box={"box": {"old.txt": "old 1\nold 2"}}), "mail"
        )
        await house.pour(box(lost_txt="lost"), "letter")
        await house.rest()

    async def story(house: House) -> None:
        await house.pour(
            box(kept_txt="kept", come_box={"box": {"new.txt": "new 1\nnew 2"}}), "mail"
        )
        letter = (await records(house))["letter"].id
        await house.catalog.documents.delete(DEFAULT_WORKSPACE, [letter])
        await house.rest()

    async def check(house: House) -> None:
        found = await records(house)
        inside = {"mail!/kept.txt", "mail!/come.box", "mail!/come.box!/new.txt"}
        assert set(found) == {"mail"} | inside
        assert found["mail!/kept.txt"].version == 1
        names = {"kept.txt", "come.box", "new.txt"}
        assert await house.both() == names | {"kept", "new 1", "new 2"}
        assert await house.catalog.ledger.unfinished(9) == []

    assert await kill_everywhere(tmp_path, prepare, story, check, WholeOnly(), after=after) > 15


async def test_an_unreadable_whole_gives_no_members_and_leaves_no_bytes(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.reader = TornReader()
    house.wire(house.catalog.ledger, house.panels)
    await house.open()
    await house.pour("torn", "mail")
    await house.pour("a", "kept")
    await house.rest()
    found = await records(house)
    assert {source: record.reason for source, record in found.items()} == {
        "mail": "malformed",
        "kept": "malformed",
    }
    assert kept_bytes(house) == [b"a", b"torn"]


class TornReader(LineReader):
    """Hands over files with bytes of their own, and one that is stored already, then gives up."""

    async def read(
        self,
        source: Source,
        enclosed: TakeEnclosed | None = None,
        progress: NoteProgress | None = None,
        recognised: TakeRecognised | None = None,  # noqa: ARG002 - the port's
    ) -> Reading:
        assert enclosed
        assert progress
        for number, data in enumerate((b"new", b"a")):
            await enclosed(Enclosed(f"{source.filename}-{number}", _pieces(data)))
        raise UnreadableDocument(Unreadable.MALFORMED, "Torn.", "Get it again.")


async def test_documents_lie_in_others_five_levels_deep_at_most(house: House) -> None:
    inside: object = "the bottom"
    for _ in range(8):
        inside = {"box": {"b": inside}}
    await house.pour(json.dumps(inside), "mail")
    await house.rest()
    found = await records(house)
    deepest = max(found, key=len)
    assert deepest == "mail" + "!/b" * 5
    assert found[deepest].metadata["members_not_opened"] == ["b (more than 5 files deep)"]
    assert found[deepest].state is VersionState.LIVE


class FullMembers(InMemoryMembers):
    """Members of documents whose topmost one holds as much as a test says."""

    said = Nesting(0, 0, 0)

    async def nesting(self, document: UUID) -> Nesting:  # noqa: ARG002 - the port's
        return self.said


@pytest.mark.parametrize("said", [Nesting(1, FILES - 1, 0), Nesting(1, 0, SIZE - 1)])
async def test_one_document_holds_a_bounded_number_of_files_in_all(
    house: House, said: Nesting
) -> None:
    full = FullMembers(house.catalog.tables, house.catalog.documents)
    full.said = said
    house.wire(house.catalog.ledger, house.panels, members=full)
    await house.pour(box(a_txt="first", b_txt="second", c_txt="third"), "mail")
    await house.rest()
    found = await records(house)
    assert set(found) == {"mail", "mail!/a.txt"}
    notes = found["mail"].metadata["members_not_opened"]
    assert notes == [
        f"{name} (more than 10,000 files or 5 GiB in one)" for name in ("b.txt", "c.txt")
    ]


CORPUS = '{"_id": "a", "text": "first"}\n\n{"text": "second"}\n'


async def test_a_corpus_inside_becomes_a_document_for_each_record(house: House) -> None:
    await house.pour(box(notes_jsonl=CORPUS, a_txt="beside"), "mail")
    await house.rest()
    found = await records(house)
    inside = {"mail!/a.txt", "mail!/notes.jsonl#a", "mail!/notes.jsonl#line-3"}
    assert set(found) == {"mail", *inside}
    assert found["mail"].metadata["members"] == 3
    assert found["mail!/notes.jsonl#a"].parent == found["mail"].id
    assert '{"_id": "a", "text": "first"}' in {text.strip() for text in await house.both()}


async def test_a_corpus_inside_that_is_too_long_is_named_and_leaves_nothing(house: House) -> None:
    full = FullMembers(house.catalog.tables, house.catalog.documents)
    full.said = Nesting(1, FILES - 2, 0)
    house.wire(house.catalog.ledger, house.panels, members=full)
    await house.pour(box(a_txt="beside", notes_jsonl=CORPUS, b_txt="behind"), "mail")
    await house.rest()
    found = await records(house)
    assert set(found) == {"mail", "mail!/a.txt", "mail!/b.txt"}
    notes = found["mail"].metadata["members_not_opened"]
    assert notes == ["notes.jsonl (more than 10,000 files or 5 GiB in one)"]
    assert CORPUS.encode() not in kept_bytes(house)


async def test_a_file_inside_that_is_over_the_limit_is_named(house: House) -> None:
    big = "x" * (LIMIT + 1)
    data = box(a_txt="small", big_txt=big).encode()
    await house.catalog.documents.accept(DEFAULT_WORKSPACE, [await _arrive(house, data, {})])
    await house.rest()
    found = await records(house)
    assert set(found) == {"mail", "mail!/a.txt"}
    assert found["mail"].metadata["members_not_opened"] == ["big.txt (over 0 MiB)"]


async def test_members_of_a_version_that_was_overtaken_leave_no_bytes(house: House) -> None:
    await house.pour(box(old_txt="old"), "mail")
    receipt = await house.pour(box(new_txt="new"), "mail")
    members = house.catalog.members
    await members.enclose(receipt.ref, [])
    await house.rest()
    found = await records(house)
    assert set(found) == {"mail", "mail!/new.txt"}
    assert b"old" not in kept_bytes(house)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _arrive(house: House, data: bytes, metadata: dict[str, object]) -> Arrival:
    stored = await house.catalog.blobs.put(_pieces(data), limit=10 * LIMIT)
    where = (stored.sha256, stored.sha256, 0, stored.size)
    return Arrival("mail", "mail.box", *where, metadata=metadata)
