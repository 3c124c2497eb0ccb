from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import Conflict
from contracts.measuring import Kind, Label, Question
from contracts.nouns import DEFAULT_WORKSPACE, Card, Part, Reading, Span, VersionRef
from contracts.record import KeptReading
from eval.answers import Place
from eval.corpus import Anchored, Corpus, Fault, anchor, look
from tests.catalog.desk import Desk, arrival
from tests.fakes.catalog import InMemoryCatalog

FIRST = "Bail. Le préavis est de\ntrois mois. Trois mois plus tard, il part."
SECOND = "Le loyer est de 900 euros."


def kept(ref: VersionRef, *texts: str, name: str) -> KeptReading:
    parts = tuple(Part(number, "page", text) for number, text in enumerate(texts))
    reading = Reading("text/plain", parts, name, {}, name)
    return KeptReading(ref, reading, Card(DEFAULT_WORKSPACE, name, name, "text/plain", name))


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    return await Desk(InMemoryCatalog(tmp_path)).opened()


async def filled(desk: Desk, *names: str) -> Corpus:
    refs = await desk.live_documents(*names)
    for ref, name in zip(refs, names, strict=True):
        await desk.catalog.ledger.save_readings([kept(ref, FIRST, SECOND, name=name)])
    return await look(desk.catalog.documents, DEFAULT_WORKSPACE)


async def anchored(desk: Desk, *labels: Label) -> Anchored:
    corpus = await filled(desk, "folder/bail.txt", "other.txt")
    question = Question("q", "?", labels=labels)
    return await anchor([question], corpus, desk.catalog.ledger)


@pytest.mark.parametrize(
    ("label", "part", "span"),
    [
        (Label("bail.txt", "préavis est de trois mois"), 0, Span(9, 34)),
        (Label("folder/bail.txt", "900 EUROS"), 1, Span(16, 25)),
        (Label("bail.txt", "trois mois", 0, Span(36, 46)), 0, Span(36, 46)),
        (Label("bail.txt", span=Span(3, 8), part=1), 1, Span(3, 8)),
        (Label("bail.txt"), 0, None),
    ],
)
async def test_a_label_is_found_where_it_stands(
    desk: Desk, label: Label, part: int, span: Span | None
) -> None:
    found = await anchored(desk, label)
    ((place, grade),) = found.places["q"]
    assert (place.part, place.span, grade, found.doubts) == (part, span, 1, ())


@pytest.mark.parametrize(
    ("label", "fault", "broken"),
    [
        (Label("gone.txt", "x"), Fault.MISSING, True),
        (Label("bail.txt", "six mois"), Fault.LOST, True),
        (Label("bail.txt", span=Span(60, 90)), Fault.OUTSIDE, True),
        (Label("bail.txt", "loyer", 1, Span(4, 9)), Fault.MOVED, False),
        (Label("bail.txt", "trois mois"), Fault.REPEATED, False),
    ],
)
async def test_a_label_that_does_not_match_is_in_doubt(
    desk: Desk, label: Label, fault: Fault, *, broken: bool
) -> None:
    found = await anchored(desk, label, Label("other.txt"))
    assert [(one.label, one.fault) for one in found.doubts] == [(label, fault)]
    assert bool(found.broken) is broken
    assert len(found.places["q"]) == 2


async def test_a_broken_label_is_met_by_nothing(desk: Desk) -> None:
    found = await anchored(desk, Label("bail.txt", "six mois"), Label("gone.txt"))
    places = [place for place, _ in found.places["q"]]
    corpus = await look(desk.catalog.documents, DEFAULT_WORKSPACE)
    there = str(corpus.names["bail.txt"].document)
    assert not any(place.shares(Place(there, 0, Span(0, 999))) for place in places)


async def test_a_name_of_two_documents_is_no_name(desk: Desk) -> None:
    corpus = await filled(desk, "a/bail.txt", "b/bail.txt")
    question = Question("q", "?", labels=(Label("bail.txt"),))
    (doubt,) = (await anchor([question], corpus, desk.catalog.ledger)).doubts
    assert doubt.fault is Fault.AMBIGUOUS


async def test_nothing_is_looked_up_for_what_has_no_label(desk: Desk) -> None:
    corpus = await filled(desk, "a.txt")
    found = await anchor([Question("q", "?", kind=Kind.UNANSWERABLE)], corpus, desk.catalog.ledger)
    assert found.places == {"q": ()}


async def test_the_fingerprint_is_of_names_and_bytes_whatever_the_order(tmp_path: Path) -> None:
    async def fingerprint(folder: str, *names: str) -> str:
        (tmp_path / folder).mkdir()
        desk = await Desk(InMemoryCatalog(tmp_path / folder)).opened()
        await desk.live_documents(*names)
        return (await look(desk.catalog.documents, DEFAULT_WORKSPACE)).fingerprint

    first = await fingerprint("1", "a", "b")
    assert first == await fingerprint("2", "b", "a")
    assert first != await fingerprint("3", "a")
    assert first != await fingerprint("4", "a", "c")


async def test_the_same_bytes_under_another_name_are_another_corpus(desk: Desk) -> None:
    found = []
    for name in ("a", "b"):
        (receipt,) = await desk.accept(arrival("source", "same"))
        await desk.ingest(receipt.ref)
        await desk.catalog.ledger.save_readings([kept(receipt.ref, FIRST, name=name)])
        found.append((await look(desk.catalog.documents, DEFAULT_WORKSPACE)).fingerprint)
        await desk.delete(receipt.ref.document)
    assert found[0] != found[1]


async def test_documents_on_their_way_are_waited_for(desk: Desk) -> None:
    before = await filled(desk, "a", "b")
    await desk.accept(replace(arrival("b", "new"), filename="b.txt"))
    with pytest.raises(Conflict, match="1 documents"):
        await look(desk.catalog.documents, DEFAULT_WORKSPACE)
    assert before.documents == 2
