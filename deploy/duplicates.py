"""Duplicates, put together: where links are kept, what finds them, what is decided and goes."""

from dataclasses import dataclass
from typing import Self

from contracts.likeness import LikenessRecord
from contracts.observing import Metrics
from contracts.record import Documents, Ledger
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
    def over(
        cls,
        record: LikenessRecord,
        documents: Documents,
        ledger: Ledger,
        discard: Discard,
        metrics: Metrics,
    ) -> Self:
        """Put them on a record."""
        compare = Compare(record, metrics)
        stored = CompareStored(ledger, record, compare)
        return cls(record, compare, stored, Decide(documents, record, discard), discard)
