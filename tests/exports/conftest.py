"""A panel in memory with the documents that are hard to keep."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from contracts.nouns import Generation, Mention, Span
from tests.panels.fake import InMemoryPanel
from tests.panels.shelf import Shelf

GENERATION = Generation(1, "test-model", 8, "structure-200-30")
OTHER = Generation(2, "other-model", 8, "structure-120-20")
ODD_VECTOR = np.array(
    [-0.0, 1e-45, 3.4e38, -1.1754944e-38, 0.1, 1 / 3, 1.0000001, 0.0], dtype=np.float32
)
ODD_METADATA = {
    "least": 5e-324,
    "most": 1.7976931348623157e308,
    "minus": -0.0,
    "third": 1 / 3,
    "whole": 2.0,
    "large": 2**70,
    "nested": {"list": [1, None, True, "\u0001 🧪"]},
}
HARD_TEXT = "𝒜stral 👩‍👩‍👧 \u202eright to left\u202c e\u0301 \x01\t\r\n 'quoted' \ufeff"


@pytest.fixture
def panel() -> InMemoryPanel:
    return InMemoryPanel()


@pytest_asyncio.fixture
async def shelf(panel: InMemoryPanel) -> AsyncIterator[Shelf]:
    """Live versions: an awkward one, one of 1,300 chunks, an empty one; in two generations."""
    for generation in (GENERATION, OTHER):
        await panel.prepare(generation)
        shelf = Shelf(panel, "default", generation)
        mentions = [Mention(Span(0, 1), "reference", "𝒜-1"), Mention(Span(0, 3), "person", "Ё")]
        awkward = shelf.version(
            HARD_TEXT,
            "Le bail",
            metadata=ODD_METADATA,
            vectors=[ODD_VECTOR, shelf.vector()],
            mentions=[mentions],
            context="Titre\nLigne",
        )
        await shelf.show(awkward, shelf.version(), shelf.version(*map(str, range(1300))))
    yield Shelf(panel, "default", GENERATION)
