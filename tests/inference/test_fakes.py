import numpy as np
import pytest

from contracts.content import ChatModel, Embedder, Message
from contracts.errors import ModelUnavailable
from tests.fakes.inference import HashEmbedder, ScriptedChat
from tests.inference.embedder_contract import EmbedderContract


class TestHashEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashEmbedder()


async def test_the_same_text_has_the_same_vector_everywhere() -> None:
    one = await HashEmbedder(8).embed_query("Lumen")
    (two,) = await HashEmbedder(8).embed_passages(["Lumen"])
    np.testing.assert_array_equal(one, two)


async def test_an_embedder_that_is_down_says_so() -> None:
    embedder = HashEmbedder()
    embedder.down = True
    with pytest.raises(ModelUnavailable):
        await embedder.embed_query("?")


async def test_a_scripted_chat_keeps_the_question_and_says_its_pieces() -> None:
    scripted = ScriptedChat(["Neuf ", "ans."])
    chat: ChatModel = scripted
    asked = [Message("user", "Quelle durée ?")]
    assert [piece async for piece in chat.stream(asked, max_tokens=20)] == ["Neuf ", "ans."]
    assert scripted.asked == [asked]
    assert scripted.closed == 1
