"""Masks of questions, answers and traces follow what workspaces want at the moment."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.nouns import Generation, PanelName, ReadMode
from contracts.observing import NullMetrics
from contracts.personal import MaskScope
from contracts.policy import Policy, ReadPlan
from contracts.tracing import Feedback, Verdict
from deploy.masking import Masking
from inference.language import LangidDetector
from inference.personal import RuleFinder
from inference.sentences import SentencexSplitter
from retrieval.answering import Ask
from retrieval.asking import AskRequest, SearchRequest
from retrieval.feedback import GiveFeedback
from retrieval.tracing import TracedAsk, TracedSearch, Tracing
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.inference import ScriptedChat
from tests.fakes.tracing import KeepingTracer, SteadyLoad
from tests.retrieval.shelf import Shelf

MAIL = "anna.durand@exemple.fr"
TEXT = f"Contrat de bail\n\nLe propriétaire du local est Anna Durand, adresse {MAIL}."
QUESTION = f"Qui est le propriétaire du local, est-ce {MAIL} ?"
SAID = "Le propriétaire du local est Anna Durand, adresse [EMAIL-1] [1]."
PLAN = ReadPlan(Generation(1, "m", 3, "c"), frozenset(PanelName), Policy(ReadMode.FUSED))


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await shelf.pour("bail", TEXT)
    return shelf


def masking(*scopes: MaskScope) -> Masking:
    return Masking(RuleFinder(), lambda: replace(PLAN, masking={"default": frozenset(scopes)}))


def asker(shelf: Shelf, chat: ScriptedChat, *scopes: MaskScope) -> Ask:
    parts = SentencexSplitter(), LangidDetector(), NullMetrics(), chat
    return Ask(shelf.search(), *parts, private=masking(*scopes).chat)


async def test_the_model_sees_no_address_and_the_answer_has_it_with_its_citation(
    shelf: Shelf,
) -> None:
    chat = ScriptedChat([SAID], model="writer")
    answer = await asker(shelf, chat, MaskScope.PROMPTS)(AskRequest("default", QUESTION))
    told = " ".join(message.content for message in chat.asked[0])
    assert MAIL not in told
    assert told.count("[EMAIL-1]") >= 2
    assert answer.text == f"Le propriétaire du local est Anna Durand, adresse {MAIL}. [1]"
    assert MAIL in answer.citations[0].quote
    assert answer.method == "writer"


@pytest.mark.parametrize("scopes", [(), (MaskScope.INDEX, MaskScope.TRACES)])
async def test_without_that_wish_the_model_sees_what_the_passages_say(
    shelf: Shelf, scopes: tuple[MaskScope, ...]
) -> None:
    chat = ScriptedChat([SAID])
    await asker(shelf, chat, *scopes)(AskRequest("default", QUESTION))
    assert MAIL in " ".join(message.content for message in chat.asked[0])


def test_what_serves_all_workspaces_is_as_careful_as_the_most_careful_one() -> None:
    chat = ScriptedChat([])
    assert masking().common_chat(chat) is chat
    assert masking(MaskScope.TRACES).common_chat(chat) is chat
    assert masking(MaskScope.PROMPTS).common_chat(chat) is not chat


@pytest.mark.parametrize("masked", [True, False])
async def test_traces_keep_no_value_where_that_is_wanted(shelf: Shelf, *, masked: bool) -> None:
    scopes = [MaskScope.TRACES] if masked else []
    tracer, search = KeepingTracer(), shelf.search()
    tracing = Tracing(tracer, SteadyLoad(), search.mode, clean=masking(*scopes).traced)
    ask = Ask(search, SentencexSplitter(), LangidDetector(), NullMetrics())
    answer = await TracedAsk(ask.stream, tracing)(AskRequest("default", QUESTION))
    await TracedSearch(search, tracing)(SearchRequest("default", MAIL))
    assert MAIL in answer.text
    asked, searched = tracer.traces
    assert (MAIL not in str(asked)) is masked
    assert (MAIL not in str(searched)) is masked
    if masked:
        assert asked.text == "Qui est le propriétaire du local, est-ce [EMAIL] ?"
        assert "[EMAIL]" in str(asked.answer)
        assert "[EMAIL]" in asked.citations[0].quote
        assert searched.text == "[EMAIL]"


async def test_comments_are_kept_as_masked_as_the_trace_that_they_are_of(
    shelf: Shelf, tmp_path: Path
) -> None:
    traces, tracer, search = InMemoryCatalog(tmp_path).traces, KeepingTracer(), shelf.search()
    clean = masking(MaskScope.TRACES).traced
    tracing = Tracing(tracer, SteadyLoad(), search.mode, clean=clean)
    await TracedSearch(search, tracing)(SearchRequest("default", "bail"))
    await traces.add(tracer.traces)

    async def flush() -> None:
        pass

    said = Feedback(
        tracer.traces[0].id, uuid4(), Verdict.DOWN, datetime.now(UTC), f"Ask {MAIL} instead"
    )
    # An administrator of the whole service names no workspace.
    await GiveFeedback(traces, tracer, flush, clean)(said, None)
    (kept,) = await traces.feedback([said.trace])
    assert kept.comment == tracer.said[0].comment == "Ask [EMAIL] instead"
