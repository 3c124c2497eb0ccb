"""``diptych duplicates``, ``delete``, ``restore``, ``retry`` and ``cancel``: what they do and say.

The commands as they are typed, over a service in memory.
"""

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import DocumentRecord, VersionState
from deploy.cli import app
from deploy.commands import duplicates, order, trash
from deploy.duplicates import Duplicates
from deploy.wiring import Diptych
from ingestion.comparing import CompareStored
from ingestion.deciding import Decide
from ingestion.ordering import Order
from tests.ingestion.house import House
from tests.ingestion.twinning import dice, letter, other_format, scan

LETTER = letter("en", "roof", "Alice")


class Desk:
    """A service in memory that the commands open, and what is in it."""

    def __init__(self, house: House) -> None:
        self.house = house
        catalog = house.catalog
        record, documents = catalog.likeness, catalog.documents
        stored = CompareStored(catalog.ledger, record, house.compare)
        decide = Decide(documents, record, house.discard)
        self.diptych = SimpleNamespace(
            documents=documents,
            order=Order(catalog.handling, documents),
            duplicates=Duplicates(record, house.compare, stored, decide, house.discard),
        )

    @asynccontextmanager
    async def opened(self, *_: object) -> AsyncIterator[Diptych]:
        yield cast("Diptych", self.diptych)

    def run(self) -> None:
        asyncio.run(self.house.run())

    def pour(self, text: str | bytes, source: str, *, read: bool = True) -> UUID:
        """Have a document; unless it is to wait, it is read."""
        receipt = asyncio.run(self.house.pour(text, source))
        if read:
            self.run()
        return receipt.ref.document

    def get(self, document: UUID) -> DocumentRecord:
        return asyncio.run(self.house.catalog.documents.get(DEFAULT_WORKSPACE, document))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(asyncio.run(House(tmp_path).open()))
    for command in (duplicates, order, trash):
        monkeypatch.setattr(command, "open_diptych", desk.opened)
    monkeypatch.setenv("DIPTYCH_HOME", str(tmp_path))
    return desk


