"""What parity can find, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.nouns import PanelName, VersionRef


class Fault(StrEnum):
    """How a panel differs from what it must hold."""

    MISSING = "missing"
    EXTRA = "extra"
    HIDDEN = "hidden"
    DIFFERENT = "different"
    CORRUPT = "corrupt"
    AUDIENCE = "audience"
    GENERATION = "generation"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in one panel that is not as it must be; ``ref`` where it is one version's."""

    panel: PanelName
    ref: VersionRef | None
    fault: Fault
    detail: str
    generation: int


@dataclass(frozen=True, slots=True)
class ParityReport:
    """What was compared and found.

    ``clean`` says how it is now. ``pending`` versions were on their way during the check.
    ``repaired`` of the ``found`` faults were mended; ``differences`` lists the first of them.
    """

    clean: bool
    deep: bool
    versions: int
    chunks: Mapping[PanelName, int]
    pending: int
    found: int
    differences: tuple[Difference, ...]
    repaired: int = 0


SENTENCES = {
    Fault.MISSING: "the record wants it, the panel lacks it",
    Fault.EXTRA: "the panel holds it, the record does not want it",
    Fault.HIDDEN: "it is stored but readers do not see it",
    Fault.DIFFERENT: "its chunks or its card are not what was recorded",
    Fault.AUDIENCE: "it is filed under another workspace than its document's",
    Fault.GENERATION: "the panel holds a generation that the record does not know",
}
