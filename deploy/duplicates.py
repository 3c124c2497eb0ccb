"""Duplicates, put together: where links are kept, what finds them, what is decided and goes."""

from dataclasses import dataclass
from typing import Self

from catalog.postgres import PostgresCatalog
from contracts.blobs import Blobs
from contracts.likeness import LikenessRecord
from contracts.observing import Metrics
from ingestion.comparing import Compare, CompareStored
from ingestion.deciding import Decide
from ingestion.discarding import Discard


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The use cases of likeness and of deleting, over one record."""

    record: LikenessRecord
    compare: Compare
    compare_stored: CompareStored
    decide: Decide
    discard: Discard

    @classmethod
    def over(cls, catalog: PostgresCatalog, blobs: Blobs, days: int, metrics: Metrics) -> Self:
        """Put them on a record; what is deleted is kept for so many days."""
        record, documents = catalog.likeness, catalog.documents
        compare = Compare(record, metrics)
        discard = Discard(documents, catalog.trash, blobs, days=days)
        decide = Decide(documents, record, discard)
        return cls(record, compare, CompareStored(catalog.ledger, record, compare), decide, discard)
