"""What is found by a small piece is read with its parent, exactly, and each parent once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from contracts.digests import embed
from contracts.nouns import (
    ChunkId,
    PanelHits,
    PanelName,
    PanelQuery,
    Parent,
    Passage,
    ReadMode,
)
from inference.language import LangidDetector
from inference.sentences import SentencexSplitter
from retrieval.answering import Ask
from retrieval.asking import Answer, AskRequest, Found, SearchRequest
from tests.fakes.inference import ScriptedChat
from tests.panels.fake import InMemoryPanel
from tests.retrieval.shelf import Counting, Shelf, make_family

WHO = "Le contrat de la société Orphée est résilié par courrier recommandé."
HOW_LONG = "Dans ce cas, un délai de quatre-vingt-dix jours s'applique."
OTHER = "La cantine est ouverte à midi."
QUESTION = "Comment le contrat de la société Orphée est-il résilié ?"


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    ref = await shelf.pour("contrat", f"{WHO}\n\n{HOW_LONG}\n\n{OTHER}")
    make_family(shelf.panels.values(), shelf.parts[ref], ref, Parent(0, 2))
    return shelf


def parents(found: Sequence[Found]) -> list[str | None]:
    return [one.parent.text if one.parent else None for one in found]


async def found(shelf: Shelf, text: str = QUESTION, *, limit: int = 10) -> Sequence[Found]:
    asked = SearchRequest("default", text, limit=limit, parents=True)
    return (await shelf.search()(asked)).found


async def answer(shelf: Shelf, chat: ScriptedChat | None = None, **tuning: object) -> Answer:
    shelf.tune(**tuning)
    ask = Ask(shelf.search(), SentencexSplitter(), LangidDetector(), Counting(), chat)
    return await ask(AskRequest("default", QUESTION, limit=1))


async def test_a_search_gives_children_unless_parents_are_wished(shelf: Shelf) -> None:
    plain = (await shelf.search()(SearchRequest("default", QUESTION))).found
    assert parents(plain) == [None, None, None]
    assert {one.chunk.text for one in plain} == {f"{WHO}\n\n", HOW_LONG, OTHER}


async def test_a_wished_parent_stands_in_the_part_at_its_span_and_comes_once(shelf: Shelf) -> None:
    first, second = await found(shelf)
    assert first.chunk.text.strip() in {WHO, HOW_LONG}
    assert first.parent is not None
    assert first.read.text == f"{WHO}\n\n{HOW_LONG}"
    part = shelf.parts[first.chunk.id.ref]
    assert part[first.read.span.start : first.read.span.end] == first.read.text
    assert first.parent.id == first.chunk.id
    assert second.chunk.text == second.read.text == OTHER


async def test_each_family_takes_one_place_of_the_limit(shelf: Shelf) -> None:
    assert [one.read.text for one in await found(shelf, limit=2)] == [f"{WHO}\n\n{HOW_LONG}", OTHER]


async def test_a_parent_answers_what_the_child_alone_cannot(shelf: Shelf) -> None:
    said = [f"{HOW_LONG} [1]"]
    alone = await answer(shelf, ScriptedChat(said), answer__parents=0)
    assert alone.refused
    whole = await answer(shelf, ScriptedChat(said), answer__parents=1)
    assert whole.text == f"{HOW_LONG} [1]"
    (citation,) = whole.citations
    part = shelf.parts[citation.chunk.ref]
    assert part[citation.span.start : citation.span.end] == citation.quote == HOW_LONG
    assert citation.chunk == whole.search.found[0].chunk.id


async def test_a_model_is_shown_the_parent(shelf: Shelf) -> None:
    chat = ScriptedChat(["NOT_IN_DOCUMENTS"])
    await answer(shelf, chat)
    assert f"{WHO}\n\n{HOW_LONG}" in chat.asked[0][-1].content


class Half(InMemoryPanel):
    """Has lost the second chunk since it was searched."""

    async def read(self, workspace: str, ids: Sequence[ChunkId]) -> dict[ChunkId, Passage]:
        held = await super().read(workspace, ids)
        return {key: one for key, one in held.items() if key.ordinal != 1}


class Silent(InMemoryPanel):
    """Stops once it was searched."""

    async def search(self, query: PanelQuery) -> PanelHits:
        hits = await super().search(query)
        self.down = True
        return hits


@pytest.mark.parametrize("kind", [Half, Silent])
async def test_without_the_whole_parent_the_child_is_given(
    shelf: Shelf, kind: type[InMemoryPanel]
) -> None:
    for name, panel in shelf.panels.items():
        other = kind(name)
        vars(other).update(vars(panel))
        shelf.panels[name] = other
    assert parents(await found(shelf)) == [None, None]


async def test_the_other_panel_gives_the_parents_when_one_stops(shelf: Shelf) -> None:
    stopped = Silent(PanelName.VECTOR)
    vars(stopped).update(vars(shelf.panels[PanelName.VECTOR]))
    shelf.panels[PanelName.VECTOR] = stopped
    shelf.follow(ReadMode.FUSED)
    assert parents(await found(shelf))[0] == f"{WHO}\n\n{HOW_LONG}"


async def test_a_parent_that_no_chunker_makes_is_not_read(shelf: Shelf) -> None:
    (ref,) = shelf.parts
    for panel in shelf.panels.values():
        for key, one in panel.chunks.items():
            chunk = replace(one.chunk, parent=Parent(0, 2_000_000_000))
            panel.chunks[key] = embed(chunk, one.embedding, "hash")
    assert parents(await found(shelf)) == [None]
    assert ref in shelf.parts
