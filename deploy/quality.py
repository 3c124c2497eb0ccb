"""Quality of documents, put together: where it is kept, what measures and what judges again."""

from dataclasses import dataclass
from typing import Self

from contracts.observing import Metrics
from contracts.quality import Assessments
from contracts.record import Ledger
from deploy.models import Models
from ingestion.quality.assessing import Assess
from ingestion.quality.renewing import RenewQuality


@dataclass(frozen=True, slots=True)
class Quality:
    """The use cases of data quality, over one record."""

    assessments: Assessments
    assess: Assess
    renewal: RenewQuality

    @classmethod
    def over(
        cls, assessments: Assessments, ledger: Ledger, models: Models, metrics: Metrics
    ) -> Self:
        """Put them on a record and this process's dictionaries."""
        assess = Assess(assessments, models.words, models.detector, metrics)
        return cls(assessments, assess, RenewQuality(ledger, assessments, assess))
