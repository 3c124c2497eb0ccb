"""Which model and chunker a generation gets, and what is said when it can have none."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from contracts.content import Spaces
from contracts.errors import SpaceMismatch
from contracts.nouns import Generation
from deploy.spaces import ConfiguredSpaces
from inference.language import LangidDetector
from inference.sentences import SentencexSplitter
from readers.chunkers import Tools, chunker_named
from tests.fakes.inference import HashEmbedder

SMALL, LARGE = HashEmbedder(8, "small"), HashEmbedder(16, "large")
GENERATION = Generation(1, "small", 8, "structure-200-30")


@pytest.fixture
def spaces(tmp_path: Path) -> Spaces:
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    tools = Tools(
        path, LangidDetector(), SentencexSplitter(), lambda _: np.ones((1, 8), np.float32)
    )
    return ConfiguredSpaces(SMALL, [LARGE], chunker=partial(chunker_named, tools=tools))


def test_each_generation_gets_its_own_model(spaces: Spaces) -> None:
    assert spaces.embedder(GENERATION) is SMALL
    assert spaces.embedder(replace(GENERATION, number=2, model="large", dimension=16)) is LARGE


def test_each_generation_gets_its_own_chunker_built_once(spaces: Spaces) -> None:
    other = replace(GENERATION, number=2, chunker="structure-120-20")
    assert spaces.chunker(GENERATION).name == "structure-200-30"
    assert spaces.chunker(other).name == "structure-120-20"
    assert spaces.chunker(replace(other, number=3)) is spaces.chunker(other)


def test_a_model_that_is_not_configured_is_named_with_those_that_are(spaces: Spaces) -> None:
    with pytest.raises(SpaceMismatch, match=r"with 'e5', .*; 'small', 'large' is") as no:
        spaces.embedder(replace(GENERATION, model="e5"))
    assert "DIPTYCH_EMBEDDER_MODEL" in no.value.remedy


def test_a_model_that_has_changed_its_dimension_is_refused(spaces: Spaces) -> None:
    with pytest.raises(SpaceMismatch, match="has 9 dimensions, 'small' has 8 here"):
        spaces.embedder(replace(GENERATION, dimension=9))


def test_an_unknown_chunker_is_refused(spaces: Spaces) -> None:
    with pytest.raises(SpaceMismatch, match="'semantic' is no chunker"):
        spaces.chunker(replace(GENERATION, chunker="semantic"))
