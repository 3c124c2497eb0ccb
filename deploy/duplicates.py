"""Duplicates, put together: where links are kept, what finds them and what a person decides."""

from dataclasses import dataclass
from typing import Self

from contracts.likeness import LikenessRecord
from contracts.observing import Metrics
from contracts.record import Ledger
from ingestion.comparing import Compare, CompareStored
from ingestion.deciding import Decide


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The use cases of likeness, over one record."""

    record: LikenessRecord
    compare: Compare
    compare_stored: CompareStored
    decide: Decide

    @classmethod
    def over(cls, record: LikenessRecord, ledger: Ledger, decide: Decide, metrics: Metrics) -> Self:
        """Put them on a record."""
        compare = Compare(record, metrics)
        stored = CompareStored(ledger, record, compare)
        return cls(record, compare, stored, decide)
