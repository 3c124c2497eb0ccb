"""Chunks: exact spans whatever the text, along structure, small enough for the model."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.content import Chunker
from contracts.errors import SetupFailed, SpaceMismatch
from contracts.nouns import Part, Reading
from inference.sentences import SentencexSplitter
from readers.chunkers import Tools, chunker_named
from readers.draft import clean
from tests.fakes.languages import ByScript
from tests.readers.chunked import FRENCH, RUSSIAN, assert_exact, chunked, letters, named, reading


@pytest.fixture(scope="session")
def chunker(word_tokenizer_file: Path) -> Chunker:
    return named("structure-200-30", word_tokenizer_file)


PIECES = st.sampled_from(
    [
        "слово", "mot", "𝒜𝓁", "😀", "e\u0301", "\u200b", "\u00ad", "。", "文字", "قلم", ".", "! ",
        " ", "\n", "\n\n", "\t", "|", "\u00a0", "\ufeff", "---", "\n# Titre\n", "\n## Раздел\n",
        "\n### 𝒯\n", "| a | b |\n", "a\tb\n", "x" * 60, "слово " * 40, "Une phrase entière. " * 12,
        "文" * 300, "\n" * 50,
    ]
)  # fmt: skip
NAMES = [
    "structure-60-10", "sentences-3-1", "tokens-60-10", "pages-100", "rows-4", "semantic-60",
    "parent-child-120-20",
]  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join).map(clean)


@pytest.fixture(scope="session", params=NAMES)
def dense(request: pytest.FixtureRequest, tokenizer_file: Path) -> Chunker:
    """Any chunker, of a model for which each character is a token."""
    return named(request.param, tokenizer_file)


@given(texts=st.lists(TEXTS, min_size=1, max_size=3), paged=st.booleans())
@settings(max_examples=60)
def test_any_text_is_cut_exactly_completely_and_the_same_each_time(
    *, texts: list[str], paged: bool, dense: Chunker
) -> None:
    document = reading(*texts, title="Titre", paged=paged)
    chunks = chunked(dense, document)
    assert_exact(document, chunks)
    assert chunks == chunked(dense, document)


def test_a_paragraph_of_250_words_stays_whole(chunker: Chunker) -> None:
    text = "mot " * 249 + "fin"
    assert [c.text for c in chunked(chunker, reading(text))] == [text]


def test_a_long_text_is_cut_at_sentences_with_overlap(chunker: Chunker) -> None:
    text = (RUSSIAN * 100).strip()
    document = reading(text)
    chunks = chunked(chunker, document)
    assert_exact(document, chunks)
    assert all(100 <= len(c.text.split()) <= 256 for c in chunks)
    assert all(c.text.startswith("Договор") and c.text.endswith(".") for c in chunks)
    assert all(b.span.start < a.span.end for a, b in pairwise(chunks))


def test_wrapped_lines_do_not_end_a_chunk_inside_a_sentence(chunker: Chunker) -> None:
    sentence = "La demande est\nadressée au service du\npersonnel avant le terme prévu.\n"
    chunks = chunked(chunker, reading(sentence * 60))
    assert len(chunks) > 2
    assert all(c.text.endswith(".") for c in chunks)


def test_context_names_title_and_headings_that_the_text_lacks(chunker: Chunker) -> None:
    body = FRENCH * 30
    text = f"# Contrats\n\n## Préavis\n\n{body}\n\n## Salaire\n\n{body}"
    chunks = chunked(chunker, reading(text, title="Guide"))
    assert chunks[0].text.startswith("# Contrats\n\n## Préavis")
    assert chunks[0].context == "Guide"
    assert chunks[1].context == "Guide\nContrats > Préavis"
    salary = [c for c in chunks if "## Salaire" in c.text or "Salaire" in c.context]
    assert len(salary) == len(chunks) / 2
    assert not any("Préavis" in c.passage for c in salary)
    assert chunks[1].passage.startswith("Guide\nContrats > Préavis\nLe contrat")


def test_small_sections_of_one_parent_are_joined(chunker: Chunker) -> None:
    small = "".join(f"## Point {i}\n\n{FRENCH}\n\n" for i in range(6))
    chunks = chunked(chunker, reading(f"# Un\n\n{small}# Deux\n\n{small}"))
    assert len(chunks) == 2
    assert chunks[0].text.startswith("# Un\n\n## Point 0")
    assert chunks[1].text.startswith("# Deux\n\n## Point 0")


def test_a_bare_heading_goes_with_what_follows_or_else_before(chunker: Chunker) -> None:
    text = f"# Partie\n\n### Article\n\n{FRENCH * 10}\n\n# Fin"
    chunks = chunked(chunker, reading(text))
    assert [c.text.split("\n")[0] for c in chunks] == ["# Partie"]
    assert chunks[0].text.endswith("# Fin")


def test_headings_go_on_over_pages_but_not_over_sheets(chunker: Chunker) -> None:
    texts = f"# Chapitre\n\n{FRENCH * 10}", FRENCH * 10
    assert chunked(chunker, reading(*texts, paged=True))[1].context == "Chapitre"
    assert chunked(chunker, reading(*texts))[1].context == ""


def test_rows_stay_whole_and_later_chunks_repeat_the_header(chunker: Chunker) -> None:
    rows = [f"Article {i} en acier\tREF-{i}\t{i},50 EUR" for i in range(300)]
    text = "Tarif\n\nDésignation\tRéférence\tPrix\n" + "\n".join(rows) + "\n\nFin du tarif"
    document = reading(text, title="Catalogue")
    chunks = chunked(chunker, document)
    assert_exact(document, chunks)
    assert len(chunks) > 5
    for chunk in chunks[1:]:
        assert chunk.context == "Catalogue\nDésignation | Référence | Prix"
        assert set(chunk.text.split("\n")) <= {*rows, "", "Fin du tarif"}


def test_text_after_a_table_has_no_header_row(chunker: Chunker) -> None:
    rows = "\n".join(f"Ville {i}\t{i}" for i in range(100))
    chunks = chunked(chunker, reading(f"Ville\tHabitants\n{rows}\n\n{FRENCH * 60}"))
    after = [c for c in chunks if c.text.startswith("Le contrat")]
    assert len(after) > 2
    assert not any("Habitants" in c.context for c in after)


def test_a_markdown_table_repeats_its_header(chunker: Chunker) -> None:
    rows = "\n".join(f"| Ville numéro {i} | {i} |" for i in range(200))
    chunks = chunked(chunker, reading(f"| Ville | Habitants |\n|---|---:|\n{rows}\n"))
    assert chunks[-1].context == "Ville | Habitants"


def test_in_a_part_of_several_languages_each_section_has_its_own(chunker: Chunker) -> None:
    text = f"# A\n\n{RUSSIAN * 10}\n\n# B\n\n{FRENCH * 10}"
    assert [c.language for c in chunked(chunker, reading(text))] == ["ru", "fr"]


def test_sections_are_in_the_language_of_their_part(word_tokenizer_file: Path) -> None:
    detector = ByScript()
    part = Part(0, "Text", FRENCH * 10, language="en")
    chunks = chunked(
        chunker_named(
            "structure-200-30",
            Tools(word_tokenizer_file, detector, SentencexSplitter(), letters),
        ),
        Reading("text/plain", (part,)),
    )
    assert [c.language for c in chunks] == ["en"]
    assert detector.asked == 0


@pytest.mark.parametrize(
    "name",
    [
        "structure-200-30",
        "sentences-9-2",
        "tokens-200-30",
        "pages-256",
        "rows-50",
        "semantic-200",
        "parent-child-900-200",
    ],
)
def test_a_passage_never_outgrows_the_models_window(name: str, tokenizer_file: Path) -> None:
    """The worst case: every character is a token, long titles, a wide table."""
    head = "\t".join(f"colonne{i}" for i in range(80))
    row = "\t".join("x" * 30 for _ in range(80))
    text = f"# {'titre ' * 40}\n\n## {'partie ' * 40}\n\n{head}\n{row}\n{row}\n{'y' * 20_000}"
    document = reading(text, title="document " * 100)
    chunks = chunked(named(name, tokenizer_file), document)
    assert_exact(document, chunks)
    assert max(len(c.passage.replace(" ", "")) for c in chunks) < 500


@pytest.mark.timeout(30)
def test_empty_lines_without_end_cost_next_to_nothing(chunker: Chunker) -> None:
    document = reading("début" + "\n \n" * 150_000 + "fin")
    assert [chunk.text for chunk in chunked(chunker, document)] == ["début", "fin"]


def test_invisible_text_gives_no_chunk(chunker: Chunker) -> None:
    document = reading("\u200b\n \ufeff\u00ad", "visible")
    assert [(c.part, c.text) for c in chunked(chunker, document)] == [(1, "visible")]


def test_sentences_are_cut_by_number_and_shared(word_tokenizer_file: Path) -> None:
    text = " ".join(f"Phrase {i} du texte." for i in range(7))
    chunks = chunked(named("sentences-3-1", word_tokenizer_file), reading(text))
    assert [[int(w) for w in c.text.split() if w.isdigit()] for c in chunks] == [
        [0, 1, 2],
        [2, 3, 4],
        [4, 5, 6],
    ]


def test_a_window_of_tokens_looks_at_nothing_else(word_tokenizer_file: Path) -> None:
    text = "# Titre\n\n" + " ".join(f"m{i}." for i in range(10))
    chunks = chunked(named("tokens-5-2", word_tokenizer_file), reading(text))
    assert [c.text.split() for c in chunks] == [
        ["#", "Titre", "m0.", "m1.", "m2."],
        ["m1.", "m2.", "m3.", "m4.", "m5."],
        ["m4.", "m5.", "m6.", "m7.", "m8."],
        ["m7.", "m8.", "m9."],
    ]


def test_a_page_is_one_chunk_unless_it_is_long(word_tokenizer_file: Path) -> None:
    texts = f"# Chapitre\n\n## Un\n\n{'mot ' * 90}", "## Deux\n\nfin", "mot " * 250
    chunks = chunked(named("pages-100", word_tokenizer_file), reading(*texts, paged=True))
    assert [(c.page, c.context) for c in chunks[:3]] == [
        (1, ""),
        (2, "Chapitre"),
        (3, "Chapitre > Deux"),
    ]
    assert all(len(c.text.split()) <= 100 for c in chunks)


def test_rows_are_cut_by_number_under_their_header(word_tokenizer_file: Path) -> None:
    rows = [f"Ville {i}\t{i}" for i in range(5)]
    text = "Avant la table.\n\nNom\tHabitants\n" + "\n".join(rows) + "\n\nAprès la table."
    chunks = chunked(named("rows-2", word_tokenizer_file), reading(text))
    assert [(c.text, c.context) for c in chunks] == [
        ("Avant la table.", ""),
        ("Nom\tHabitants\n" + "\n".join(rows[:2]), ""),
        ("\n".join(rows[2:4]), "Nom | Habitants"),
        (rows[4], "Nom | Habitants"),
        ("Après la table.", ""),
    ]


def test_meaning_is_cut_where_it_changes_most(word_tokenizer_file: Path) -> None:
    topics = [" ".join([f"{one.capitalize()} {one} {one}."] * 6) for one in ("aba", "ded", "hih")]
    cut = chunked(named("semantic-20", word_tokenizer_file), reading(" ".join(topics)))
    assert [c.text for c in cut] == topics
    assert len(chunked(named("semantic-60", word_tokenizer_file), reading(" ".join(topics)))) == 1


def test_each_kind_of_document_may_have_a_chunker_of_its_own(word_tokenizer_file: Path) -> None:
    name = "sentences-2-0,tables=rows-1,pdf=pages-100"
    chunker = named(name, word_tokenizer_file)
    assert chunker.name == name
    document = reading("Nom\tPrix\nPain\t1\nLait\t2\nRiz\t3")
    cut = {
        kind: len(chunked(chunker, replace(document, media_type=kind)))
        for kind in ("text/csv", "application/pdf", "application/vnd.ms-excel", "text/plain")
    }
    assert list(cut.values()) == [3, 1, 3, 1]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("structure-200-30,", "'' is no kind of document"),
        ("structure-200-30,photos=pages-9", "'photos' is no kind of document"),
        ("structure-200-30,tables", "'' is no chunker"),
        ("structure-200-30,tables=rows", "'rows' is no chunker"),
        ("tables=rows-20", "'tables=rows-20' is no chunker"),
    ],
)
def test_a_kind_or_its_chunker_that_is_none_is_named(
    name: str, said: str, word_tokenizer_file: Path
) -> None:
    with pytest.raises(SpaceMismatch) as failure:
        named(name, word_tokenizer_file)
    assert said in failure.value.message


def test_signs_that_the_model_does_not_know_are_not_cut_one_by_one(
    dense: Chunker,
) -> None:
    document = reading("\U00013000" * 3000)
    chunks = chunked(dense, document)
    assert_exact(document, chunks)
    assert len(chunks) < 300


def test_one_long_line_is_cut_in_time(dense: Chunker) -> None:
    for text in ("слово " * 40_000, "x" * 100_000, "Oui. " * 20_000):
        document = reading(text)
        assert_exact(document, chunked(dense, document))


@pytest.mark.parametrize("name", ["structure-120-20", "sentences-2-0", "pages-350", "rows-10"])
def test_the_name_tells_the_settings_both_ways(name: str, word_tokenizer_file: Path) -> None:
    assert named(name, word_tokenizer_file).name == name


def test_the_settings_in_the_name_hold(word_tokenizer_file: Path) -> None:
    text = FRENCH * 40
    small, whole = (named(f"structure-{n}-0", word_tokenizer_file) for n in (120, 600))
    assert len(chunked(whole, reading(text))) == 1 < len(chunked(small, reading(text)))


@pytest.mark.parametrize(
    "name",
    ["", "sentences", "structure", "structure-0-0", "structure-200", "structure-20-20",
     "structure-99999-1", "structure-200-030", "structure-200--1", "structure-200-30\n",
     "sentences-3", "sentences-3-3", "pages", "pages-0", "pages-100-10", "rows-4-1", "tokens-9-9",
     "semantic-3-1", "Structure-200-30", "parent-child-100", "parent-200-30", "rows-child-3"],
)  # fmt: skip
def test_a_name_that_is_no_chunker_is_refused(name: str, word_tokenizer_file: Path) -> None:
    with pytest.raises(SpaceMismatch) as failure:
        named(name, word_tokenizer_file)
    assert "structure-200-30" in failure.value.remedy


def test_an_unusable_tokenizer_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="Set up the embedding model again"):
        named("structure-200-30", tmp_path / "missing.json")