def typed(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def said(*words: object) -> str:
    """Give what a command prints, its lines put together."""
    result = typed(*words)
    assert result.exception is None, result.exception
    return " ".join(result.stdout.split())


def lines(*words: object) -> list[dict[str, Any]]:
    """Give the objects that a command prints."""
    result = typed(*words, "--json")
    assert result.exception is None, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_what_is_alike_is_listed_the_newest_first(desk: Desk) -> None:
    one = desk.pour(LETTER, "letter [1]")
    two = desk.pour(other_format(LETTER, dice(1)), "other")
    three = desk.pour(scan(0.03)(LETTER, dice(1)), "scan")
    told = said("duplicates")
    assert told.index(str(three)) < told.index(f"same_text 100% {one}")
    assert f"{one} a.txt (letter [1])" in told
    (found,) = lines("duplicates", "--verdict", "same_text")
    assert {found["document"]["id"], found["other"]["id"]} == {str(one), str(two)}
    assert len(lines("duplicates", "--limit", 1)) == 1
    assert lines("duplicates", "--workspace", "other") == []


def test_pairs_are_put_apart_and_opened_again(desk: Desk) -> None:
    one, two = desk.pour(LETTER, "one"), desk.pour(LETTER, "two")
    assert "two documents" in said("duplicates", "decide", one, two, "apart")
    assert lines("duplicates") == []
    assert len(lines("duplicates", "--apart")) == 1
    (told,) = lines("duplicates", "decide", one, two, "open")
    assert told == {"document": str(one), "other": str(two), "decision": "open"}
    assert len(lines("duplicates")) == 1
    audit = desk.house.catalog.tables.audit
    assert [row.actor for row in audit] == [f"command line, {getpass.getuser()}"] * 2


def test_a_merge_is_made_and_split_again(desk: Desk) -> None:
    one, two = desk.pour(scan(0.03)(LETTER, dice(1)), "one"), desk.pour(LETTER, "two")
    assert f"newest version of {one}" in said("duplicates", "decide", one, two, "merge")
    desk.run()
    assert (desk.get(one).version, desk.get(one).source) == (2, "one")
    with pytest.raises(NotFound):
        desk.get(two)
    assert f"merged into {one}" in said("restore", "--list")
    (back,) = lines("restore", two)
    desk.run()
    assert desk.get(UUID(back["ref"]["document"])).source == "two"
    assert desk.get(one).version == 3


def test_decisions_that_cannot_be_are_refused(desk: Desk) -> None:
    one, bad = desk.pour(LETTER, "one"), desk.pour(b"\xff\xfe", "bad")
    assert isinstance(typed("duplicates", "decide", one, bad, "merge").exception, Conflict)
    assert isinstance(typed("duplicates", "decide", one, uuid4(), "apart").exception, NotFound)
    assert isinstance(typed("duplicates", "decide", one, one, "apart").exception, InvalidInput)
    assert typed("duplicates", "decide", one, bad, "burn").exit_code == 2


def test_what_was_ingested_before_is_compared(desk: Desk) -> None:
    for source in ("one", "two"):
        desk.pour(LETTER, source)
    desk.house.catalog.likeness.forget()
    assert said("duplicates", "measure", "--quiet") == "2 documents were compared."
    assert lines("duplicates", "measure", "--quiet") == [{"compared": 0}]
    assert len(lines("duplicates")) == 1


def test_what_is_deleted_is_listed_with_who_did_it_and_comes_back(desk: Desk) -> None:
    one, two = desk.pour("old words", "one"), desk.pour("others", "two")
    assert said("delete", one, two).startswith("Deleted: 2;")
    desk.run()
    told = said("restore", "--list")
    assert f"by command line, {getpass.getuser()}" in told
    assert str(one) in told
    assert len(lines("restore", "--list")) == 2
    assert "accepted again" in said("restore", one)
    desk.run()
    assert asyncio.run(desk.house.both()) == {"old words"}
    assert isinstance(typed("restore", one).exception, NotFound)


def test_what_is_deleted_for_ever_does_not_come_back(desk: Desk) -> None:
    one, two = desk.pour("old words", "one"), desk.pour("others", "two")
    said("delete", one)
    desk.run()
    assert lines("delete", one, two, "--forever") == [{"deleted": [str(two), str(one)]}]
    assert lines("restore", "--list") == []
    for command in ("delete", "restore"):
        assert isinstance(typed(command, one).exception, NotFound)


def test_restoring_needs_a_name_and_a_source_that_is_free(desk: Desk) -> None:
    assert isinstance(typed("restore").exception, InvalidInput)
    one = desk.pour("old words", "one")
    said("delete", one)
    desk.pour("new words", "one")
    assert isinstance(typed("restore", one).exception, Conflict)


def test_many_are_cancelled_and_each_refusal_is_told(desk: Desk) -> None:
    live, waits = desk.pour("words", "live"), desk.pour("more", "waits", read=False)
    result = typed("cancel", waits, live, waits)
    assert result.exit_code == 1
    assert f"{waits}: cancelled" in result.stdout
    assert result.stdout.count(str(waits)) == 1
    assert "nothing to cancel" in " ".join(result.stderr.split())
    told = [json.loads(line) for line in typed("cancel", waits, live, "--json").stdout.splitlines()]
    assert [one["state"] for one in told] == ["cancelled", "live"]
    assert told[0]["refused"] is None
    assert lines("retry", "--state", "cancelled") == [{"retried": [str(waits)], "ignored": 0}]
    desk.run()
    assert desk.get(waits).state is VersionState.LIVE


def test_all_that_wait_are_stopped_when_that_is_said(desk: Desk) -> None:
    live = desk.pour("words", "live")
    waits = [desk.pour(name, name, read=False) for name in ("one", "two")]
    for wrong in ((), (waits[0], "--all"), ("--state", "live")):
        assert isinstance(typed("cancel", *wrong).exception, InvalidInput)
    assert lines("cancel", "--state", "processing") == [{"cancelled": []}]
    assert lines("cancel", "--all") == [{"cancelled": sorted(map(str, waits))}]
    assert "0 documents are stopped." in said("cancel", "--all")
    assert desk.get(live).state is VersionState.LIVE
