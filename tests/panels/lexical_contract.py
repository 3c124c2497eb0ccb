"""Panel contract: the lexical leg finds words as people write them, in each language."""

import pytest

from contracts.nouns import LANGUAGES
from tests.panels.shelf import Shelf

SAME_WORD = (
    ("fr", "Les licenciements économiques", "licenciement"),
    ("fr", "Le salarié licencié", "salariés"),
    ("ru", "Договор аренды помещения", "договоры"),
    ("ru", "Права арендатора", "арендаторы"),
    ("en", "The tenant pays deposits", "deposit"),
    ("en", "A terminated contract", "contracts"),
    ("fr", "Un été à Évian", "ete"),
    ("fr", "un ete", "été"),
    ("fr", "Le cœur de l’œuvre", "oeuvre"),
    ("fr", "L'employeur s'engage", "employeur"),
    ("ru", "Ещё одна ёлка", "елка"),
    ("ru", "елка", "ёлка"),
    ("en", "A naïve café", "naive cafe"),
    ("und", "Zahlungsbedingungen über München", "zahlungsbedingungen munchen"),
    ("und", "Condições de pagamento", "condicoes"),
    ("en", "BLOCK CAPITALS", "capitals"),
)
IDENTIFIERS = (
    ("Article L.1221-1 du code", "L.1221-1"),
    ("Article L.1221-1 du code", "L1221-1"),
    ("Article L.1221-1 du code", "L. 1221-1"),
    ("Article L. 1221-1 du code", "l.1221-1"),
    ("Facture INV-2024-0042 du mois", "INV-2024-0042"),
    ("Facture INV-2024-0042 du mois", "facture inv-2024-0042 ?"),
    ("SIRET 732 829 320 00074", "73282932000074"),
    ("SIRET 732 829 320 00074", "732 829 320 00074"),
    ("SIRET 73282932000074", "732 829 320 00074"),
    ("SIRET 732\u00a0829\u00a0320\u00a000074", "73282932000074"),
)
DECOYS = (
    "Article L.1221-3 du code, page 1",
    "Facture INV-2024-0043 du mois, page 42",
    "SIRET 111 222 333 00075",
    "Le numéro 1221 du 1 mai 2024",
)
HARD_QUESTIONS = (
    r'+ - && || ! ( ) { } [ ] ^ " ~ * ? : \ /',
    "bail\\",
    '"bail',
    "(bail OR",
    "bail & | !",
    "bail:* <-> 'loyer''",
    "title:bail AND NOT NOT",
    "bail^99999 ~~2 [a TO",
    "*bail* ?ail b*l /b.*l/",
    "AND OR NOT TO",
    "\x00bail\x01",
    "\ud800 bail",
    "  \n\t ",
    "...",
    "👩‍👩‍👧‍👦 ₽ € %s %(a)s $1 {0} :bail ;--",
    "bail " * 800,
    "".join(f"mot{n} " for n in range(600))[:4000],
    "a" * 4000,
    "(" * 4000,
)


class LexicalContract:
    """BM25 with stemming, folding and identifiers, for any question text."""

    @pytest.mark.parametrize(("language", "text", "question"), SAME_WORD)
    async def test_forms_of_a_word_meet(
        self, shelf: Shelf, language: str, text: str, question: str
    ) -> None:
        bundle = shelf.version(text, language=language)
        other = shelf.version("0000", language=language)
        await shelf.show(bundle, other)
        assert await shelf.lexical(question) == bundle.ids
        assert await shelf.lexical(question.upper()) == bundle.ids

    @pytest.mark.parametrize(("text", "question"), IDENTIFIERS)
    @pytest.mark.parametrize("language", ["fr", "und"])
    async def test_identifiers_are_found_as_written_and_as_meant(
        self, shelf: Shelf, language: str, text: str, question: str
    ) -> None:
        decoys = [shelf.version(d, language=language) for d in DECOYS]
        bundle = shelf.version(text, language=language)
        await shelf.show(*decoys, bundle)
        assert (await shelf.lexical(question))[0] == bundle.ids[0]

    async def test_a_rare_word_outranks_common_ones(self, shelf: Shelf) -> None:
        common = [shelf.version("Le contrat de bail du locataire") for _ in range(20)]
        rare = shelf.version("Une emphytéose de longue durée")
        await shelf.show(*common, rare)
        found = await shelf.lexical("contrat bail locataire emphytéose", limit=30)
        assert found[0] == rare.ids[0]
        assert set(found[1:]) == {b.ids[0] for b in common}

    async def test_more_of_a_word_and_a_shorter_text_rank_higher(self, shelf: Shelf) -> None:
        filler = "et une phrase qui parle longuement de tout autre chose"
        once = shelf.version(f"Le bail {filler}")
        twice = shelf.version(f"Le bail et le bail {filler}")
        long = shelf.version(f"Le bail {filler * 10}")
        await shelf.show(once, twice, long)
        assert await shelf.lexical("bail") == [*twice.ids, *once.ids, *long.ids]

    async def test_words_that_are_not_there_find_nothing(self, shelf: Shelf) -> None:
        await shelf.show(*(shelf.version("Le bail", language=lang) for lang in LANGUAGES))
        assert await shelf.lexical("xyzzyplugh") == []
        assert await shelf.lexical("xyzzyplugh ?!") == []

    async def test_the_question_is_asked_in_every_language(self, shelf: Shelf) -> None:
        bundles = [
            shelf.version("Les licenciements", language="fr"),
            shelf.version("Договор аренды", language="ru"),
            shelf.version("The deposits", language="en"),
            shelf.version("Zahlung", language="und"),
        ]
        await shelf.show(*bundles)
        found = await shelf.lexical("licenciement договоры deposit zahlung")
        assert sorted(found) == sorted(b.ids[0] for b in bundles)

    async def test_the_context_is_searched_and_the_text_returned(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le loyer est dû.", context="Règlement intérieur")
        await shelf.show(bundle, shelf.version("Le bail"))
        found = await shelf.search("règlement")
        assert [h.chunk for h in found.lexical] == bundle.ids
        passage = found.passages[bundle.ids[0]]
        assert (passage.chunk.text, passage.chunk.context) == (
            "Le loyer est dû.",
            "Règlement intérieur",
        )

    @pytest.mark.parametrize("question", HARD_QUESTIONS, ids=range(len(HARD_QUESTIONS)))
    async def test_no_question_fails(self, shelf: Shelf, question: str) -> None:
        bundle = shelf.version("Le bail")
        await shelf.show(bundle)
        found = await shelf.lexical(question)
        assert found in ([], bundle.ids)
        assert await shelf.lexical(f"bail {question}") == bundle.ids

    async def test_a_word_that_went_away_no_longer_counts(self, shelf: Shelf) -> None:
        """The statistics follow the chunks: what was common and is gone is rare again."""
        many = [shelf.version("Le préavis") for _ in range(30)]
        kept = [shelf.version("Le préavis et rien"), shelf.version("Le bail et rien")]
        bails = [shelf.version("Le bail et encore") for _ in range(3)]
        await shelf.show(*many, *kept, *bails)
        question = "préavis bail"
        assert (await shelf.lexical(question, 40)).index(kept[1].ids[0]) < 4
        await shelf.panel.erase([b.document for b in many])
        assert (await shelf.lexical(question, 40))[0] == kept[0].ids[0]
