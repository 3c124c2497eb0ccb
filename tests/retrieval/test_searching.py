import asyncio
import dataclasses

import pytest

from contracts.content import Embedder
from contracts.errors import (
    InvalidInput,
    PanelUnavailable,
    SpaceMismatch,
    TooLarge,
)
from contracts.nouns import Filters, Generation, PanelHits, PanelName, PanelQuery, ReadMode
from contracts.observing import NullMetrics
from contracts.policy import Policy
from retrieval.asking import QUESTION_LIMIT, SearchRequest
from retrieval.searching import Search
from tests.fakes.inference import FixedSpaces, HashEmbedder
from tests.panels.fake import InMemoryPanel
from tests.retrieval.shelf import GENERATION, Counting, Shelf

NOTICE = "La durée du préavis est de trois mois.\n\nLe salaire est versé le dernier jour du mois."
CAKE = "Le gâteau cuit quarante minutes au four."


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await shelf.pour("contrat", NOTICE)
    await shelf.pour("recette", CAKE)
    return shelf


PANELS = (ReadMode.VECTOR, ReadMode.GRAPH, ReadMode.FUSED)


def ask(text: str = "Quelle est la durée du préavis ?", **how: object) -> SearchRequest:
    return SearchRequest("default", text, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", PANELS)
async def test_the_passage_that_answers_comes_first_in_every_mode(
    shelf: Shelf, mode: ReadMode
) -> None:
    result = await shelf.search()(ask(mode=mode))
    assert result.found[0].chunk.text == "La durée du préavis est de trois mois."
    assert (result.mode, result.degraded, result.generation) == (mode, None, GENERATION)
    wanted = ("vector", "graph") if mode is ReadMode.FUSED else (mode.value,)
    assert result.served_by == wanted
    assert set(result.found[0].legs) == {
        f"{w}.{leg}" for w in wanted for leg in ("dense", "lexical")
    }
    assert set(result.took_ms) == {"embed", "panel", "fuse", "total"}


async def test_the_very_next_request_follows_a_switch(shelf: Shelf) -> None:
    search = shelf.search()
    shelf.follow(ReadMode.VECTOR)
    assert (await search(ask())).served_by == ("vector",)
    shelf.follow(ReadMode.GRAPH)
    assert (await search(ask())).served_by == ("graph",)
    own = {"default": Policy(ReadMode.VECTOR)}
    shelf.plan = dataclasses.replace(shelf.plan, workspaces=own)
    assert (await search(ask())).served_by == ("vector",)


async def test_the_very_next_request_reads_the_generation_that_was_swapped_in(
    shelf: Shelf,
) -> None:
    other = Generation(2, "wider", 512, "paragraphs")
    spaces = FixedSpaces([shelf.embedder, HashEmbedder(512, "wider")], [])
    search = Search(shelf.panels, spaces, lambda: shelf.plan, NullMetrics())
    assert (await search(ask())).generation == GENERATION
    for panel in shelf.panels.values():
        await panel.prepare(other)
    shelf.plan = dataclasses.replace(shelf.plan, generation=other)
    swapped = await search(ask())
    assert (swapped.generation, swapped.found, swapped.degraded) == (other, (), None)


async def test_a_chunk_that_both_panels_hold_comes_once(shelf: Shelf) -> None:
    found = (await shelf.search()(ask())).found
    assert len({f.chunk.id for f in found}) == len(found) == 3


async def test_one_embedding_serves_both_panels(shelf: Shelf) -> None:
    await shelf.search()(ask())
    assert shelf.embedder.queries == 1


async def test_legs_tell_rank_and_score_that_the_panel_gave(shelf: Shelf) -> None:
    best = (await shelf.search()(ask(mode=ReadMode.VECTOR))).found[0]
    rank, cosine = best.legs["vector.dense"]
    assert rank == 1
    assert 0 < cosine <= 1
    assert best.score == pytest.approx(2 / 61)


async def test_limit_cuts_after_the_fusion(shelf: Shelf) -> None:
    assert len((await shelf.search()(ask(limit=1))).found) == 1


async def test_a_use_case_may_look_deeper_than_the_reader_asked(shelf: Shelf) -> None:
    looked = await shelf.search().look(ask(limit=1), depth=3)
    assert len(looked.result.found) == 3
    assert looked.vector is not None


async def test_filters_reach_the_panels(shelf: Shelf) -> None:
    ref = await shelf.pour("avenant", "Le préavis est ramené à un mois.")
    result = await shelf.search()(ask(filters=Filters(frozenset({ref.document}))))
    assert {f.source for f in result.found} == {"avenant"}


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800\n"])
async def test_an_empty_question_is_refused(shelf: Shelf, text: str) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        await shelf.search()(ask(text))


class Recording(InMemoryPanel):
    """Keeps the texts that it was asked for."""

    texts: tuple[str, ...] = ()

    async def search(self, query: PanelQuery) -> PanelHits:
        self.texts += (query.text,)
        return await super().search(query)


async def test_characters_that_no_store_keeps_do_not_reach_a_panel(shelf: Shelf) -> None:
    panel = Recording()
    await panel.prepare(GENERATION)
    shelf.panels[PanelName.VECTOR] = panel
    await shelf.search()(ask(" durée\x00du \ud800préavis\n"))
    assert panel.texts == ("durée du  préavis",)


async def test_a_question_over_the_limit_is_refused_and_the_limit_named(shelf: Shelf) -> None:
    await shelf.search()(ask("a" * QUESTION_LIMIT))
    with pytest.raises(TooLarge, match=str(QUESTION_LIMIT)):
        await shelf.search()(ask("a" * (QUESTION_LIMIT + 1)))


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_limit_out_of_range_is_refused(shelf: Shelf, limit: int) -> None:
    with pytest.raises(InvalidInput, match=str(limit)):
        await shelf.search()(ask(limit=limit))


@pytest.mark.parametrize("mode", [ReadMode.GRAPH, ReadMode.FUSED, None])
async def test_a_panel_that_does_not_serve_is_not_read_and_it_is_said(
    shelf: Shelf, mode: ReadMode | None
) -> None:
    shelf.plan = dataclasses.replace(shelf.plan, serving=frozenset({PanelName.VECTOR}))
    shelf.panels[PanelName.GRAPH].down = True
    result = await shelf.search()(ask(mode=mode))
    assert (result.found[0].source, result.served_by) == ("contrat", ("vector",))
    assert result.degraded == (
        "The graph panel is off or being filled, so the vector panel served."
    )


async def test_a_panel_that_does_not_serve_is_not_fallen_back_to(shelf: Shelf) -> None:
    shelf.plan = dataclasses.replace(shelf.plan, serving=frozenset({PanelName.VECTOR}))
    shelf.panels[PanelName.VECTOR].down = True
    with pytest.raises(PanelUnavailable, match="vector"):
        await shelf.search()(ask())


async def test_no_panel_that_serves_is_an_outage_said_in_words(shelf: Shelf) -> None:
    shelf.plan = dataclasses.replace(shelf.plan, serving=frozenset())
    with pytest.raises(PanelUnavailable, match="each is off or being filled"):
        await shelf.search()(ask())


@pytest.mark.parametrize("mode", PANELS)
@pytest.mark.parametrize("down", PanelName)
async def test_the_other_panel_serves_when_one_is_down(
    shelf: Shelf, mode: ReadMode, down: PanelName
) -> None:
    shelf.panels[down].down = True
    (other,) = set(PanelName) - {down}
    result = await shelf.search()(ask(mode=mode))
    assert result.found[0].source == "contrat"
    assert result.served_by == (other.value,)
    if mode.value == other.value:
        assert result.degraded is None
    else:
        assert result.degraded == (
            f"The {down} panel does not answer, so the {other} panel served alone."
        )


async def test_both_panels_down_is_an_outage(shelf: Shelf) -> None:
    for panel in shelf.panels.values():
        panel.down = True
    with pytest.raises(PanelUnavailable, match="No panel answers"):
        await shelf.search()(ask())


class Hanging(InMemoryPanel):
    """Never answers a search; ``cancelled`` tells that its caller gave up."""

    cancelled = False

    async def search(self, query: PanelQuery) -> PanelHits:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return await super().search(query)


async def test_a_panel_past_the_deadline_is_left_behind(shelf: Shelf) -> None:
    hanging = Hanging(PanelName.GRAPH)
    shelf.panels[PanelName.GRAPH] = hanging
    shelf.tune(search__deadline_s=0.05)
    result = await shelf.search()(ask())
    assert result.served_by == ("vector",)
    assert "graph panel does not answer" in str(result.degraded)
    assert hanging.cancelled


async def test_without_the_model_words_alone_are_compared_and_it_is_said(shelf: Shelf) -> None:
    shelf.embedder.down = True
    result = await shelf.search()(ask())
    assert result.found[0].source == "contrat"
    assert set(result.found[0].legs) == {"vector.lexical", "graph.lexical"}
    assert "only words were compared" in str(result.degraded)


class Mislabelled(FixedSpaces):
    """Gives one embedder for whatever is asked."""

    def embedder(self, generation: Generation) -> Embedder:  # noqa: ARG002 - the port's
        return next(iter(self.embedders.values()))


@pytest.mark.parametrize("other", [HashEmbedder(model="another"), HashEmbedder(dimension=8)])
async def test_a_vector_of_another_space_is_refused_at_each_question(
    shelf: Shelf, other: HashEmbedder
) -> None:
    for spaces in (FixedSpaces([other], []), Mislabelled([other], [])):
        search = Search(shelf.panels, spaces, lambda: shelf.plan, NullMetrics())
        with pytest.raises(SpaceMismatch, match="hash"):
            await search(ask())
    assert other.queries == 0


class Leaky(InMemoryPanel):
    """Forgets to look at the workspace."""

    async def search(self, query: PanelQuery) -> PanelHits:
        hits = [
            await super(Leaky, self).search(
                PanelQuery(w, query.generation, query.text, query.vector, query.limit)
            )
            for w in ("default", "secret")
        ]
        return PanelHits(
            hits[1].dense + hits[0].dense,
            hits[1].lexical + hits[0].lexical,
            {**hits[0].passages, **hits[1].passages},
        )


async def test_no_passage_of_another_workspace_leaves_whatever_a_panel_gives() -> None:
    shelf = Shelf(names=[PanelName.VECTOR])
    shelf.panels = {PanelName.VECTOR: Leaky()}
    await shelf.pour("contrat", NOTICE)
    await shelf.pour("secret", "La durée du préavis secret.", workspace="secret")
    result = await shelf.search()(ask())
    assert {f.source for f in result.found} == {"contrat"}
    assert result.found[0].legs["vector.dense"][0] == 1


async def test_while_a_document_is_replaced_only_its_newer_version_is_shown(shelf: Shelf) -> None:
    await shelf.pour(
        "contrat", "La durée du préavis est d'un mois.", version=2, only=PanelName.GRAPH
    )
    found = (await shelf.search()(ask())).found
    assert {f.chunk.id.version for f in found if f.source == "contrat"} == {2}


async def test_questions_are_counted_by_how_they_ended(shelf: Shelf) -> None:
    counting = Counting()
    search = shelf.search(counting)
    await search(ask())
    shelf.panels[PanelName.GRAPH].down = True
    await search(ask())
    with pytest.raises(InvalidInput):
        await search(ask(""))
    assert counting.questions == [
        ("search", "fused", "ok"),
        ("search", "fused", "degraded"),
        ("search", "fused", "invalid_input"),
    ]
