"""Rendering: frozen nouns into the answers of the API."""

from collections.abc import Mapping
from uuid import UUID

from api.schemas import (
    Accepted,
    AskAnswer,
    ChildrenAnswer,
    ChunkAnswer,
    CitationAnswer,
    DocumentAnswer,
    DocumentList,
    DuplicateOf,
    HeadingAnswer,
    KeyAnswer,
    LegAnswer,
    PanelRow,
    ParentAnswer,
    PartAnswer,
    Progress,
    ResultAnswer,
    SearchAnswer,
    SpanAnswer,
)
from contracts.nouns import EmbeddedChunk, Part, Span, VersionRef
from contracts.people import KeyRecord
from contracts.record import DocumentPage, DocumentRecord, Receipt
from retrieval.asking import Answer, Citation, Found, SearchResult

_BELONGINGS = ("chunks", "members", "versions", "content", "events", "duplicates")


def links(document: object) -> dict[str, str]:
    """Give the addresses of what belongs to a document."""
    base = f"/v1/documents/{document}"
    rest = {name: f"{base}/{name}" for name in _BELONGINGS}
    return {"self": base, **rest}


def accepted(receipt: Receipt, original: UUID | None = None) -> Accepted:
    """Render a receipt, and which elder document has the same bytes."""
    return Accepted(
        id=receipt.ref.document,
        version=receipt.ref.number,
        source=receipt.source,
        filename=receipt.filename,
        unchanged=receipt.unchanged,
        duplicate_of=original and DuplicateOf(document=original),
        links=links(receipt.ref.document),
    )


def document(record: DocumentRecord, original: UUID | None = None) -> DocumentAnswer:
    """Render a document's record, and which elder document has the same bytes."""
    rows = [
        PanelRow(
            panel=row.panel,
            wanted=row.wanted,
            reached=row.reached,
            chunks=row.chunks,
            attempts=row.attempts,
            error=row.error,
        )
        for row in record.panels
    ]
    return DocumentAnswer.model_validate(
        {name: getattr(record, name) for name in DOCUMENT_FIELDS}
        | {
            "metadata": dict(record.metadata),
            "progress": Progress(
                stage=record.stage,
                done=record.done,
                total=record.total,
                seconds_left=record.left_s,
            ),
            "panels": rows,
            "duplicate_of": original and DuplicateOf(document=original),
            "links": links(record.id),
        }
    )


def documents(page: DocumentPage, originals: Mapping[UUID, UUID]) -> DocumentList:
    """Render one page of a list, and which elder documents have the same bytes."""
    items = [document(item, originals.get(item.id)) for item in page.items]
    return DocumentList(documents=items, cursor=page.cursor)


DOCUMENT_FIELDS = tuple(
    name
    for name in DocumentAnswer.model_fields
    if name not in {"progress", "panels", "duplicate_of", "links"}
)


def span(value: Span) -> SpanAnswer:
    """Render a span."""
    return SpanAnswer(start=value.start, end=value.end)


def part(ref: VersionRef, value: Part) -> PartAnswer:
    """Render the text of a part."""
    headings = [HeadingAnswer(start=h.start, level=h.level, text=h.text) for h in value.headings]
    return PartAnswer(
        document=ref.document,
        version=ref.number,
        part=value.ordinal,
        label=value.label,
        page=value.page,
        language=value.language,
        confidence=value.confidence,
        text=value.text,
        headings=headings,
    )


def chunk(value: EmbeddedChunk) -> ChunkAnswer:
    """Render a chunk as a panel holds it."""
    held = value.chunk
    return ChunkAnswer(
        id=str(held.id),
        ordinal=held.id.ordinal,
        part=held.part,
        page=held.page,
        span=span(held.span),
        text=held.text,
        context=held.context,
        language=held.language,
        parent=held.parent and ChildrenAnswer(first=held.parent.first, end=held.parent.end),
        digest=value.digest.hex(),
    )


def result(found: Found) -> ResultAnswer:
    """Render one passage that was found."""
    held = found.chunk
    return ResultAnswer(
        chunk_id=str(held.id),
        document_id=held.id.document,
        version=held.id.version,
        part=held.part,
        page=held.page,
        span=span(held.span),
        text=held.text,
        context=held.context,
        language=held.language,
        title=found.title,
        source=found.source,
        external_id=found.external_id,
        metadata=_plain(found.metadata),
        score=found.score,
        legs={
            name: LegAnswer(rank=rank, score=score) for name, (rank, score) in found.legs.items()
        },
        parent=found.parent and ParentAnswer(span=span(found.parent.span), text=found.parent.text),
    )


def search(value: SearchResult, trace: UUID | None = None) -> SearchAnswer:
    """Render what a search came to."""
    return SearchAnswer(
        trace=trace,
        results=[result(found) for found in value.found],
        panel=value.mode,
        served_by=list(value.served_by),
        degraded=value.degraded,
        generation=value.generation.number,
        model=value.generation.model,
        took_ms=dict(value.took_ms),
    )


def citation(value: Citation) -> CitationAnswer:
    """Render a citation, with the addresses of its part and of the original."""
    base = f"/v1/documents/{value.chunk.document}"
    version = value.chunk.version
    return CitationAnswer(
        number=value.number,
        chunk_id=str(value.chunk),
        document_id=value.chunk.document,
        version=version,
        part=value.part,
        page=value.page,
        span=span(value.span),
        quote=value.quote,
        title=value.title,
        source=value.source,
        external_id=value.external_id,
        links={
            "part": f"{base}/parts/{value.part}?version={version}",
            "content": f"{base}/content",
        },
    )


def answer(value: Answer, trace: UUID | None = None) -> AskAnswer:
    """Render a whole answer."""
    return AskAnswer(
        trace=trace,
        answer=value.text,
        refused=value.refused,
        citations=[citation(item) for item in value.citations],
        method=value.method,
        language=value.language,
        search=search(value.search, trace),
        took_ms=dict(value.took_ms),
    )


def key(record: KeyRecord, secret: str | None = None) -> KeyAnswer:
    """Render a key; the secret only when it was just made."""
    return KeyAnswer(
        id=record.id,
        name=record.name,
        role=record.role,
        workspace=record.workspace,
        created=record.created,
        last_used=record.last_used,
        revoked=record.revoked,
        secret=secret,
    )


def _plain(metadata: Mapping[str, object]) -> dict[str, object]:
    return dict(metadata)
