"""The contract of the Embedder port: each implementation's test class inherits it."""

import asyncio

import numpy as np

from contracts.content import Embedder

TEXTS = [
    "Le bail est conclu pour une durée de neuf ans à compter du 1er mars.",
    "Срок аренды составляет одиннадцать месяцев.",
    "The pump must be switched off before the filter is cleaned.",
    "",
    "naïve 🧪 𝔘nicode \u200b text",
    "mot " * 3000,
]


class EmbedderContract:
    """Subclasses define a fixture ``embedder``."""

    async def test_no_text_gives_no_row(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_passages([])
        assert vectors.shape == (0, embedder.dimension)
        assert vectors.dtype == np.float32

    async def test_every_text_has_a_unit_vector(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_passages(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    async def test_a_query_has_a_unit_vector(self, embedder: Embedder) -> None:
        for text in TEXTS:
            vector = await embedder.embed_query(text)
            assert vector.shape == (embedder.dimension,)
            assert vector.dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(vector), 1, atol=1e-5)

    async def test_rows_keep_the_order_of_the_texts(self, embedder: Embedder) -> None:
        together = await embedder.embed_passages(TEXTS)
        for text, row in zip(TEXTS, together, strict=True):
            (alone,) = await embedder.embed_passages([text])
            assert float(alone @ row) > 0.999

    async def test_a_query_finds_the_passage_that_shares_its_words(
        self, embedder: Embedder
    ) -> None:
        passages = await embedder.embed_passages(TEXTS[:3])
        for number, question in enumerate(
            ["Quelle est la durée du bail ?", "Какой срок аренды?", "When is the filter cleaned?"]
        ):
            assert int(np.argmax(passages @ await embedder.embed_query(question))) == number

    async def test_many_tasks_at_once_each_get_their_own_answer(self, embedder: Embedder) -> None:
        expected = await embedder.embed_passages(TEXTS[:3])
        asked = [embedder.embed_passages([TEXTS[n % 3]]) for n in range(12)]
        for number, vectors in enumerate(await asyncio.gather(*asked)):
            assert float(vectors[0] @ expected[number % 3]) > 0.999

    async def test_model_and_dimension_identify_the_space(self, embedder: Embedder) -> None:
        assert embedder.model
        assert embedder.dimension > 0
