"""The sample set that ships with the project: documents of a fictitious company, and questions."""

from pathlib import Path

ROOT = Path(__file__).parent.parent / "samples"
DOCUMENTS = ROOT / "documents"
QUESTIONS = ROOT / "questions.jsonl"


def files() -> list[tuple[Path, str]]:
    """Give each sample file with its source, the same wherever the project lies."""
    return [(p, f"samples/{p.name}") for p in sorted(DOCUMENTS.iterdir()) if p.is_file()]
