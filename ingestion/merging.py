"""Merge: walk through streams that are in the same order side by side, memory flat."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol, TypeVar

from contracts.nouns import VersionRef


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
    first item: that is when servers add up.
    """
    first = await asyncio.gather(*(anext(stream, None) for stream in streams.values()))
    heads = {key: head for key, head in zip(streams, first, strict=True) if head is not None}
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
