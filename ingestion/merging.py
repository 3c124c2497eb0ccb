"""Merge: walk through streams that are in the same order side by side, memory flat."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Protocol, TypeVar

from contracts.nouns import VersionRef
from ingestion.together import together


class Named(Protocol):
    """Something that is said of a version."""

    @property
    def ref(self) -> VersionRef:
        """The version."""
        ...


Key = TypeVar("Key")
Item = TypeVar("Item", bound=Named)
Value = TypeVar("Value")


async def side_by_side(
    streams: Mapping[Key, AsyncIterator[Item]],
) -> AsyncIterator[tuple[VersionRef, dict[Key, Item]]]:
    """Yield each version once, in order, with what the streams that know it say of it.

    Every stream is in the order of versions and names none twice. All are asked at once for their
    first item: that is when servers add up. Whatever happens, all streams are closed.
    """
    try:
        heads = await _first(streams)
        while heads:
            ref = min(head.ref for head in heads.values())
            said = {key: head for key, head in heads.items() if head.ref == ref}
            yield ref, said
            for key in said:
                following = await anext(streams[key], None)
                if following is None:
                    del heads[key]
                else:
                    heads[key] = following
    finally:
        for stream in streams.values():
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()


async def _first(streams: Mapping[Key, AsyncIterator[Item]]) -> dict[Key, Item]:
    """Ask every stream at once; when one fails, no other is left in the middle of an answer."""
    first = await together(anext(stream, None) for stream in streams.values())
    return {key: head for key, head in zip(streams, first, strict=True) if head is not None}


async def batches(
    items: AsyncIterator[Value], weight: Callable[[Value], int], limit: int
) -> AsyncIterator[list[Value]]:
    """Cut a stream into lists that weigh about ``limit``; one item may weigh more."""
    batch: list[Value] = []
    total = 0
    async for item in items:
        batch.append(item)
        total += weight(item)
        if total >= limit:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch
