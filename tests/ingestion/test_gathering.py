"""What a look at a place takes in, and what it leaves when something goes wrong."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from contracts.errors import (
    CatalogUnavailable,
    Conflict,
    DiptychError,
    NotFound,
    SetupFailed,
    TooLarge,
    Unavailable,
)
from contracts.intake import Missed, Place, PlaceKind, Report
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import Receipt
from ingestion.gathering import BATCH, Gather
from ingestion.receiving import Upload
from tests.fakes.intake import FakeIntake
from tests.ingestion.house import LIMIT, House

PLACE = Place("scans", PlaceKind.FOLDER, "/srv/scans")
MIRROR = replace(PLACE, mirror=True)
AWAY = Unavailable("It does not answer.", "Wait.")


@dataclass
class Scene:
    """A house and a place that is gathered into it; ``faults`` are met by the next uploads."""

    house: House
    intake: FakeIntake = field(default_factory=FakeIntake)
    faults: list[Exception] = field(default_factory=list)
    patient: list[bool] = field(default_factory=list)

    async def receive(self, workspace: str, upload: Upload) -> list[Receipt]:
        self.patient.append(upload.bulk)
        if self.faults:
            raise self.faults.pop()
        return await self.house.receive(workspace, upload)

    async def look(self, place: Place = PLACE, *, again: bool = False) -> Report:
        catalog = self.house.catalog
        await catalog.places.add(place)
        gather = Gather(catalog.places, self.house.discard, self.receive, self.intake.opened)
        return await gather(place, again=again)

    async def documents(self) -> dict[str, int]:
        """Give the newest version of each document, by source."""
        page = await self.house.catalog.documents.find(DEFAULT_WORKSPACE, limit=1000)
        return {one.source: one.version for one in page.items}

    async def last(self) -> Report | None:
        return (await self.house.catalog.places.get(PLACE.name)).report


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    return Scene(await House(tmp_path).open())


async def test_what_is_new_or_changed_is_taken_and_the_rest_is_not_read(scene: Scene) -> None:
    for source in ("a.txt", "b.txt"):
        scene.intake.put(source, source)
    assert await scene.look() == Report(new=2)
    scene.intake.put("b.txt", "b, changed")
    scene.intake.put("c.txt", "c")
    assert await scene.look() == Report(new=1, changed=1, unchanged=1)
    assert scene.intake.reads == 4
    assert await scene.documents() == {"a.txt": 1, "b.txt": 2, "c.txt": 1}
    assert await scene.last() == Report(new=1, changed=1, unchanged=1)


async def test_a_new_mark_on_the_same_bytes_is_no_new_version(scene: Scene) -> None:
    scene.intake.put("a.txt", "a")
    await scene.look()
    scene.intake.put("a.txt", "a")
    assert await scene.look() == Report(unchanged=1)
    assert await scene.documents() == {"a.txt": 1}


async def test_what_a_crash_leaves_is_taken_once(scene: Scene) -> None:
    scene.intake.put("a.txt", "a")
    await scene.look()
    await scene.house.catalog.places.forget(PLACE.name, ["a.txt"])
    assert await scene.look() == Report(unchanged=1)
    assert await scene.documents() == {"a.txt": 1}


async def test_a_corpus_is_split_wherever_it_comes_from(scene: Scene) -> None:
    lines = "\n".join(json.dumps({"_id": one, "text": one}) for one in "xyz")
    scene.intake.put("s3://b/corpus.jsonl", lines)
    assert await scene.look() == Report(new=1)
    scene.intake.put("s3://b/corpus.jsonl", lines.replace('"text": "z"', '"text": "changed"'))
    assert await scene.look() == Report(changed=1)
    documents = await scene.documents()
    assert documents == {f"s3://b/corpus.jsonl#{one}": 1 + (one == "z") for one in "xyz"}


@pytest.mark.parametrize(
    "error",
    [
        Conflict("It is being written.", "Wait."),
        NotFound("It is gone.", "Nothing."),
        AWAY,
        ValueError("a defect"),
    ],
)
async def test_one_item_that_fails_does_not_stop_the_rest(scene: Scene, error: Exception) -> None:
    scene.intake.put("bad.txt", error)
    for number in range(BATCH + 1):
        scene.intake.put(f"{number}.txt", str(number))
    report = await scene.look()
    assert (report.new, report.failed) == (BATCH + 1, 1)
    (failure,) = report.failures
    assert failure.source == "bad.txt"
    assert "ValueError" in failure.reason or failure.reason == str(error)
    scene.intake.put("bad.txt", "good now")
    assert (await scene.look()).new == 1


async def test_what_is_refused_is_said_each_time_and_read_once(scene: Scene) -> None:
    scene.intake.put("big.txt", "x" * (LIMIT + 1))
    first = await scene.look()
    assert (first.failed, first.failures[0].source) == (1, "big.txt")
    assert await scene.look() == first
    assert scene.intake.reads == 1
    assert await scene.look(again=True) == first
    assert scene.intake.reads == 2
    scene.intake.put("big.txt", "small")
    assert await scene.look() == Report(new=1)


async def test_a_service_that_cannot_take_more_ends_the_look(scene: Scene) -> None:
    for number in range(50):
        scene.intake.put(f"{number}.txt", str(number))
    scene.faults = [CatalogUnavailable("Too busy.", "Wait.")]
    with pytest.raises(CatalogUnavailable):
        await scene.look()
    ended = await scene.last()
    assert ended is not None
    assert (ended.error, ended.failed) == ("Too busy. Wait.", 0)
    assert scene.intake.reads < 50
    report = await scene.look()
    assert report.unchanged + report.new == 50
    assert len(await scene.documents()) == 50


async def test_a_place_that_hands_nothing_out_is_not_asked_for_each_item(scene: Scene) -> None:
    for number in range(50):
        scene.intake.put(f"{number}.txt", AWAY)
    with pytest.raises(Unavailable):
        await scene.look()
    assert scene.intake.reads < 10


@pytest.mark.parametrize("error", [AWAY, SetupFailed("No password.", "Set it."), ValueError("!")])
async def test_a_place_in_trouble_is_looked_at_later_each_time(
    scene: Scene, error: Exception
) -> None:
    scene.intake.put("a.txt", "a")
    scene.intake.trouble = error
    waits = []
    for _ in range(3):
        with pytest.raises(type(error)):
            await scene.look()
        record = await scene.house.catalog.places.get(PLACE.name)
        waits.append(record.due_s)
    assert waits[0] > 2
    assert waits[0] < waits[1] < waits[2] < 60
    assert await scene.documents() == {"a.txt": 1}
    scene.intake.trouble = None
    await scene.look()
    assert (await scene.house.catalog.places.get(PLACE.name)).troubles == 0


async def test_what_is_not_whole_yet_is_looked_at_soon(scene: Scene) -> None:
    scene.intake.missed = [Missed("a.txt", "It is being written.", again_s=3.0)]
    assert await scene.look() == Report(waiting=1)
    assert (await scene.house.catalog.places.get(PLACE.name)).due_s <= 3


async def test_a_place_is_told_what_is_durable_even_when_it_was_told_before(scene: Scene) -> None:
    scene.intake.put("a.txt", "a")
    scene.intake.put("big.txt", "x" * (LIMIT + 1))
    for _ in range(2):
        await scene.look()
    assert scene.intake.told == ["a.txt", "a.txt"]


async def test_what_is_gone_stays_unless_the_place_is_mirrored(scene: Scene) -> None:
    for source in ("a.txt", "b.txt"):
        scene.intake.put(source, source)
    await scene.look()
    del scene.intake.things["a.txt"]
    assert await scene.look() == Report(unchanged=1)
    assert set(await scene.documents()) == {"a.txt", "b.txt"}


async def test_a_mirror_deletes_what_is_gone(scene: Scene) -> None:
    for source in ("a.txt", "b.txt"):
        scene.intake.put(source, source)
    scene.intake.put("c.jsonl", '{"_id": "x"}\n{"_id": "y"}')
    scene.intake.put("big.txt", "x" * (LIMIT + 1))
    await scene.look(MIRROR)
    del scene.intake.things["a.txt"]
    del scene.intake.things["big.txt"]
    scene.intake.put("c.jsonl", '{"_id": "y"}')
    assert (await scene.look(MIRROR)).removed == 2
    assert set(await scene.documents()) == {"b.txt", "c.jsonl#y"}
    trashed = (await scene.house.discard.trashed(DEFAULT_WORKSPACE, 9)).items
    assert {one.arrival.source for one in trashed} == {"a.txt", "c.jsonl#x"}
    assert {one.by for one in trashed} == {"the place scans"}
    scene.intake.put("a.txt", "a.txt")
    assert (await scene.look(MIRROR)).new == 1


@pytest.mark.parametrize("why", ["empty", "partial", "trouble", "waiting"])
async def test_a_mirror_deletes_nothing_that_it_may_not_have_seen(scene: Scene, why: str) -> None:
    for source in ("a.txt", "b.txt"):
        scene.intake.put(source, source)
    await scene.look(MIRROR)
    match why:
        case "empty":
            scene.intake.things.clear()
        case "partial":
            del scene.intake.things["a.txt"]
            scene.intake.missed = [Missed("folder", "It must not be read.")]
        case "trouble":
            del scene.intake.things["a.txt"]
            scene.intake.trouble = AWAY
        case "waiting":
            del scene.intake.things["a.txt"]
            scene.intake.missed = [Missed("a.txt", "It is being written.", 3.0)]
    try:
        report = await scene.look(MIRROR)
        assert report.removed == 0
    except DiptychError:
        pass
    assert set(await scene.documents()) == {"a.txt", "b.txt"}


async def test_two_processes_do_not_look_at_once(scene: Scene) -> None:
    await scene.house.catalog.places.add(PLACE)
    async with scene.house.catalog.places.alone(PLACE.name):
        with pytest.raises(Conflict):
            await scene.look()


async def test_a_refusal_of_the_service_is_not_blamed_on_the_place(scene: Scene) -> None:
    scene.intake.put("a.txt", "a")
    scene.faults = [TooLarge("Over the limit.", "Split it.")]
    report = await scene.look()
    assert report.failures == (Missed("a.txt", "Over the limit. Split it."),)


async def test_what_comes_by_itself_lets_uploads_of_people_pass(scene: Scene) -> None:
    scene.intake.put("a.txt", "a")
    await scene.look()
    assert scene.patient == [True]
