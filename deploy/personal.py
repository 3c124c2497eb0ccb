"""Personal data, put together: who finds and counts it, and where it is masked."""

from dataclasses import dataclass
from typing import Self

from catalog.postgres import PostgresCatalog
from contracts.personal import PersonalCounts
from deploy.following import PlanFollower
from deploy.masking import Masking
from deploy.models import Models
from ingestion.screening import Count, Measure, Screen


@dataclass(frozen=True, slots=True)
class Personal:
    """What is known of people, what looks for more, and what hides it."""

    counts: PersonalCounts
    screen: Screen
    measure: Measure
    masking: Masking

    @classmethod
    def over(cls, catalog: PostgresCatalog, models: Models, plans: PlanFollower) -> Self:
        """Put the parts together."""
        count = Count(models.finder)
        return cls(
            catalog.personal,
            Screen(count, catalog.personal, catalog.policies),
            Measure(catalog.ledger, count, catalog.personal),
            Masking(models.finder, plans),
        )
