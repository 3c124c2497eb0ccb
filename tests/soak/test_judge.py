"""The judge finds what it is there to find; a judge that cannot is no proof."""

import random
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from tests.soak.book import Book, Edition, Entry, Truth, marks, word_for
from tests.soak.judge import (
    Fault,
    Kept,
    Listed,
    Passage,
    Wrong,
    judge_answer,
    judge_document,
    judge_listing,
)

ID = UUID(int=1)


@pytest.fixture
def book() -> Book:
    return Book(random.Random(3))  # noqa: S311


@pytest.fixture
def entry(book: Book) -> Entry:
    """A document whose third edition, of four pieces, is acknowledged."""
    one = book.add()
    for _ in range(3):
        one.is_now(book.edition(one, 4))
    one.id = ID
    return one


def edition(entry: Entry) -> Edition:
    only = entry.edition
    assert only
    return only


def passages(shown: Truth, document: UUID = ID) -> list[Passage]:
    """The chunks of an edition as a panel that keeps its promise gives them."""
    assert shown
    sections = shown.data.decode().split("\n\n## ")
    return [Passage(document, text if text[0] == "#" else f"## {text}") for text in sections]


def wrongs(faults: list[Fault]) -> set[Wrong]:
    return {fault.wrong for fault in faults}


def listed(entry: Entry, state: str = "live") -> Listed:
    assert entry.id
    return Listed(entry.id, entry.source, state)


def kept(chunks: list[Passage], found: list[Passage] | None = None) -> Kept:
    return Kept("graph", chunks, chunks if found is None else found)


def test_a_promise_that_is_kept_is_no_fault(entry: Entry) -> None:
    whole = passages(edition(entry))
    other = replace(edition(entry), word="other")
    assert not judge_answer("a search", whole, whole=True)
    assert not judge_answer("a search", [], whole=True)
    assert not judge_answer("a search", [*whole, *passages(other, uuid4())], whole=True)
    assert not judge_listing({entry.source: entry}, [listed(entry)], [entry.source])
    assert not judge_document(entry, listed(entry), [kept(whole), kept(whole)])


def test_two_editions_in_one_answer_are_half_seen(book: Book, entry: Entry) -> None:
    old, new = passages(edition(entry)), passages(book.edition(entry, 4))
    assert Wrong.HALF_SEEN in wrongs(judge_answer("a search", [old[0], new[1]], whole=False))
    assert Wrong.HALF_SEEN in wrongs(judge_answer("chunks", [*old, *new], whole=True))


def test_a_part_of_an_edition_is_half_seen_when_there_was_room_for_all(entry: Entry) -> None:
    some = passages(edition(entry))[1:]
    assert wrongs(judge_answer("chunks", some, whole=True)) == {Wrong.HALF_SEEN}
    assert not judge_answer("a search for the ten best", some, whole=False)


def test_a_chunk_that_comes_twice_is_doubled(entry: Entry) -> None:
    whole = passages(edition(entry))
    again = [*whole, whole[2]]
    assert wrongs(judge_answer("a search", again, whole=True)) == {Wrong.DOUBLED}
    assert Wrong.DOUBLED in wrongs(judge_document(entry, listed(entry), [kept(again)]))


def test_an_acknowledged_document_that_is_not_there_is_lost(entry: Entry) -> None:
    assert wrongs(judge_listing({entry.source: entry}, [], [entry.source])) == {Wrong.LOST}


def test_a_document_that_is_there_twice_is_doubled(entry: Entry) -> None:
    twice = [listed(entry), replace(listed(entry), id=uuid4())]
    assert wrongs(judge_listing({entry.source: entry}, twice, [entry.source])) == {Wrong.DOUBLED}


def test_a_document_under_another_id_is_lost_for_who_was_told_the_first(entry: Entry) -> None:
    other = replace(listed(entry), id=uuid4())
    assert wrongs(judge_listing({entry.source: entry}, [other], [entry.source])) == {Wrong.LOST}


def test_a_document_that_nobody_sent_is_doubled_whatever_is_judged(entry: Entry) -> None:
    stranger = Listed(uuid4(), "elsewhere", "live")
    found = judge_listing({entry.source: entry}, [listed(entry), stranger], [])
    assert wrongs(found) == {Wrong.DOUBLED}


