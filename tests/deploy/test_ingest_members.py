"""``diptych ingest`` waits for what lies inside the files, and names it by its path there."""

import json
from pathlib import Path

from contracts.nouns import DEFAULT_WORKSPACE
from deploy.commands.ingest import Awaited, Outcome, ended
from tests.ingestion.house import House

BOX = {"box": {"b.txt": "second", "a.bin": "\n", "in.box": {"box": {"c.txt": "third"}}}}


def silent(_stage: str, _done: int, _total: int) -> None:
    pass


async def follow(house: House, *, unchanged: bool = False) -> list[Outcome]:
    receipt = await house.pour(json.dumps(BOX), "file:/x/mail.eml")
    await house.rest()
    waiting = {receipt.ref.document: Awaited("x/mail.eml", unchanged)}
    return [o async for o in ended(house.catalog.documents, DEFAULT_WORKSPACE, waiting, silent)]


async def test_a_line_for_the_file_and_one_for_each_document_in_it(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    outcomes = await follow(house)
    assert [(o.path, o.state, o.reason) for o in outcomes] == [
        ("x/mail.eml", "live", None),
        ("x/mail.eml!/b.txt", "live", None),
        ("x/mail.eml!/a.bin", "quarantined", "empty"),
        ("x/mail.eml!/in.box", "live", None),
        ("x/mail.eml!/in.box!/c.txt", "live", None),
    ]


async def test_the_same_file_again_gives_the_same_lines(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    first = await follow(house)
    again = await follow(house, unchanged=True)
    assert [o.path for o in sorted(again, key=_path)] == [o.path for o in sorted(first, key=_path)]
    assert all(outcome.unchanged for outcome in again)
    assert {o.document for o in first} == {o.document for o in again}


def _path(outcome: Outcome) -> str:
    return outcome.path
