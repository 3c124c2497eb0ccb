"""Reads follow the champion's tuning, or the one that a request brings."""

from dataclasses import replace

import pytest

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import Generation, ReadMode
from contracts.tuning import Tuning
from retrieval.asking import AskRequest, SearchRequest
from retrieval.prompting import PROMPTS, messages, rules
from tests.fakes.inference import ScriptedChat
from tests.retrieval.shelf import Shelf
from tests.retrieval.test_answering import CAKE, CONTRACT, asker

QUESTION = "Quel est le préavis de démission ?"
ASKED = SearchRequest("default", QUESTION, ReadMode.FUSED)


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await shelf.pour("contrat", CONTRACT)
    await shelf.pour("recette", CAKE)
    return shelf


def tuned(**settings: object) -> Tuning:
    return Tuning().changed({key.replace("__", "."): value for key, value in settings.items()})


async def test_the_very_next_request_follows_the_champion(shelf: Shelf) -> None:
    search = shelf.search()
    before = await search(ASKED)
    shelf.plan = replace(shelf.plan, tuning=tuned(fusion__k=10), configuration=7)
    after = await search(ASKED)
    assert (before.configuration, after.configuration) == (None, 7)
    assert before.found[0].score == pytest.approx(4 / 61)
    assert after.found[0].score == pytest.approx(4 / 11)


async def test_a_request_brings_a_tuning_of_its_own(shelf: Shelf) -> None:
    shelf.plan = replace(shelf.plan, tuning=tuned(fusion__k=10), configuration=7)
    result = await shelf.search()(replace(ASKED, tuning=Tuning()))
    assert result.found[0].score == pytest.approx(4 / 61)
    assert result.configuration is None


@pytest.mark.parametrize(("silent", "heard"), [("dense", "lexical"), ("lexical", "dense")])
async def test_a_kind_of_legs_without_weight_finds_nothing(
    shelf: Shelf, silent: str, heard: str
) -> None:
    tuning = tuned(**{f"fusion__{silent}": 0})
    result = await shelf.search()(replace(ASKED, tuning=tuning))
    assert {leg for one in result.found for leg in one.legs} == {
        f"vector.{heard}",
        f"graph.{heard}",
    }
    assert result.degraded is None


async def test_words_serve_where_the_model_is_down_whatever_they_weigh(shelf: Shelf) -> None:
    shelf.embedder.down = True
    result = await shelf.search()(replace(ASKED, tuning=tuned(fusion__lexical=0)))
    assert result.found[0].chunk.text.startswith("Le préavis de démission")
    assert result.found[0].score > 0
    assert result.degraded is not None


async def test_a_heavier_panel_decides_the_order(shelf: Shelf) -> None:
    result = await shelf.search()(replace(ASKED, tuning=tuned(fusion__graph=3, fusion__dense=2)))
    assert result.found[0].score == pytest.approx((2 + 1 + 6 + 3) / 61)


async def test_a_leg_is_asked_as_deep_as_the_tuning_says(shelf: Shelf) -> None:
    result = await shelf.search()(replace(ASKED, tuning=tuned(search__depth=1)))
    assert all(place[0] == 1 for one in result.found for place in one.legs.values())


async def test_a_read_may_name_another_generation(shelf: Shelf) -> None:
    other = Generation(2, "other", 384, "paragraphs")
    with pytest.raises(SpaceMismatch):
        await shelf.search()(replace(ASKED, generation=other))


async def test_an_answer_follows_the_tuning(shelf: Shelf) -> None:
    ask = asker(shelf)
    as_is = await ask(AskRequest("default", QUESTION))
    assert not as_is.refused
    strict = await ask(AskRequest("default", QUESTION, tuning=tuned(evidence__threshold=1)))
    assert strict.refused
    few = await ask(AskRequest("default", QUESTION, tuning=tuned(answer__passages=1)))
    assert len(few.search.found) == 1
    more = tuned(answer__sentences=5, answer__gap=10)
    long = await ask(AskRequest("default", QUESTION, tuning=more))
    assert len(long.citations) > len(as_is.citations)


async def test_the_model_is_told_the_tunings_prompt(shelf: Shelf) -> None:
    chat = ScriptedChat(["Le préavis de démission est de trois mois [1]."])
    prompt = "Be brief. {fence} {language} {not_found}"
    await asker(shelf, chat)(AskRequest("default", QUESTION, tuning=tuned(answer__prompt=prompt)))
    told = chat.asked[0][0].content
    assert told.startswith("Be brief. ")
    assert told.endswith(" French NOT_IN_DOCUMENTS")


@pytest.mark.parametrize(
    "prompt", ["cited-0", "{fence}", "{fence} {language} {not_found} {more}", "{", "{fence.x}"]
)
def test_a_prompt_that_cannot_serve_is_refused(prompt: str) -> None:
    with pytest.raises(InvalidInput):
        rules(prompt)


def test_every_version_of_the_prompt_can_serve() -> None:
    for name, text in PROMPTS.items():
        assert rules(name) == rules(text) == text
        assert messages("?", "fr", (), name)
