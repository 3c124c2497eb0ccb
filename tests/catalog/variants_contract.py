"""Contract of Variants: what is tried, and what is there because of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from contracts.errors import Conflict, NotFound
from contracts.variants import KeptVariant, Variant, VariantRun
from tests.catalog.desk import Desk
from tests.catalog.runs_contract import ALIKE, ID, RUN

SHORT = Variant(
    name="short",
    base="default",
    settings={"panel": "graph", "fusion.k": 30, "answer.gap": 0.5, "answer.prompt": "Été {x}"},
    chunker="sentences-3-1",
    answers=True,
    suites=("questions.jsonl", "piaf"),
)
PAIR = VariantRun(ID, ALIKE)


class VariantsContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_a_variant_comes_back_as_it_was_declared(self, desk: Desk) -> None:
        variants = desk.catalog.variants
        assert await variants.all() == []
        await variants.keep(SHORT, "ada")
        await variants.keep(SHORT, "ben")
        await variants.keep(Variant("long"), "ada")
        kept = await variants.get("short")
        assert kept == KeptVariant(SHORT, "ada", kept.at)
        assert [one.variant.name for one in await variants.all()] == ["long", "short"]

    async def test_a_name_stands_for_one_declaration_until_it_is_forgotten(
        self, desk: Desk
    ) -> None:
        variants, other = desk.catalog.variants, replace(SHORT, chunker="rows-10")
        await variants.keep(SHORT, "ada")
        with pytest.raises(Conflict):
            await variants.keep(other, "ada")
        await variants.forget("short")
        await variants.keep(other, "ada")
        assert (await variants.get("short")).variant == other

    async def test_what_is_there_because_of_it_is_known(self, desk: Desk) -> None:
        variants, runs = desk.catalog.variants, desk.catalog.runs
        await variants.keep(SHORT, "ada")
        for run in (RUN, replace(RUN, id=ALIKE)):
            await runs.begin(run)
        await variants.built("short", 7)
        for workspace in ("one", "two", "one"):
            await variants.filled("short", workspace)
        for _ in range(2):
            await variants.ran("short", PAIR)
        kept = await variants.get("short")
        assert (kept.generation, kept.workspaces, kept.runs) == (7, ("one", "two"), (PAIR,))
        await variants.built("short", None)
        assert (await variants.get("short")).generation is None
        await variants.forget("short")
        assert (await runs.get(ID)).id == ID

    async def test_what_is_not_there_is_said(self, desk: Desk) -> None:
        variants = desk.catalog.variants
        for verb in (
            variants.get("none"),
            variants.forget("none"),
            variants.built("none", 1),
            variants.filled("none", "w"),
            variants.ran("none", PAIR),
        ):
            with pytest.raises(NotFound):
                await verb
        await variants.keep(SHORT, "ada")
        with pytest.raises(NotFound):
            await variants.ran("short", VariantRun(UUID(int=1), UUID(int=2)))
