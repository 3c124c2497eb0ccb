"""What the routes and pages of data quality call."""

from dataclasses import dataclass
from typing import Protocol

from contracts.quality import Assessments, Expectations


class Renewing(Protocol):
    """The use case that keeps states in step with what is expected."""

    async def expect(self, workspace: str, expectations: Expectations, actor: str) -> int:
        """Set what a workspace expects; gives how many states changed. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class QualityDesk:
    """Everything behind the routes and pages of data quality."""

    assessments: Assessments
    renewal: Renewing
