import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from contracts.content import ChatModel, Message
from contracts.errors import ModelUnavailable
from inference.openai_chat import OpenAIChat
from tests.inference.fake_openai import FakeOpenAI, serve

ASKED = [Message("system", "Réponds."), Message("user", "Quelle durée ?")]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeOpenAI]:
    with serve(FakeOpenAI) as fake:
        yield fake


@pytest_asyncio.fixture
async def chat(server: FakeOpenAI, request: pytest.FixtureRequest) -> AsyncIterator[OpenAIChat]:
    chat = OpenAIChat(server.url, getattr(request, "param", "plain"), timeout=30)
    yield chat
    await chat.close()


async def told(chat: ChatModel) -> str:
    return "".join([piece async for piece in chat.stream(ASKED, max_tokens=50)])


async def test_an_answer_comes_in_pieces(chat: OpenAIChat, server: FakeOpenAI) -> None:
    pieces = [piece async for piece in chat.stream(ASKED, max_tokens=50)]
    assert pieces == ["Neuf ", "ans."]
    sent = server.bodies[-1]
    assert (sent["model"], sent["max_tokens"]) == (chat.model, 50)
    assert sent["messages"] == [
        {"role": "system", "content": "Réponds."},
        {"role": "user", "content": "Quelle durée ?"},
    ]


@pytest.mark.parametrize("chat", ["endless"], indirect=True)
async def test_closing_the_iterator_ends_the_call(chat: OpenAIChat, server: FakeOpenAI) -> None:
    server.left.clear()
    async with contextlib.aclosing(chat.stream(ASKED, max_tokens=50)) as answer:  # type: ignore[type-var] # an async generator, seen through the port's AsyncIterator
        async for _ in answer:
            break
    assert await asyncio.to_thread(server.left.wait, 30)


@pytest.mark.parametrize("chat", ["endless"], indirect=True)
async def test_cancelling_the_reader_ends_the_call(chat: OpenAIChat, server: FakeOpenAI) -> None:
    server.left.clear()
    reading = asyncio.Event()

    async def read() -> None:
        async for _ in chat.stream(ASKED, max_tokens=50):
            reading.set()

    reader = asyncio.create_task(read())
    await asyncio.wait_for(reading.wait(), 30)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await asyncio.to_thread(server.left.wait, 30)


async def test_tokens_are_counted_as_the_server_tells_them(chat: OpenAIChat) -> None:
    assert chat.used == {}
    for _ in range(2):
        await told(chat)
    assert chat.used == {"calls": 2, "input": 24, "output": 4}


@pytest.mark.parametrize("chat", ["old"], indirect=True)
async def test_a_server_that_counts_nothing_answers_all_the_same(
    chat: OpenAIChat, server: FakeOpenAI
) -> None:
    for _ in range(2):
        assert await told(chat) == "Neuf ans."
    assert chat.used == {}
    assert "stream_options" not in server.bodies[-2], "the second call asks only once"


@pytest.mark.parametrize("chat", ["reasoning"], indirect=True)
async def test_a_model_that_names_the_limit_otherwise_is_understood(
    chat: OpenAIChat, server: FakeOpenAI
) -> None:
    for _ in range(2):
        assert await told(chat) == "Neuf ans."
        assert server.bodies[-1]["max_completion_tokens"] == 50
    assert "max_completion_tokens" in server.bodies[-2], "the second call asks only once"


@pytest.mark.parametrize(
    ("chat", "sentence"),
    [
        ("no-key", "refused the key"),
        ("unknown", "does not know 'unknown'"),
        ("busy", "no more calls"),
        ("broken", "failed: .*500"),
        ("cut", "hung up|broke off"),
        ("garbled", "broke off"),
    ],
    indirect=["chat"],
)
async def test_failures_say_what_happened_and_what_to_do(chat: OpenAIChat, sentence: str) -> None:
    with pytest.raises(ModelUnavailable, match=sentence) as failure:
        await told(chat)
    assert failure.value.remedy


async def test_silence_is_a_failure(server: FakeOpenAI) -> None:
    chat = OpenAIChat(server.url, "silent", timeout=0.2)
    with pytest.raises(ModelUnavailable):
        await told(chat)
    await chat.close()


async def test_nobody_at_the_address_is_a_failure() -> None:
    chat = OpenAIChat("http://127.0.0.1:9/v1", "any", timeout=5)
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await told(chat)
    await chat.close()
