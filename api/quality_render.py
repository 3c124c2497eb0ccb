"""Rendering of the quality of documents."""

from dataclasses import asdict

from api.quality_schemas import (
    ExpectationsAnswer,
    ListedQuality,
    QualityAnswer,
    QualityDayAnswer,
    QualityReport,
    QualityTotalAnswer,
)
from contracts.quality import AssessedPage, Assessment, Expectations, QualitySummary


def assessment(one: Assessment) -> QualityAnswer:
    """Render a version's assessment."""
    return QualityAnswer.model_validate(_fields(one))


def report(workspace: str, summary: QualitySummary, page: AssessedPage) -> QualityReport:
    """Render sums, and the documents listed with them."""
    return QualityReport(
        workspace=workspace,
        totals=[QualityTotalAnswer.model_validate(asdict(one)) for one in summary.totals],
        days=[QualityDayAnswer.model_validate(asdict(one)) for one in summary.days],
        documents=[
            ListedQuality.model_validate(
                _fields(one.assessment) | {"title": one.title, "source": one.source, "read": one.at}
            )
            for one in page.items
        ],
        cursor=page.cursor,
    )


def expectations(workspace: str, expected: Expectations, changed: int = 0) -> ExpectationsAnswer:
    """Render what a workspace expects."""
    values = {**asdict(expected), "workspace": workspace, "changed": changed}
    return ExpectationsAnswer.model_validate(values)


def _fields(one: Assessment) -> dict[str, object]:
    return {
        "document": one.ref.document,
        "version": one.ref.number,
        "workspace": one.kind.workspace,
        "media_type": one.kind.media_type,
        "state": one.state,
        "reasons": [asdict(reason) for reason in one.reasons],
        "figures": dict(one.measured.figures),
        "repeated_lines": list(one.measured.repeated),
    }