def test_a_deleted_document_that_is_there_is_doubled(entry: Entry) -> None:
    there = [listed(entry)]
    entry.is_now(None)
    assert wrongs(judge_listing({entry.source: entry}, there, [entry.source])) == {Wrong.DOUBLED}


def test_a_deleted_document_that_comes_back_beside_its_successor_is_doubled(
    book: Book, entry: Entry
) -> None:
    old = listed(entry)
    entry.is_now(None)
    entry.is_now(book.edition(entry, 2))
    entry.id = uuid4()
    both = [old, listed(entry)]
    found = judge_listing({entry.source: entry}, both, [entry.source])
    assert sum("came back" in fault.detail for fault in found) == 1


@pytest.mark.parametrize("panel", [0, 1])
def test_an_older_edition_in_one_panel_is_lost(book: Book, entry: Entry, panel: int) -> None:
    old = passages(edition(entry))
    entry.is_now(book.edition(entry, 4))
    shown = [kept(passages(edition(entry))), kept(passages(edition(entry)))]
    shown[panel] = kept(old)
    assert wrongs(judge_document(entry, listed(entry), shown)) == {Wrong.LOST}


def test_a_missing_chunk_a_changed_word_and_an_empty_panel_are_lost(entry: Entry) -> None:
    whole = passages(edition(entry))
    changed = [replace(whole[0], text=whole[0].text.replace("tells", "told")), *whole[1:]]
    for chunks in (whole[:-1], changed, []):
        found = judge_document(entry, listed(entry), [kept(whole), kept(chunks, whole)])
        assert Wrong.LOST in wrongs(found)


def test_a_document_that_no_search_finds_whole_is_lost(entry: Entry) -> None:
    whole = passages(edition(entry))
    found = judge_document(entry, listed(entry), [kept(whole, [])])
    assert wrongs(found) == {Wrong.LOST}


def test_either_outcome_of_an_unanswered_call_is_right_but_only_whole(
    book: Book, entry: Entry
) -> None:
    before = edition(entry)
    after = book.edition(entry, 3)
    entry.may_become(after)
    for outcome in (before, after):
        assert not judge_document(entry, listed(entry), [kept(passages(outcome))] * 2)
    one_each = [kept(passages(before)), kept(passages(after))]
    assert wrongs(judge_document(entry, listed(entry), one_each)) == {Wrong.LOST}
    mixed = kept([*passages(before)[:1], *passages(after)[1:]])
    assert Wrong.HALF_SEEN in wrongs(judge_document(entry, listed(entry), [mixed]))


def test_an_unanswered_delete_leaves_all_or_nothing(entry: Entry) -> None:
    part = kept(passages(edition(entry))[:2])
    entry.may_become(None)
    assert not judge_listing({entry.source: entry}, [], [entry.source])
    assert not judge_listing({entry.source: entry}, [listed(entry)], [entry.source])
    assert Wrong.LOST in wrongs(judge_document(entry, listed(entry), [part]))


def test_a_broken_file_is_to_end_quarantined_and_empty(book: Book, entry: Entry) -> None:
    broken = book.edition(entry, 0)
    entry.is_now(broken)
    assert not judge_document(entry, listed(entry, "quarantined"), [kept([])])
    assert Wrong.LOST in wrongs(judge_document(entry, listed(entry, "live"), [kept([])]))


def test_a_version_that_is_not_live_yet_is_lost_once_all_has_settled(entry: Entry) -> None:
    whole = kept(passages(edition(entry)))
    assert Wrong.LOST in wrongs(judge_document(entry, listed(entry, "processing"), [whole]))


def test_every_piece_is_marked_and_every_word_is_its_own(entry: Entry) -> None:
    text = edition(entry).data.decode()
    assert [(m.word, m.edition, m.piece, m.pieces) for m in marks(text)] == [
        (entry.word, 3, piece, 4) for piece in range(1, 5)
    ]
    assert len({word_for(number) for number in range(5000)}) == 5000
