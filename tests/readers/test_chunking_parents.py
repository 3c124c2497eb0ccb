"""Children: small pieces for finding, of parents that are read in their stead."""

from pathlib import Path

import pytest

from contracts.errors import SpaceMismatch
from tests.readers.chunked import FRENCH, RUSSIAN, assert_exact, chunked, named, reading


def test_children_are_small_and_their_parent_is_a_whole_section(word_tokenizer_file: Path) -> None:
    text = f"# Un\n\n{FRENCH * 8}\n\n# Deux\n\n{RUSSIAN * 8}\n\n# Trois\n\nCourt."
    document = reading(text)
    chunks = chunked(named("parent-child-200-40", word_tokenizer_file), document)
    assert_exact(document, chunks)
    assert all(len(c.text.split()) <= 51 for c in chunks)
    families = sorted({c.parent for c in chunks if c.parent})
    joined = ["".join(c.text for c in chunks if c.parent == one) for one in families]
    assert joined == [f"# Un\n\n{FRENCH * 8}".strip(), text[text.index("# Deux") :]]


def test_what_is_as_small_as_a_child_has_no_parent(word_tokenizer_file: Path) -> None:
    (chunk,) = chunked(named("parent-child-200-40", word_tokenizer_file), reading(FRENCH * 2))
    assert chunk.parent is None


def test_children_in_a_table_know_its_header(word_tokenizer_file: Path) -> None:
    rows = "\n".join(f"Ville numéro {i}\t{i}" for i in range(60))
    chunks = chunked(
        named("parent-child-300-20", word_tokenizer_file), reading(f"Ville\tNombre\n{rows}")
    )
    assert len({c.parent for c in chunks}) < len(chunks) / 3
    assert all(c.context == "Ville | Nombre" for c in chunks[1:])


@pytest.mark.parametrize("name", ["parent-child-100-100", "parent-child-100-0"])
def test_children_are_smaller_than_their_parent(name: str, word_tokenizer_file: Path) -> None:
    with pytest.raises(SpaceMismatch) as failure:
        named(name, word_tokenizer_file)
    assert "parent-child-800-100" in failure.value.remedy
