from dataclasses import replace
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from contracts.digests import card_digest, chunk_digest, embed, marks
from contracts.nouns import Card, Chunk, ChunkId, Mention, Parent, Span

VECTOR = np.array([0.6, 0.8], dtype=np.float32)


def chunk(text: str = "Le bail", context: str = "Contrat", ordinal: int = 0) -> Chunk:
    return Chunk(ChunkId(UUID(int=1), 1, 1, ordinal), 0, 1, Span(0, len(text)), text, context, "fr")


@given(st.text(), st.text(), st.text(), st.text())
def test_text_that_moves_between_fields_changes_the_digest(a: str, b: str, c: str, d: str) -> None:
    one, two = chunk_digest(chunk(a, b), VECTOR, "m"), chunk_digest(chunk(c, d), VECTOR, "m")
    assert (one == two) == ((a, b) == (c, d))


def test_each_thing_that_a_panel_must_keep_is_in_the_digest() -> None:
    base = chunk_digest(chunk(), VECTOR, "m")
    assert base == chunk_digest(chunk(), VECTOR.copy(), "m")
    assert base != chunk_digest(chunk(ordinal=1), VECTOR, "m")
    assert base != chunk_digest(chunk(), VECTOR, "another model")
    assert base != chunk_digest(chunk(), np.nextafter(VECTOR, np.float32(1)), "m")
    assert base != chunk_digest(chunk(), np.negative(VECTOR), "m")
    parents = [Parent(0, 2), Parent(0, 3), Parent(-1, 2)]
    made = {chunk_digest(replace(chunk(), parent=one), VECTOR, "m") for one in parents}
    assert len(made | {base}) == 4


def test_a_chunk_without_a_parent_keeps_the_digest_that_it_always_had() -> None:
    made = chunk_digest(chunk(), VECTOR, "m", [Mention(Span(0, 2), "person", "Ada")])
    assert made.hex() == "258eb505d0993a19674cdbe0d348f4459507b7e2da34d0e2312ae8db145a7e08"


def test_marks_of_eight_million_chunks_fit_in_64_bits() -> None:
    assert max(marks(b"\xff" * 32)) * 2**23 < 2**63
    assert marks(embed(chunk(), VECTOR, "m").digest) != (0, 0)


def test_card_digest_ignores_the_order_of_metadata() -> None:
    one = Card("w", "t", "s", "text/plain", None, {"a": 1, "b": [2]})
    two = Card("w", "t", "s", "text/plain", None, {"b": [2], "a": 1})
    assert card_digest(one) == card_digest(two)
    assert card_digest(one) != card_digest(Card("w", "t", "s", "text/plain", None, {"a": 2}))


@given(st.uuids(), st.integers(1, 9), st.integers(1, 9), st.integers(0, 10**6))
def test_chunk_ids_survive_their_text_form(
    document: UUID, version: int, generation: int, ordinal: int
) -> None:
    one = ChunkId(document, version, generation, ordinal)
    assert ChunkId.parse(str(one)) == one
