"""Bags of words: how the lexical leg finds chunks. PostgreSQL analyses, this weighs and counts."""

from collections.abc import Sequence
from typing import Any, Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from vectorstore import queries
from vectorstore.connections import Connection

LAST: Final = 2**31 - 1
"""The highest ordinal that a column of PostgreSQL's int can hold."""
_TERMS: Final = 999_999_999 + 1
"""Dimensions of a sparsevec, and so one more than the highest hashed term."""
_INT4: Final = 23
"""PostgreSQL's number for the type of an array's elements."""


async def add(connection: Connection, versions: list[int], ordinals: list[int]) -> None:
    """Make the bags of stored chunks and note their words; the chunks have none yet."""
    if not versions:
        return
    places = {"versions": versions, "ordinals": ordinals}
    await connection.execute(queries.ADD_LEXICONS, places)
    cursor = connection.cursor(binary=True)
    found = await (await cursor.execute(queries.WORDS, places)).fetchall()
    if not found:
        return
    terms, times = (np.concatenate([np.array(row[n], np.int32) for row in found]) for n in (5, 6))
    sizes = np.array([len(row[5]) for row in found])
    weights = weigh(times, sizes)
    async with connection.cursor().copy(queries.COPY_BAGS) as copy:
        copy.set_types(queries.BAG_TYPES)
        for (*place, digest, _, _), end, size in zip(found, sizes.cumsum(), sizes, strict=True):
            own = slice(end - size, end)
            bag = _array(terms[own]), _sparse(terms[own], weights[own])
            # As panel.seal does: the server sends these columns in this very form.
            await copy.write_row((*place, *bag, crc32(digest + b"".join(bag))))
    await _note(connection, np.repeat([row[2] for row in found], sizes), terms, found)


def weigh(times: npt.NDArray[np.integer], sizes: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Give the BM25 weights of terms in thousandths; ``sizes`` are the terms of each chunk.

    2.2 tf / (tf + 1.2 (0.25 + 0.75 length / 120)), k1 1.2 and b 0.75. The mean length is a
    constant: half or double of it costs at most a point of nDCG, and weights never age.
    """
    starts = sizes.cumsum() - sizes
    length = np.repeat(np.add.reduceat(times.astype(np.int64), starts), sizes)
    saturated = np.rint(2200 * times / (times + 0.3 + 0.0075 * length))
    return np.maximum(1, saturated).astype(np.int64)


def _array(values: npt.NDArray[np.integer]) -> bytes:
    """Give an int[] in the server's binary form: one dimension, no nulls, counted from 1."""
    head = np.array([1, 0, _INT4, len(values), 1], ">i4")
    return (
        head.tobytes() + np.column_stack([np.full_like(values, 4), values]).astype(">i4").tobytes()
    )


def _sparse(terms: npt.NDArray[np.int32], weights: npt.NDArray[np.int64]) -> bytes:
    """Give a sparsevec in the server's binary form, where indices count from 0."""
    head = np.array([_TERMS, len(terms), 0], ">i4")
    return head.tobytes() + (terms - 1).astype(">i4").tobytes() + weights.astype(">f4").tobytes()


async def _note(
    connection: Connection,
    lexicons: npt.NDArray[np.int64],
    terms: npt.NDArray[np.int32],
    found: Sequence[Sequence[Any]],
) -> None:
    """Leave what was added for the next fold, one row for each lexicon."""
    chunks = zip(*np.unique([row[2] for row in found], return_counts=True), strict=True)
    async with connection.cursor().copy(queries.COPY_NOTES) as copy:
        copy.set_types(queries.NOTE_TYPES)
        for lexicon, count in chunks:
            names, counts = np.unique(terms[lexicons == lexicon], return_counts=True)
            await copy.write_row((int(lexicon), int(count), _array(names), _array(counts)))


async def remake(connection: Connection, versions: list[int]) -> None:
    """Make all bags of these versions again."""
    if not versions:
        return
    await drop(connection, versions, [0] * len(versions), [LAST] * len(versions))
    places = await connection.execute(queries.PLACES, {"versions": versions})
    found = await places.fetchall()
    await add(connection, [version for version, _ in found], [ordinal for _, ordinal in found])


async def drop(
    connection: Connection, versions: list[int], firsts: list[int], lasts: list[int]
) -> None:
    """Remove the bags in ranges of ordinals, and take their words back."""
    ranges = {"versions": versions, "firsts": firsts, "lasts": lasts}
    await connection.execute(queries.DROP_BAGS, ranges)
