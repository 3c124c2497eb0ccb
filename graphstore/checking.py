"""What no panel can keep is refused before anything of a call is stored."""

import json
from collections.abc import Iterator

import numpy as np

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import METADATA_LIMIT, NAME_LIMIT, Card, EmbeddedChunk, Generation


def check_card(card: Card) -> None:
    """Raise InvalidInput for metadata over the limit and for text that is none."""
    for text in (card.workspace, card.title, card.source, card.media_type, card.external_id):
        _check_text(text or "")
    metadata = json.dumps(card.metadata, ensure_ascii=False)
    if len(metadata.encode("utf-8", "surrogatepass")) > METADATA_LIMIT:
        raise InvalidInput(
            f"The metadata of '{card.title[:80]}' are over {METADATA_LIMIT} bytes.",
            "Send less metadata with the document.",
        )


def check_chunk(one: EmbeddedChunk, generation: Generation) -> None:
    """Raise SpaceMismatch for a vector of another space, InvalidInput for anything unfit."""
    if one.embedding.shape != (generation.dimension,):
        raise SpaceMismatch(
            f"A vector of shape {one.embedding.shape} does not fit a generation of "
            f"{generation.dimension} dimensions.",
            "Embed with the generation's model.",
        )
    if not np.isfinite(one.embedding).all():
        raise InvalidInput(
            f"The embedding of chunk {one.chunk.id} is not finite.",
            "Check the embedding model; this one is broken.",
        )
    for text in _texts(one):
        _check_text(text)
    for mention in one.mentions:
        if not 0 < len(mention.name) <= NAME_LIMIT:
            raise InvalidInput(
                f"A name in chunk {one.chunk.id} has {len(mention.name)} characters.",
                f"Names of entities have 1 to {NAME_LIMIT} characters.",
            )


def _texts(one: EmbeddedChunk) -> Iterator[str]:
    yield one.chunk.text
    yield one.chunk.context
    for mention in one.mentions:
        yield mention.kind
        yield mention.name


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"The text '{text[:40]!r}' holds half of a surrogate pair.", "Mend its encoding."
        ) from error
    if "\0" in text:
        raise InvalidInput(f"The text {text[:40]!r} holds a NUL character.", "Remove it.")
