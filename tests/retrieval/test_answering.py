import pytest

from contracts.content import ChatModel
from contracts.errors import InvalidInput, PanelUnavailable
from contracts.nouns import Chunk, PanelName
from contracts.observing import NullMetrics
from inference.language import LangidDetector
from inference.sentences import SentencexSplitter
from retrieval.answering import Ask
from retrieval.asking import Answer, AskEvent, AskRequest, Cited, Delta, Final, SearchDone
from retrieval.language import REFUSALS
from tests.retrieval.shelf import GENERATION, Counting, Shelf

DETECTOR = LangidDetector()

CONTRACT = (
    "Contrat de travail\n\nLe préavis de démission est de trois mois. Il peut être réduit à un "
    "mois par accord écrit.\n\nLe salaire mensuel brut est de 2 450 euros, versé le dernier jour "
    "du mois."
)
CAKE = "Le gâteau au citron cuit quarante minutes au four. On le sert froid."
PRICES = "Article\tPrix\nPapier A4 blanc\t4,50 €\nStylo bille bleu\t1,20 €\nAgrafeuse\t12,90 €"


@pytest.fixture
async def shelf() -> Shelf:
    shelf = Shelf()
    await shelf.pour("contrat", CONTRACT)
    await shelf.pour("recette", CAKE)
    await shelf.pour("tarif", PRICES)
    return shelf


def asker(shelf: Shelf, chat: ChatModel | None = None, metrics: NullMetrics | None = None) -> Ask:
    counted = metrics or NullMetrics()
    return Ask(shelf.search(counted), SentencexSplitter(), DETECTOR, counted, chat)


def question(text: str = "Quel est le préavis de démission ?", limit: int = 8) -> AskRequest:
    return AskRequest("default", text, limit=limit)


def resolves(shelf: Shelf, answer: Answer) -> bool:
    """Tell whether every quotation is the text of its part at its span."""
    return all(
        shelf.parts[c.chunk.ref][c.span.start : c.span.end] == c.quote for c in answer.citations
    )


async def test_the_sentence_that_answers_is_quoted_and_its_citation_resolves(shelf: Shelf) -> None:
    answer = await asker(shelf)(question())
    assert answer.text.startswith("Le préavis de démission est de trois mois. [1]")
    assert not answer.refused
    assert (answer.method, answer.language) == ("extractive", "fr")
    assert answer.citations[0].quote == "Le préavis de démission est de trois mois."
    assert answer.citations[0].source == "contrat"
    assert resolves(shelf, answer)


async def test_every_citation_stands_in_the_text_under_its_number(shelf: Shelf) -> None:
    answer = await asker(shelf)(question("Combien coûte le papier A4, le stylo et l'agrafeuse ?"))
    numbers = [c.number for c in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert f"{' '.join(citation.quote.split())} [{citation.number}]" in answer.text


async def test_a_row_of_a_price_list_is_an_answer(shelf: Shelf) -> None:
    answer = await asker(shelf)(question("Quel est le prix du papier A4 blanc ?"))
    assert answer.citations[0].quote == "Papier A4 blanc\t4,50 €"
    assert resolves(shelf, answer)


async def test_a_list_item_is_told_without_its_bullet_and_quoted_as_it_stands() -> None:
    shelf = Shelf()
    await shelf.pour("liste", "- Le préavis de démission est de trois mois.\n- Le midi est libre.")
    answer = await asker(shelf)(question())
    assert answer.text.startswith("Le préavis de démission est de trois mois. [1]")
    assert answer.citations[0].quote.startswith("- Le préavis")


async def test_a_mail_is_quoted_with_its_head_in_one() -> None:
    head = "De : Anna Leroy <anna@lumen.fr>\nObjet : Livraison des bureaux\nDate : 12/03/2024"
    shelf = Shelf()
    await shelf.pour("mail", f"{head}\nBonjour Paul, la salle est libre.")
    answer = await asker(shelf)(question("Quel est l'objet du mail d'Anna Leroy ?"))
    assert [c.quote for c in answer.citations] == [head]


async def test_a_sentence_that_leans_on_the_one_before_brings_it_along(shelf: Shelf) -> None:
    answer = await asker(shelf)(question("Il peut être réduit à un mois par accord écrit ?"))
    assert answer.citations[0].quote.startswith(
        "Le préavis de démission est de trois mois. Il peut"
    )
    assert resolves(shelf, answer)


@pytest.mark.parametrize(
    "title", ["Durée du préavis", "# Durée du préavis", "12. Durée du préavis"]
)
async def test_a_title_brings_the_sentence_under_it(title: str) -> None:
    shelf = Shelf()
    await shelf.pour("guide", f"{title}\nUn cadre attend deux mois.")
    answer = await asker(shelf)(question("Durée du préavis ?"))
    assert answer.citations[0].quote == f"{title}\nUn cadre attend deux mois."


async def test_the_title_of_a_document_is_no_answer() -> None:
    shelf = Shelf()
    await shelf.pour("Tarif du verre", "Tarif du verre – 1\n\nLe verre plat vaut 12 euros.")
    answer = await asker(shelf)(question("Quel est le tarif du verre ?"))
    assert [c.quote for c in answer.citations] == ["Le verre plat vaut 12 euros."]


async def test_the_same_words_in_two_documents_are_quoted_once() -> None:
    shelf = Shelf()
    for source in ("original", "copie"):
        await shelf.pour(source, "Le préavis de démission est de trois mois.")
    assert len((await asker(shelf)(question())).citations) == 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quelle est la capitale de la Mongolie ?", "fr"),
        ("Who invented the steam turbine?", "en"),
        ("Кто изобрёл паровую турбину?", "ru"),
    ],
)
async def test_what_is_not_there_is_refused_in_the_language_of_the_question(
    shelf: Shelf, text: str, language: str
) -> None:
    answer = await asker(shelf)(question(text))
    assert answer.refused
    assert answer.text == REFUSALS[language]
    assert answer.language == language
    assert answer.citations == ()


