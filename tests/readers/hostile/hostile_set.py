"""The hostile set by name, and its table as docs/hostile.md shows it."""

from collections.abc import Mapping, Sequence

from tests.readers.hostile.archives import ARCHIVES
from tests.readers.hostile.case import Bait, Case
from tests.readers.hostile.damage import DAMAGE
from tests.readers.hostile.lures import lures
from tests.readers.hostile.mails import MAILS
from tests.readers.hostile.office import OFFICE
from tests.readers.hostile.pdfs import PDFS
from tests.readers.hostile.pictures import PICTURES
from tests.readers.hostile.texts import TEXTS


def hostile_set(bait: Bait) -> Mapping[str, Sequence[Case]]:
    """Give all cases by what they are; those that reach out reach for the bait."""
    return {
        "Archives": ARCHIVES,
        "PDF": PDFS,
        "Office files": OFFICE,
        "Mail": MAILS,
        "Texts and pages": TEXTS,
        "Pictures": PICTURES,
        "Reaching out": lures(bait),
        "Damage": DAMAGE,
    }


def table() -> str:
    """Give the set as the tables of its page."""
    sections = []
    for title, cases in hostile_set(Bait()).items():
        rows = "".join(f"| `{case.name}` | {case.tries} | {_outcome(case)} |\n" for case in cases)
        sections.append(f"## {title}\n\n| file | tries | ends as |\n|---|---|---|\n{rows}")
    return "\n".join(sections)


def _outcome(case: Case) -> str:
    return "read" if case.outcome is None else f"`{case.outcome.value}`"


if __name__ == "__main__":
    print(table())  # noqa: T201 - for whoever changes the set
