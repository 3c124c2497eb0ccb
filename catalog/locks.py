"""Names of the advisory locks; all of them share one class number, apart from leases."""

from typing import Final
from uuid import UUID

CLASS: Final = 0x44505459
"""First of the two numbers of each lock below; leases use the space of single numbers."""
PLACES: Final = 0x4450544A
"""First number of the locks of places; the second is the place's own."""
MIGRATE: Final = 1
FIRST_KEY: Final = 2
SETTINGS: Final = 3
"""Held by who changes which rows every version has; shared by who writes versions meanwhile."""
GONE: Final = 4
REBUILDING: Final = 5
TWINS: Final = 12

HOLD: Final = "SELECT pg_advisory_xact_lock(%s, %s)"
"""Wait for a lock and hold it until the transaction ends."""
SHARE: Final = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
"""Hold it together with others who share it."""


def lease(document: UUID) -> int:
    """Give the number that stands for a document: 63 bits of its id, most of them random."""
    return document.int & 0x7FFF_FFFF_FFFF_FFFF
