"""Long lists on pages: all of them is reached; what is decided leaves the others in place."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from contracts.likeness import Fingerprint, Likeness, Link
from contracts.nouns import VersionRef
from tests.api.browsing import Site

pytestmark = pytest.mark.browser

MANY = 53
KEY, WORKSPACE = "stranger", "other"


@pytest.fixture
async def ids(site: Site) -> AsyncIterator[list[UUID]]:
    """Many documents of doubtful quality in a workspace of their own; none is left."""
    stand = site.stand
    texts = [f"Paper {number:02}\n\n" + "\ufffd\ufffd " * 60 for number in range(MANY)]
    files = [("file", (f"paper-{n:02}.txt", text.encode())) for n, text in enumerate(texts)]
    async with stand.client(KEY) as client:
        answer = await client.post("/v1/documents", files=files)
    found = [UUID(one["id"]) for one in answer.json()["documents"]]
    for document in found:
        async for _ in stand.catalog.watch.follow(WORKSPACE, document):
            pass
    yield found
    await stand.service.discard(WORKSPACE, found, "a test", forever=True)


async def more(page: Page) -> None:
    await page.get_by_role("button", name="Show more").click()


@pytest.mark.usefixtures("ids")
async def test_the_review_list_goes_on_and_keeps_its_place(site: Site) -> None:
    page = await site.page("/app/review", key=KEY)
    entries = page.locator(".entry")
    await page.get_by_role("button", name=f"Doubtful text {MANY}").click()
    await expect(entries).to_have_count(50)
    await more(page)
    await expect(entries).to_have_count(MANY)
    await expect(page.get_by_role("button", name="Show more")).to_be_hidden()
    last = page.locator(".entry", has_text="Paper 00")
    await last.scroll_into_view_if_needed()
    before = await page.evaluate("scrollY")
    assert before > 0
    await page.locator(".entry", has_text="Paper 01").get_by_role("button").click()
    await expect(entries).to_have_count(MANY - 1)
    await expect(last).to_be_in_viewport()
    chosen = page.get_by_role("button", name=f"Doubtful text {MANY - 1}")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("scrollY") > before / 2


@pytest.mark.usefixtures("ids")
async def test_all_documents_of_bad_quality_are_reached(site: Site) -> None:
    page = await site.page("/app/quality", key=KEY)
    await expect(page.locator(".entry")).to_have_count(50)
    await more(page)
    await expect(page.locator(".entry")).to_have_count(MANY)
    await expect(page.locator(".entry", has_text=re.compile("Paper 00"))).to_have_count(1)


async def test_all_duplicates_are_reached_and_one_comes_back_where_it_was(
    site: Site, ids: list[UUID]
) -> None:
    first, *others = ids
    likeness = site.stand.catalog.likeness
    await likeness.keep({VersionRef(d, 1): Fingerprint(d.bytes) for d in ids}, 1)
    links = [Link(other, first, Likeness.NEAR_COPY, 0.5) for other in others]
    await likeness.link(ids, links)
    page = await site.page("/app/duplicates", key=KEY)
    pairs = page.locator(".pair")
    await expect(pairs).to_have_count(50)
    await more(page)
    await expect(pairs).to_have_count(MANY - 1)
    place = pairs.nth(MANY - 4)
    title = await place.locator(".pair-title").nth(1).inner_text()
    await place.get_by_role("button", name="Keep both").click()
    await expect(pairs).to_have_count(MANY - 2)
    undo = page.get_by_role("status").get_by_role("button", name="Undo")
    await expect(undo).to_be_in_viewport()
    await undo.click()
    await expect(pairs).to_have_count(MANY - 1)
    await expect(place.locator(".pair-title").nth(1)).to_have_text(title)


async def test_all_of_the_trash_is_reached(site: Site, ids: list[UUID]) -> None:
    await site.stand.service.discard(WORKSPACE, ids, "a test")
    page = await site.page("/app/trash", key=KEY)
    await expect(page.locator("tbody tr")).to_have_count(50)
    await more(page)
    await expect(page.locator("tbody tr")).to_have_count(MANY)


async def test_what_was_decided_last_leaves_an_empty_list(site: Site, ids: list[UUID]) -> None:
    await site.stand.service.discard(WORKSPACE, ids[1:], "a test")
    page = await site.page("/app/review", key=KEY)
    await page.locator(".entry").get_by_role("button", name="Leave it as it is").click()
    await expect(page.locator(".entry")).to_have_count(0)
    await expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
