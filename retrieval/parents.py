"""Parents: what was found by a small piece is read with the longer passage it was cut from."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from contracts.errors import PanelUnavailable
from contracts.nouns import Chunk, ChunkId, Passage, Span
from contracts.panels import Panel
from retrieval.asking import Found

_log = logging.getLogger(__name__)

CHILDREN = 200
"""Of one parent, at most: one with more was made by no chunker of ours and is not read."""


def once(found: Iterable[Found]) -> Iterator[Found]:
    """Leave out each child of a parent that another child, found before it, stands for."""
    seen = set()
    for one in found:
        chunk = one.chunk
        family = chunk.id.ref, chunk.parent or chunk.id.ordinal
        if family not in seen:
            seen.add(family)
            yield one


async def with_parents(
    found: Sequence[Found], panels: Sequence[Panel], workspace: str, deadline_s: float
) -> tuple[Found, ...]:
    """Give the passages with their parents, read from the first panel that answers.

    A parent that is not whole there (its document was replaced meanwhile) is left out, and so are
    all where no panel answers: what was found is there in any case.
    """
    wanted = [key for one in found for key in _family(one.chunk)]
    if not wanted:
        return tuple(found)
    held = await _read(wanted, panels, workspace, deadline_s)
    return tuple(replace(one, parent=_parent(one.chunk, held)) for one in found)


def _family(chunk: Chunk) -> list[ChunkId]:
    """Give the ids of a chunk and all other children of its parent; nothing without one."""
    parent = chunk.parent
    if parent is None or parent.end - parent.first > CHILDREN:
        return []
    return [replace(chunk.id, ordinal=n) for n in range(parent.first, parent.end)]


async def _read(
    wanted: Sequence[ChunkId], panels: Sequence[Panel], workspace: str, deadline_s: float
) -> Mapping[ChunkId, Passage]:
    """Read chunks from the first panel that answers in time; nothing when none does."""
    for panel in panels:
        try:
            async with asyncio.timeout(deadline_s):
                return await panel.read(workspace, wanted)
        except (PanelUnavailable, TimeoutError) as error:
            _log.warning("The %s panel gave no parents: %r", panel.name, error)
    return {}


def _parent(child: Chunk, held: Mapping[ChunkId, Passage]) -> Chunk | None:
    """Join the children's texts; None unless every one is there and follows the one before."""
    ids = _family(child)
    family = [held[key].chunk for key in ids if key in held]
    follow = all(a.span.end == b.span.start and a.part == b.part for a, b in pairwise(family))
    if not ids or len(family) < len(ids) or not follow:
        return None
    span = Span(family[0].span.start, family[-1].span.end)
    return replace(child, span=span, text="".join(one.text for one in family))
