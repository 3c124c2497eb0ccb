"""The page of duplicates as people use it: see what differs, decide, and take it back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from contracts.errors import NotFound
from contracts.likeness import Likeness
from contracts.people import Role
from tests.api.browsing import Site, pour

pytestmark = pytest.mark.browser

Pair = Callable[[str], Awaitable[tuple[UUID, UUID]]]
LETTER = "Letter {n}\n\nThe rent is {rent} euros, <b>paid</b> each month to the landlord."


@pytest.fixture
async def pair(site: Site) -> AsyncIterator[Pair]:
    """Makes two live documents that are alike; none is left after the test."""
    made: list[UUID] = []

    async def make(name: str) -> tuple[UUID, UUID]:
        one = await pour(site, f"{name}-1.txt", LETTER.format(n=f"{name} 1", rent="900"))
        two = await pour(site, f"{name}-2.txt", LETTER.format(n=f"{name} 2", rent="950"))
        made.extend((one, two))
        await site.stand.compared(one, two, Likeness.NEAR_COPY)
        return one, two

    yield make
    documents = site.stand.catalog.documents
    page = await documents.find("default", limit=200)
    left = [record.id for record in page.items if record.id in made or "pair" in record.source]
    await documents.delete("default", left)


def card(page: Page, title: str) -> Locator:
    return page.locator(".pair", has_text=title)


async def test_two_that_are_alike_stand_side_by_side_with_what_differs(
    site: Site, pair: Pair
) -> None:
    await pair("pair-lease")
    page = await site.page("/app/duplicates", key=Role.EDITOR)
    found = card(page, "pair-lease")
    await expect(found).to_contain_text("Near copy")
    await expect(found).to_contain_text("50% in common")
    await expect(found.locator(".pair-title")).to_have_text(
        ["Letter pair-lease 1", "Letter pair-lease 2"]
    )
    await found.get_by_text("What differs?").click()
    await expect(found.locator("mark")).to_have_text(["1", "900", "2", "950"])
    await expect(found.locator(".differing").first).to_contain_text("<b>paid</b>")


async def test_the_same_words_are_said_to_be_the_same(site: Site, pair: Pair) -> None:
    one, two = await pair("pair-equal")
    tables = site.stand.catalog.tables
    tables.documents[two].versions[1].kept = tables.documents[one].versions[1].kept
    page = await site.page("/app/duplicates", key=Role.EDITOR)
    found = card(page, "pair-equal")
    await found.get_by_text("What differs?").click()
    await expect(found.get_by_text("The words are the same")).to_be_visible()


async def test_a_pair_is_kept_apart_and_shown_again(site: Site, pair: Pair) -> None:
    await pair("pair-apart")
    page = await site.page("/app/duplicates", key=Role.EDITOR)
    await card(page, "pair-apart").get_by_role("button", name="Keep both").click()
    await expect(card(page, "pair-apart")).to_have_count(0)
    await page.locator(".chip", has_text="Kept apart").click()
    await expect(card(page, "pair-apart")).to_have_count(1)
    await card(page, "pair-apart").get_by_role("button", name="Undo: show again").click()
    await expect(card(page, "pair-apart")).to_have_count(0)
    await page.locator(".chip", has_text="Near copy").click()
    await card(page, "pair-apart").get_by_role("button", name="Keep both").click()
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(card(page, "pair-apart")).to_have_count(1)


async def test_a_merge_keeps_the_file_that_was_chosen_and_is_undone(site: Site, pair: Pair) -> None:
    one, two = await pair("pair-merge")
    documents = site.stand.catalog.documents
    page = await site.page("/app/duplicates", key=Role.EDITOR)
    keep = card(page, "pair-merge").get_by_role("button", name="Merge, keep this file")
    await keep.nth(1).click()
    await expect(page.get_by_role("status")).to_contain_text("are merged")
    assert (await documents.get("default", one)).filename == "pair-merge-2.txt"
    with pytest.raises(NotFound):
        await documents.get("default", two)
    await page.get_by_role("status").get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("status")).to_have_count(0)
    assert (await documents.get("default", one)).filename == "pair-merge-1.txt"
    found = await documents.find("default", limit=200)
    assert "pair-merge-2.txt" in {record.filename for record in found.items}


async def test_what_was_merged_long_ago_is_listed_and_split(site: Site, pair: Pair) -> None:
    one, _ = await pair("pair-old")
    page = await site.page("/app/duplicates", key=Role.EDITOR)
    keep = card(page, "pair-old").get_by_role("button", name="Merge, keep this file")
    await keep.nth(0).click()
    await expect(page.get_by_role("status")).to_contain_text("are merged")
    with pytest.raises(NotFound):  # the first one's file took the other's place
        await site.stand.catalog.documents.get("default", one)
    await page.locator(".chip", has_text="Merged").click()
    merged = page.locator(".card", has_text="pair-old 1")
    await expect(merged).to_contain_text("Merged by a editor")
    await merged.get_by_role("button", name="Split").click()
    await expect(merged).to_have_count(0)


async def test_without_a_trash_a_merge_is_asked_for_first(site: Site, pair: Pair) -> None:
    one, two = await pair("pair-asked")
    discard, documents = site.stand.service.discard, site.stand.catalog.documents
    discard.days = 0
    try:
        page = await site.page("/app/duplicates", key=Role.EDITOR)
        await card(page, "pair-asked").get_by_role("button", name="Merge").first.click()
        await expect(page.locator(".q-dialog")).to_contain_text("cannot be undone")
        await page.locator(".q-dialog").get_by_role("button", name="Cancel").click()
        await expect(page.locator(".q-dialog")).to_have_count(0)
    finally:
        discard.days = 30
    assert {(await documents.get("default", d)).version for d in (one, two)} == {1}


async def test_a_reader_decides_nothing_and_another_workspace_sees_nothing(
    site: Site, pair: Pair
) -> None:
    await pair("pair-read")
    page = await site.page("/app/duplicates", key=Role.READER)
    await expect(card(page, "pair-read")).to_have_count(1)
    for name in ("Keep both", "Merge, keep this file"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    page = await site.page("/app/duplicates", key="stranger")
    await expect(page.get_by_text("Nothing to decide here.")).to_be_visible()
