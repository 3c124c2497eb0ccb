import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
import pytest_asyncio

from contracts.content import Embedder
from contracts.errors import ModelUnavailable, SpaceMismatch
from inference.http_embedder import HttpEmbedder
from tests.inference.embedder_contract import TEXTS, EmbedderContract
from tests.inference.fake_openai import DIMENSION, MOST, WINDOW, FakeOpenAI, serve


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with serve(FakeOpenAI) as fake:
        yield fake


@pytest_asyncio.fixture
async def embedder(
    server: FakeOpenAI, request: pytest.FixtureRequest
) -> AsyncIterator[HttpEmbedder]:
    embedder = HttpEmbedder(server.url, getattr(request, "param", "plain"), DIMENSION, timeout=30)
    yield embedder
    await embedder.close()


class TestHttpEmbedder(EmbedderContract):
    """With the dimension given."""


@pytest.mark.parametrize("embedder", ["plain numbers", "narrow", "backwards"], indirect=True)
class TestHttpEmbedderOnOtherServers(EmbedderContract):
    """One knows no base64, one takes short texts and few of them, one answers in any order."""


async def test_the_dimension_is_learned_from_the_server(server: FakeOpenAI) -> None:
    embedder = HttpEmbedder(server.url, "wide", timeout=30)
    with pytest.raises(ModelUnavailable, match="not known yet"):
        _ = embedder.dimension
    await embedder.load()
    assert embedder.dimension == 2 * DIMENSION
    await embedder.close()
    first = HttpEmbedder(server.url, "wide", timeout=30)
    assert (await first.embed_passages([])).shape == (0, 2 * DIMENSION)
    await first.close()


@pytest.mark.parametrize("embedder", ["wide"], indirect=True)
async def test_another_dimension_than_the_given_one_is_refused(embedder: Embedder) -> None:
    with pytest.raises(SpaceMismatch, match=f"in {2 * DIMENSION} dimensions, not in {DIMENSION}"):
        await embedder.embed_passages(TEXTS)
    with pytest.raises(SpaceMismatch):
        await embedder.embed_query("Lumen")


async def test_many_texts_go_in_a_few_calls(embedder: Embedder, server: FakeOpenAI) -> None:
    server.bodies.clear()
    vectors = await embedder.embed_passages([f"texte {n}" for n in range(100)])
    assert sorted(len(body["input"]) for body in server.bodies) == [4, 32, 32, 32]
    alone = await embedder.embed_query("texte 77")
    assert float(alone @ vectors[77]) > 0.999


@pytest.mark.parametrize("embedder", ["narrow"], indirect=True)
async def test_what_a_server_finds_too_much_is_asked_for_in_pieces(
    embedder: Embedder, server: FakeOpenAI
) -> None:
    long = "début " + "mot " * WINDOW
    vectors = await embedder.embed_passages([*["court"] * 2 * MOST, long])
    np.testing.assert_array_equal(vectors[0], vectors[2 * MOST - 1])
    (alone,) = await embedder.embed_passages([long[:WINDOW]])
    assert float(alone @ vectors[-1]) > 0.99
    assert max(len(text) for text in server.bodies[-1]["input"]) <= WINDOW


async def test_prefixes_are_sent_and_name_another_space(server: FakeOpenAI) -> None:
    embedder = HttpEmbedder(server.url, "plain", query="query: ", passage="passage: ", timeout=30)
    server.bodies.clear()
    await embedder.embed_passages(["Lumen"])
    await embedder.embed_query("Lumen")
    await embedder.close()
    assert [body["input"] for body in server.bodies] == [["passage: Lumen"], ["query: Lumen"]]
    plain, other = (
        HttpEmbedder(server.url, "plain", passage=passage) for passage in ("", "passage: ")
    )
    assert plain.model == "plain"
    assert len({embedder.model, plain.model, other.model}) == 3
    assert {body["model"] for body in server.bodies} == {"plain"}


async def test_half_a_character_is_not_an_error(embedder: Embedder) -> None:
    vector = await embedder.embed_query("half \ud83e")
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("embedder", ["flaky"], indirect=True)
async def test_a_server_that_stumbles_is_asked_again(embedder: Embedder) -> None:
    assert (await embedder.embed_query("Lumen")).shape == (DIMENSION,)


@pytest.mark.parametrize(
    ("embedder", "sentence"),
    [
        ("no-key", "refused the key"),
        ("unknown", "does not know 'unknown'"),
        ("busy", "no more calls"),
        ("broken", "failed: .*500"),
        ("fussy", "failed: .*400"),
        ("fewer", "no usable vectors for 1 texts|broke off"),
        ("zero", "no usable vectors for 1 texts"),
    ],
    indirect=["embedder"],
)
async def test_failures_say_what_happened_and_what_to_do(
    embedder: Embedder, sentence: str, server: FakeOpenAI
) -> None:
    server.bodies.clear()
    with pytest.raises(ModelUnavailable, match=sentence) as failure:
        await embedder.embed_passages(["mot " * 100])
    assert failure.value.remedy
    assert len(server.bodies) <= 4


@pytest.mark.parametrize("embedder", ["fewer"], indirect=True)
async def test_one_vector_too_few_is_a_failure(embedder: Embedder) -> None:
    with pytest.raises(ModelUnavailable, match="no usable vectors for 3 texts"):
        await embedder.embed_passages(TEXTS[:3])


async def test_a_query_does_not_wait_for_the_passages(server: FakeOpenAI) -> None:
    embedder = HttpEmbedder(server.url, "silent", timeout=30)
    bulk = asyncio.create_task(embedder.embed_passages(["texte"] * 1000))
    for _ in range(4):  # until every turn is taken
        assert await asyncio.to_thread(server.heard.acquire, timeout=30)
    query = asyncio.create_task(embedder.embed_query("Quelle durée ?"))
    assert await asyncio.to_thread(server.heard.acquire, timeout=30)
    assert server.bodies[-1]["input"] == ["Quelle durée ?"]
    for task in (bulk, query):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await embedder.close()


async def test_nobody_at_the_address_is_a_failure() -> None:
    embedder = HttpEmbedder("http://127.0.0.1:9/v1", "any", timeout=5)
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await embedder.load()
    await embedder.close()
