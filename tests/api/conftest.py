"""The service in memory, and a client for each test of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.browsing import running, site
from tests.api.stand import Stand

__all__ = ["client", "running", "site", "stand"]


@pytest.fixture
async def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path)
    await stand.prepare()
    return stand


@pytest.fixture
async def client(stand: Stand) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks with the free administrator's key."""
    async with stand.client() as client:
        yield client
