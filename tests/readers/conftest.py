"""Reading processes and tokenizers that tests share, and a way to write files of any format."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from contracts.content import Enclosed, Source
from contracts.errors import UnreadableDocument
from contracts.nouns import Reading
from readers.pool import ProcessReader

ReadBytes: TypeAlias = Callable[..., Awaitable[Reading]]
UnpackBytes: TypeAlias = Callable[..., Awaitable[tuple[Reading, dict[str, bytes]]]]
RefuseBytes: TypeAlias = Callable[..., Awaitable[UnreadableDocument]]


@pytest.fixture(scope="session")
async def reader() -> AsyncIterator[ProcessReader]:
    pool = ProcessReader(workers=2)
    yield pool
    await pool.close()


@pytest.fixture
def read(reader: ProcessReader, tmp_path: Path) -> ReadBytes:
    """Read bytes as a file of the given name."""

    async def call(data: bytes, filename: str = "file", media_type: str | None = None) -> Reading:
        path = tmp_path / "original"
        path.write_bytes(data)
        return await reader.read(Source(path, filename, media_type=media_type))

    return call


@pytest.fixture
def unpack(reader: ProcessReader, tmp_path: Path) -> UnpackBytes:
    """Read bytes as a file of the given name, and give the files inside as well, by path."""

    async def call(data: bytes, filename: str = "file") -> tuple[Reading, dict[str, bytes]]:
        path = tmp_path / "original"
        path.write_bytes(data)
        files: dict[str, bytes] = {}

        async def take(file: Enclosed) -> None:
            assert file.path not in files
            files[file.path] = b"".join([piece async for piece in file.pieces])

        return await reader.read(Source(path, filename), take), files

    return call


@pytest.fixture
def refusal(read: ReadBytes) -> RefuseBytes:
    """Read bytes that cannot be read, and give the reason."""

    async def call(
        data: bytes, filename: str = "file", media_type: str | None = None
    ) -> UnreadableDocument:
        with pytest.raises(UnreadableDocument) as caught:
            await read(data, filename, media_type)
        assert caught.value.message.endswith(".")
        assert caught.value.remedy.endswith(".")
        return caught.value

    return call


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer that cuts at white space, then into single characters."""
    pieces = [("<unk>", 0.0), *((c, -1.0) for c in "▁abcdefghijklmnopqrstuvwxyzабвг")]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


@pytest.fixture(scope="session")
def word_tokenizer_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer for which a word is a token."""
    tokenizer = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path
