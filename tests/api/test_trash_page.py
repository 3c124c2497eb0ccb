"""The page of deleted documents as people use it: who, until when, bring back, erase."""

import pytest
from playwright.async_api import expect

from contracts.errors import NotFound
from contracts.people import Role
from tests.api.browsing import Site, pour

pytestmark = pytest.mark.browser


async def test_what_was_deleted_is_listed_with_who_did_it_and_comes_back(site: Site) -> None:
    await pour(site, "trash-one.txt", "Trash one\n\nText.")
    page = await site.page("/app/documents", key=Role.EDITOR)
    await page.locator("tr", has_text="trash-one.txt").locator(".delete").click()
    await expect(page.locator(".q-dialog")).to_contain_text("It can come back for 30 days.")
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(page.locator("tr", has_text="trash-one.txt")).to_have_count(0)
    await page.locator(".beside").get_by_role("link", name="Trash").click()
    row = page.locator("tr", has_text="Trash one")
    await expect(row).to_contain_text("a editor")
    await row.get_by_role("button", name="Bring back").click()
    await expect(row).to_have_count(0)
    await page.goto(f"{site.url}/app/documents")
    await expect(page.locator("tr", has_text="trash-one.txt")).to_contain_text("Ready")


async def test_a_source_that_was_sent_again_is_told_and_stays(site: Site) -> None:
    document = await pour(site, "trash-taken.txt", "Taken\n\nOld.", source="taken")
    await site.stand.service.discard("default", [document], "Ann")
    await pour(site, "trash-taken.txt", "Taken\n\nNew.", source="taken")
    page = await site.page("/app/trash")
    row = page.locator(f'tr[data-id="{document}"]')
    await row.get_by_role("button", name="Bring back").click()
    await expect(page.get_by_role("alert")).to_contain_text("was sent again")
    await expect(row).to_contain_text("Ann")


async def test_erasing_for_ever_asks_first(site: Site) -> None:
    document = await pour(site, "trash-gone.txt", "Gone\n\nText.")
    await site.stand.service.discard("default", [document], "Ann")
    page = await site.page("/app/trash", locale="fr")
    row = page.locator(f'tr[data-id="{document}"]')
    await row.locator(".erase").click()
    await page.locator(".q-dialog .q-btn").first.click()
    await expect(page.locator(".q-dialog")).to_have_count(0)
    await row.locator(".erase").click()
    await page.locator(".q-dialog .danger").click()
    await expect(row).to_have_count(0)
    with pytest.raises(NotFound):
        await site.stand.service.discard.restore("default", document)


async def test_a_reader_brings_nothing_back(site: Site) -> None:
    document = await pour(site, "trash-seen.txt", "Seen\n\nText.")
    await site.stand.service.discard("default", [document], "Ann")
    page = await site.page("/app/trash", key=Role.READER)
    await expect(page.locator(f'tr[data-id="{document}"]')).to_be_visible()
    await expect(page.locator(".restore, .erase")).to_have_count(0)
    page = await site.page("/app/trash", key="stranger")
    await expect(page.get_by_text("The trash is empty.")).to_be_visible()
