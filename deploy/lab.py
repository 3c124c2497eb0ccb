"""The test platform over the wired service: what a variant needs is estimated, built, removed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from contracts.content import Chunker
from contracts.errors import Conflict, NotFound
from contracts.nouns import Generation, Part, Reading, ReadMode, VersionRef
from contracts.paging import pages
from contracts.policy import Change, GenerationRecord, GenerationState
from contracts.tuning import Configuration
from contracts.variants import KeptVariant, Variant
from deploy.measuring import workspace_of
from deploy.stores import Bar
from deploy.wiring import Diptych
from eval.suites import Loaded
from retrieval.prompting import rules

LOOK_EVERY = 0.3
"""Seconds between looks at the record while waiting."""
PATIENCE = 100
"""Looks at a workspace whose documents are gone everywhere, until its last rows are."""
PAGE = 500
SAMPLE = 20
PASSAGES = 64
COPIES_OF_VECTOR = 2
"""A panel keeps a vector in the row and again in its index."""
COPIES_OF_TEXT = 3
"""The text, its words for search, and their index."""

_MADE = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What building another generation takes, from a sample: rough, and said beforehand."""

    documents: int
    chunks: int
    seconds: float
    bytes: int

    @property
    def sentence(self) -> str:
        """Say it for a person."""
        return (
            f"About {self.chunks:,} chunks of {self.documents:,} documents: {self.seconds:,.0f} s "
            f"of embedding and {self.bytes / 1e6:,.0f} MB in both panels."
        )


async def base_of(diptych: Diptych, variant: Variant) -> Configuration:
    """Give what a variant changes. Raises NotFound."""
    if variant.base == "default":
        return Configuration(ReadMode.FUSED)
    if variant.base == "champion":
        plan = diptych.plans()
        return Configuration(plan.default.primary, plan.tuning)
    return (await diptych.configurations.find(variant.base)).configuration


async def space_of(diptych: Diptych, variant: Variant, base: Configuration) -> Generation | None:
    """Give the embedding space that a variant needs, None where its base's will do.

    Raises SpaceMismatch for a model or chunker that is not here, InvalidInput for a prompt.
    """
    rules(base.changed(variant.settings).tuning.answer.prompt)
    number = base.generation
    of = diptych.generation if number is None else await diptych.generations.get(number)
    model, chunker = variant.model or of.model, variant.chunker or of.chunker
    if (model, chunker) == (of.model, of.chunker):
        return None
    space = Generation(0, model, await diptych.dimension(model), chunker)
    diptych.models.spaces.chunker(space)
    return space


async def estimate(diptych: Diptych, loaded: Loaded, space: Generation) -> Estimate:
    """Say what building costs: all live documents and the suite's are cut and embedded again."""
    readings = await _sample(diptych, loaded)
    spaces = diptych.models.spaces
    known, chunks = 0, 0
    documents = 0
    for workspace in await diptych.people.workspaces():
        async for page in pages(partial(diptych.documents.find, workspace, limit=PAGE)):
            documents += len(page.items)
            known += sum(max((p.chunks or 0 for p in one.panels), default=0) for one in page.items)
    now = await asyncio.to_thread(_passages, spaces.chunker(diptych.generation), readings)
    then = await asyncio.to_thread(_passages, spaces.chunker(space), readings)
    chunks = round(known * len(then) / max(len(now), 1))
    if loaded.documents and workspace_of(loaded) not in await diptych.people.workspaces():
        documents += len(loaded.documents)
        chunks += round(len(loaded.documents) * len(then) / max(len(readings), 1))
    some = then[:PASSAGES]
    begun = time.perf_counter()
    await spaces.embedder(space).embed_passages(some)
    each = (time.perf_counter() - begun) / max(len(some), 1)
    text = sum(len(one.encode()) for one in some) / max(len(some), 1)
    size = COPIES_OF_VECTOR * 4 * space.dimension + COPIES_OF_TEXT * text
    return Estimate(documents, chunks, chunks * each, round(chunks * size * len(diptych.panels)))


