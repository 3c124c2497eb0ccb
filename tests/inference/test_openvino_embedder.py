import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contracts.content import Embedder
from contracts.errors import ModelUnavailable, SetupFailed
from inference.openvino_embedder import OpenVinoEmbedder
from tests.inference.embedder_contract import TEXTS, EmbedderContract

REFERENCE = Path(__file__).with_name("e5_reference.json")


class TestOpenVinoEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self, e5: OpenVinoEmbedder) -> Embedder:
        return e5


async def test_similarities_are_those_of_sentence_transformers(e5: OpenVinoEmbedder) -> None:
    reference = json.loads(REFERENCE.read_text("utf-8"))
    prefix, piece, times = reference["repeated"]
    texts = [*reference["texts"], prefix + piece * times]
    passages = [text.removeprefix("passage: ") for text in texts if text.startswith("passage: ")]
    rows = iter(await e5.embed_passages(passages))
    vectors = np.stack(
        [
            next(rows)
            if text.startswith("passage: ")
            else await e5.embed_query(text.removeprefix("query: "))
            for text in texts
        ]
    )
    np.testing.assert_allclose(vectors @ vectors.T, reference["cosines"], atol=0.003)


async def test_what_lies_beyond_the_window_does_not_count(e5: OpenVinoEmbedder) -> None:
    long = "La vanne est fermée. " * 400
    one, two = await e5.embed_passages([long, long + "Le lion dort."])
    assert float(one @ two) > 0.9999


async def test_shapeless_characters_do_not_count(e5: OpenVinoEmbedder) -> None:
    one, two = await e5.embed_passages(
        ["La vanne est fermée.", "\ufeffLa\u200bvanne\x07 est\n\tfermée."]
    )
    assert float(one @ two) > 0.9999


async def test_half_a_character_is_not_an_error(e5: OpenVinoEmbedder) -> None:
    vector = await e5.embed_query("half \ud83e")
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


async def test_queries_do_not_wait_for_all_passages(e5: OpenVinoEmbedder) -> None:
    bulk = asyncio.create_task(e5.embed_passages(["Le bail est conclu. " * 60] * 128))
    for _ in range(5):
        await e5.embed_query("Quelle durée ?")
    assert not bulk.done()
    bulk.cancel()


async def test_a_caller_that_gives_up_frees_its_turn(e5: OpenVinoEmbedder) -> None:
    bulk = asyncio.create_task(e5.embed_passages(["Le bail est conclu. " * 60] * 20_000))
    await e5.embed_query("Quelle durée ?")
    bulk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bulk
    assert (await asyncio.wait_for(e5.embed_passages(["court"]), timeout=30)).shape[0] == 1


async def test_closing_ends_waiting_calls(e5_folder: Path) -> None:
    embedder = OpenVinoEmbedder(e5_folder)
    await embedder.load()
    bulk = asyncio.create_task(embedder.embed_passages(["Le bail est conclu. " * 60] * 256))
    await embedder.embed_query("Quelle durée ?")
    await embedder.close()
    with pytest.raises(ModelUnavailable, match="closed"):
        await bulk
    with pytest.raises(ModelUnavailable, match="closed"):
        await embedder.embed_query("Quelle durée ?")


async def test_a_model_that_cannot_be_loaded_names_its_folder(
    e5_folder: Path, tmp_path: Path
) -> None:
    shutil.copy(e5_folder / "model.json", tmp_path)
    embedder = OpenVinoEmbedder(tmp_path)
    with pytest.raises(ModelUnavailable, match=str(tmp_path)):
        await embedder.embed_passages(TEXTS[:1])


def test_a_folder_without_a_model_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="no embedding model"):
        OpenVinoEmbedder(tmp_path)


def test_naming_the_model_loads_nothing(e5_folder: Path) -> None:
    program = (
        "import sys, pathlib; from inference.openvino_embedder import OpenVinoEmbedder as E;"
        "print(E(pathlib.Path(sys.argv[1])).model); assert 'openvino' not in sys.modules"
    )
    out = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program, str(e5_folder)], check=True, capture_output=True, text=True
    )
    assert out.stdout.startswith("multilingual-e5-small-")