async def test_an_empty_workspace_refuses() -> None:
    shelf = Shelf()
    for panel in shelf.panels.values():
        await panel.prepare(GENERATION)
    assert (await asker(shelf)(question())).refused


async def test_passages_come_first_and_the_events_add_up_to_the_answer(shelf: Shelf) -> None:
    events: list[AskEvent] = [e async for e in asker(shelf).stream(question(limit=2))]
    first, *middle, last = events
    assert isinstance(first, SearchDone)
    assert len(first.result.found) == 2
    assert isinstance(last, Final)
    assert "".join(e.text for e in middle if isinstance(e, Delta)) == last.answer.text
    assert tuple(e.citation for e in middle if isinstance(e, Cited)) == last.answer.citations
    assert last.answer.search.found == first.result.found


async def test_a_refusal_is_streamed_too(shelf: Shelf) -> None:
    events = [e async for e in asker(shelf).stream(question("Who invented the steam turbine?"))]
    assert [type(e) for e in events] == [SearchDone, Delta, Final]


async def test_without_the_embedding_model_words_choose_the_sentence(shelf: Shelf) -> None:
    shelf.embedder.down = True
    answer = await asker(shelf)(question())
    assert answer.citations[0].quote == "Le préavis de démission est de trois mois."
    assert "only words were compared" in str(answer.search.degraded)


async def test_a_bad_question_and_an_outage_are_raised_before_any_event(shelf: Shelf) -> None:
    with pytest.raises(InvalidInput):
        await anext(asker(shelf).stream(question("")))
    with pytest.raises(InvalidInput):
        await anext(asker(shelf).stream(question(limit=0)))
    for panel in shelf.panels.values():
        panel.down = True
    with pytest.raises(PanelUnavailable):
        await anext(asker(shelf).stream(question()))


async def test_answers_are_counted_by_how_they_ended(shelf: Shelf) -> None:
    counting = Counting()
    ask = asker(shelf, metrics=counting)
    await ask(question())
    await ask(question("Who invented the steam turbine?"))
    with pytest.raises(InvalidInput):
        await ask(question(" "))
    left = ask.stream(question())
    await anext(left)
    await left.aclose()
    shelf.panels[PanelName.GRAPH].down = True
    await ask(question())
    outcomes = ["answered", "refused", "invalid_input", "cancelled", "degraded"]
    assert counting.questions == [("ask", "fused", outcome) for outcome in outcomes]


async def test_a_chunk_deep_in_its_part_is_cited_at_its_place_in_the_part(shelf: Shelf) -> None:
    answer = await asker(shelf)(question("Quel est le salaire mensuel brut ?"))
    (citation, *_) = answer.citations
    assert citation.quote.startswith("Le salaire mensuel brut")
    assert citation.span.start == CONTRACT.index("Le salaire")
    chunk: Chunk = next(f.chunk for f in answer.search.found if f.chunk.id == citation.chunk)
    assert chunk.span.start <= citation.span.start < citation.span.end <= chunk.span.end
