"""Rendering of panels and generations: frozen nouns into the answers of the API."""

from collections.abc import Iterable

from api.panel_schemas import (
    AuditRowAnswer,
    CriterionAnswer,
    DifferenceAnswer,
    GenerationAnswer,
    PanelAnswer,
    ParityNoteAnswer,
    ParityReportAnswer,
    PoliciesAnswer,
    PolicyAnswer,
    TrialAnswer,
    WhereAnswer,
)
from api.standing import Standing
from contracts.nouns import PanelName
from contracts.policy import AuditRow, GenerationRecord, ParityNote, Policy, ReadPlan
from ingestion.faults import ParityReport
from retrieval.switching import Where, stage_of


def policy(value: Policy) -> PolicyAnswer:
    """Render a policy."""
    trial = value.trial
    shown = trial and TrialAnswer(
        stage=trial.stage, candidate=trial.candidate, share=trial.share, since=trial.since
    )
    return PolicyAnswer(mode=value.mode, primary=value.primary, trial=shown)


def policies(plan: ReadPlan) -> PoliciesAnswer:
    """Render the whole plan."""
    return PoliciesAnswer(
        default=policy(plan.default),
        workspaces={name: policy(own) for name, own in sorted(plan.workspaces.items())},
        serving=sorted(plan.serving),
        generation=plan.generation.number,
    )


def panels(found: Standing, policy: Policy) -> list[PanelAnswer]:
    """Render each panel, its stage by a policy."""
    return [_panel(found, policy, name) for name in found.panels]


def _panel(found: Standing, policy: Policy, name: PanelName) -> PanelAnswer:
    health, record = found.panels[name], found.record(name)
    return PanelAnswer(
        name=name,
        ready=health.ready,
        detail=health.detail,
        version=health.version,
        backlog=found.backlog.get(name, 0) if found.backlog is not None else None,
        standing=record and record.standing,
        stage=record and stage_of(record, policy),
        source=record and record.source,
        wanted=record and record.wanted,
        reached=record and record.reached,
    )


def where(value: Where) -> WhereAnswer:
    """Render how far a panel is."""
    return WhereAnswer(
        panel=value.panel,
        standing=value.standing,
        stage=value.stage,
        next=value.next,
        criteria=[CriterionAnswer(met=c.met, sentence=c.sentence) for c in value.criteria],
        policy=policy(value.policy),
    )


def notes(values: Iterable[ParityNote]) -> list[ParityNoteAnswer]:
    """Render remembered checks."""
    return [
        ParityNoteAnswer(
            at=note.at,
            deep=note.deep,
            sampled=note.sampled,
            versions=note.versions,
            found=note.found,
            pending=note.pending,
            faults=dict(note.faults),
        )
        for note in values
    ]


def report(value: ParityReport) -> ParityReportAnswer:
    """Render a check or a repair made now."""
    return ParityReportAnswer(
        clean=value.clean,
        deep=value.deep,
        versions=value.versions,
        chunks=dict(value.chunks),
        pending=value.pending,
        found=value.found,
        repaired=value.repaired,
        differences=[
            DifferenceAnswer(
                panel=one.panel,
                document=one.ref.document if one.ref else None,
                version=one.ref.number if one.ref else None,
                generation=one.generation,
                fault=one.fault,
                detail=one.detail,
            )
            for one in value.differences
        ],
    )


def audit(row: AuditRow) -> AuditRowAnswer:
    """Render one change of a setting."""
    return AuditRowAnswer.model_validate(
        {name: getattr(row, name) for name in AuditRowAnswer.model_fields}
    )


def generation(record: GenerationRecord) -> GenerationAnswer:
    """Render a generation."""
    space = record.generation
    return GenerationAnswer(
        number=space.number,
        model=space.model,
        dimension=space.dimension,
        chunker=space.chunker,
        state=record.state,
        since=record.since,
        wanted=record.wanted,
        reached=record.reached,
    )
