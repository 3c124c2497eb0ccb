"""The export file's layout: a SQLite database, its rows, and the digest of all that it holds.

Vectors are raw little-endian float32; cards and mentions are JSON in ASCII, which can spell any
text. Each chunk carries its digest, each version their marks, and the file a SHA-256 over both,
so that whatever changed afterwards is found.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np

from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    EmbeddedChunk,
    Generation,
    Mention,
    Parent,
    Span,
    StagedVersion,
    VersionDigest,
    VersionRef,
)

Row: TypeAlias = Sequence[Any]

APPLICATION = 0x44505458
"""What SQLite calls the application id; ``DPTX``."""
FORMAT = 2
"""Goes up with every change of the layout; an elder program refuses a newer file."""

SCHEMA = """
-- A chunk of 3 kB wastes 1 kB of a page of 4 kB.
PRAGMA page_size = 32768;
PRAGMA application_id = 0x44505458;
PRAGMA user_version = 2;
CREATE TABLE header (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE generation (
  number INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  chunker TEXT NOT NULL
) STRICT;
CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  document BLOB NOT NULL,
  number INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  first_mark INTEGER NOT NULL,
  second_mark INTEGER NOT NULL,
  card_digest TEXT NOT NULL,
  card TEXT NOT NULL,
  UNIQUE (generation, document, number)
) STRICT;
CREATE TABLE chunk (
  version INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  digest BLOB NOT NULL,
  part INTEGER NOT NULL,
  page INTEGER,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  language TEXT NOT NULL,
  context TEXT NOT NULL,
  text TEXT NOT NULL,
  mentions TEXT NOT NULL,
  embedding BLOB NOT NULL,
  parent_first INTEGER,
  parent_end INTEGER,
  PRIMARY KEY (version, ordinal)
) STRICT;
"""

ADD_HEADER = "INSERT INTO header VALUES (?, ?)"
ADD_GENERATION = "INSERT INTO generation VALUES (?, ?, ?, ?)"
ADD_VERSION = "INSERT INTO version VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_CHUNK = "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
COUNTS = "SELECT count(*), coalesce(sum(chunks), 0) FROM version"

HEADER = "SELECT name, value FROM header"
GENERATIONS = "SELECT number, model, dimension, chunker FROM generation ORDER BY number"
VERSIONS = """
SELECT id, generation, document, number, chunks, first_mark, second_mark, card_digest, card
FROM version WHERE generation = ?1 ORDER BY document, number
"""
VERSIONS_OF_DOCUMENT = """
SELECT id, generation, document, number, chunks, first_mark, second_mark, card_digest, card
FROM version WHERE generation = ?1 AND document = ?2 ORDER BY number
"""
VERSION = """
SELECT id, generation, document, number, chunks, first_mark, second_mark, card_digest, card
FROM version WHERE generation = ?1 AND document = ?2 AND number = ?3
"""
CHUNKS = """
SELECT ordinal, digest, part, page, starts, ends, language, context, text, mentions, embedding,
       parent_first, parent_end
FROM chunk WHERE version = ? ORDER BY ordinal
"""
_CHUNKS_1 = """
SELECT ordinal, digest, part, page, starts, ends, language, context, text, mentions, embedding,
       NULL, NULL
FROM chunk WHERE version = ? ORDER BY ordinal
"""
"""Of format 1, which had no parents."""
_DIGESTED = """
SELECT v.generation, v.document, v.number, v.chunks, v.first_mark, v.second_mark, v.card_digest,
       c.ordinal, c.digest
FROM version v LEFT JOIN chunk c ON c.version = v.id
ORDER BY v.generation, v.document, v.number, c.ordinal
"""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself; ``content`` is the SHA-256 over all that it holds."""

    created_by: str
    generations: tuple[Generation, ...]
    versions: int
    chunks: int
    content: str


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version in the file: the id of its row, its card and its digest."""

    id: int
    staged: StagedVersion
    digest: VersionDigest


def content(database: sqlite3.Connection) -> str:
    """Hex SHA-256 over generations, versions and their chunks' digests, in order."""
    state = hashlib.sha256()
    for query in (GENERATIONS, _DIGESTED):
        for row in database.execute(query):
            state.update(repr(row).encode())
    return state.hexdigest()


def header(database: sqlite3.Connection) -> Header:
    """Read what the file says of itself."""
    said: dict[str, str] = dict(database.execute(HEADER))
    generations = tuple(Generation(*row) for row in database.execute(GENERATIONS))
    versions, chunks = int(said["versions"]), int(said["chunks"])
    return Header(said["created_by"], generations, versions, chunks, said["content"])


def header_rows(about: Header) -> Iterator[Row]:
    """Give the rows of the table ``header``; generations have a table of their own."""
    for name in ("created_by", "versions", "chunks", "content"):
        yield name, str(getattr(about, name))


def version_row(version: StagedVersion, digest: VersionDigest) -> Row:
    """Give the row of a version, all but its id."""
    place = (version.generation, version.ref.document.bytes, version.ref.number)
    return (*place, digest.chunks, *digest.marks, digest.card, json.dumps(asdict(version.card)))


def version(row: Row) -> HeldVersion:
    """Read a row of VERSIONS; what is in a file was live where it came from."""
    number, generation, document, *_, card_digest, card_json = row
    ref = VersionRef(UUID(bytes=document), row[3])
    card = Card(**json.loads(card_json))
    digest = VersionDigest(
        ref, generation, card.workspace, row[4], (row[5], row[6]), card_digest, live=True
    )
    return HeldVersion(number, StagedVersion(ref, generation, card), digest)


def chunk_row(version_id: int, one: EmbeddedChunk) -> Row:
    """Give the row of a chunk."""
    chunk = one.chunk
    place = (chunk.part, chunk.page, chunk.span.start, chunk.span.end)
    mentions = [(m.span.start, m.span.end, m.kind, m.name) for m in one.mentions]
    vector = np.ascontiguousarray(one.embedding, dtype="<f4").tobytes()
    texts = (chunk.language, chunk.context, chunk.text, json.dumps(mentions))
    parent = (chunk.parent.first, chunk.parent.end) if chunk.parent else (None, None)
    return (version_id, chunk.id.ordinal, one.digest, *place, *texts, vector, *parent)


def chunk_rows(database: sqlite3.Connection, version_id: int) -> Iterator[Row]:
    """Give a version's rows of CHUNKS, in order."""
    (written,) = database.execute("PRAGMA user_version").fetchone()
    return database.execute(_CHUNKS_1 if written == 1 else CHUNKS, (version_id,))


def chunk(of: StagedVersion, row: Row) -> EmbeddedChunk:
    """Read a row of CHUNKS."""
    ordinal, digest, part, page, starts, ends, language, context, text, *rest = row
    mentions, vector, first, after = rest
    place = ChunkId(of.ref.document, of.ref.number, of.generation, ordinal)
    return EmbeddedChunk(
        Chunk(
            place,
            part,
            page,
            Span(starts, ends),
            text,
            context,
            language,
            None if first is None else Parent(first, after),
        ),
        np.frombuffer(vector, dtype="<f4").astype(np.float32),
        digest,
        tuple(
            Mention(Span(start, end), kind, name) for start, end, kind, name in json.loads(mentions)
        ),
    )
