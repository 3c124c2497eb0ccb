"""The real embedding model, built once per user (4 s) and kept between runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from inference.e5 import ensure_e5
from inference.openvino_embedder import OpenVinoEmbedder


@pytest.fixture(scope="session")
def e5_folder() -> Path:
    return ensure_e5(Path.home() / ".cache" / "diptych" / "models")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def e5(e5_folder: Path) -> AsyncIterator[OpenVinoEmbedder]:
    embedder = OpenVinoEmbedder(e5_folder)
    yield embedder
    await embedder.close()