async def _sample(diptych: Diptych, loaded: Loaded) -> list[Reading]:
    """Give some of the suite's documents as they are read, or of its workspace's."""
    if loaded.documents:
        step = max(len(loaded.documents) // SAMPLE, 1)
        return [
            Reading("text/plain", (Part(0, "", one.text),), one.title or None)
            for one in loaded.documents[::step][:SAMPLE]
        ]
    page = await diptych.documents.find(loaded.workspace, limit=SAMPLE)
    refs = [VersionRef(one.id, one.live) for one in page.items if one.live is not None]
    return [kept.reading for kept in (await diptych.ledger.readings(refs)).values()]


def _passages(chunker: Chunker, readings: Sequence[Reading]) -> list[str]:
    ref = VersionRef(_MADE, 1)
    return [one.passage for reading in readings for one in chunker.chunks(ref, 0, reading)]


async def known(diptych: Diptych, space: Generation) -> int | None:
    """Give the number of the generation of a space, None where there is none."""
    generations = (one.generation for one in await diptych.generations.records())
    wanted = (space.model, space.chunker)
    return next((one.number for one in generations if (one.model, one.chunker) == wanted), None)


async def built(diptych: Diptych, name: str, space: Generation, actor: str, bar: Bar) -> int:
    """Have a complete generation of a space, and give its number.

    One that another variant left is removed first: there is one beside the live one at a time.
    Raises Conflict while somebody builds another one, or paused this one.
    """
    others = {one.generation for one in await diptych.variants.all()}
    found = await known(diptych, space)
    ours = found is None or found in others
    if found is None:
        for record in await diptych.generations.records():
            number = record.generation.number
            idle = record.state is GenerationState.BUILDING and _complete(record)
            if idle and number in others:
                await diptych.generations.retire(number, Change(actor, reasons=("for the lab",)))
        change = Change(actor, reasons=(f"for the variant {name}",))
        made = await diptych.keep_generations.begin(
            space.model, space.dimension, space.chunker, change
        )
        found = made.number
    if ours:
        await diptych.variants.built(name, found)
    await _complete_in(diptych, found, bar)
    return found


async def _complete_in(diptych: Diptych, number: int, bar: Bar) -> None:
    """Wait until a generation is complete; works itself when no worker is alive."""
    async with diptych.helping(needed=True):
        while True:
            records = await diptych.generations.records()
            record = next((one for one in records if one.generation.number == number), None)
            if record is None or record.state is GenerationState.RETIRING:
                raise Conflict(f"Generation {number} was removed meanwhile.", "Try again.")
            if record.state is GenerationState.PAUSED:
                raise Conflict(
                    f"Generation {number} is paused.", f"diptych generations resume {number}"
                )
            bar("Building", record.reached, record.wanted)
            if _complete(record):
                return
            await asyncio.sleep(LOOK_EVERY)


def _complete(record: GenerationRecord) -> bool:
    return record.reached >= record.wanted


async def remove(
    diptych: Diptych, name: str, actor: str, bar: Bar, tell: Callable[[str], None]
) -> None:
    """Remove a variant with all that is there because of it; ``tell`` hears what stays, and why.

    What other variants use stays until the last of them is removed; a run with a name and a
    generation that is live stay. Stopped midway, the same call goes on. Raises NotFound.
    """
    kept = await diptych.variants.get(name)
    others = [one for one in await diptych.variants.all() if one.variant.name != name]
    await _remove_runs(diptych, kept, others, tell)
    async with diptych.helping(needed=True):
        if kept.generation is not None:
            if kept.generation in {one.generation for one in others}:
                tell(f"Generation {kept.generation} stays: another variant uses it.")
            else:
                await _remove_generation(diptych, kept.generation, actor, bar, tell)
        used = {workspace for one in others for workspace in one.workspaces}
        for workspace in kept.workspaces:
            if workspace in used:
                tell(f"The workspace {workspace} stays: another variant uses it.")
            else:
                await _remove_workspace(diptych, workspace, bar)
    await diptych.variants.forget(name)


async def _remove_runs(
    diptych: Diptych,
    kept: KeptVariant,
    others: Sequence[KeptVariant],
    tell: Callable[[str], None],
) -> None:
    used = {run for one in others for pair in one.runs for run in (pair.run, pair.baseline)}
    own = dict.fromkeys(run for pair in kept.runs for run in (pair.run, pair.baseline))
    for run in own:
        if run in used:
            continue
        try:
            await diptych.runs.forget(run)
        except Conflict as error:
            tell(f"{error.message} It stays.")
        except NotFound:  # somebody was quicker
            continue


async def _remove_generation(
    diptych: Diptych, number: int, actor: str, bar: Bar, tell: Callable[[str], None]
) -> None:
    while True:
        records = {one.generation.number: one for one in await diptych.generations.records()}
        record = records.get(number)
        if record is None:
            return
        if record.state is GenerationState.LIVE:
            tell(f"Generation {number} stays: it is the live one.")
            return
        if record.state is not GenerationState.RETIRING:
            await diptych.generations.retire(number, Change(actor, reasons=("its variant goes",)))
        bar("Removing the generation", 0, 1)
        await asyncio.sleep(LOOK_EVERY)


async def _remove_workspace(diptych: Diptych, workspace: str, bar: Bar) -> None:
    """Delete a workspace's documents, wait until no panel has them, then remove it."""
    if workspace not in await diptych.people.workspaces():
        return
    while items := (await diptych.documents.find(workspace, limit=PAGE)).items:
        documents = [one.id for one in items]
        await diptych.documents.delete(workspace, documents)
        while moving := await diptych.ledger.moving(documents):
            bar("Removing documents", len(documents) - len(moving), len(documents))
            await asyncio.sleep(LOOK_EVERY)
    for look in range(PATIENCE):
        try:
            await diptych.people.remove_workspace(workspace)
        except Conflict:
            if look == PATIENCE - 1:
                raise
            await asyncio.sleep(LOOK_EVERY)
        else:
            return
