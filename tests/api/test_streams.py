from collections.abc import AsyncIterator

from api.streams import closing


async def test_a_stream_that_is_left_early_is_closed_at_the_end_of_its_block() -> None:
    ended = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(9):
                yield number
        finally:
            ended.append(True)

    source = numbers()
    async with closing(source) as items:
        async for number in items:
            if number == 1:
                break
        assert not ended
    assert ended
    assert [number async for number in source] == []
