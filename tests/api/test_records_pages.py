"""The records manager's pages in a browser: review, quality, personal data."""

import re

import pytest
from playwright.async_api import expect

from contracts.likeness import Likeness
from contracts.nouns import VersionRef
from contracts.people import Role
from contracts.personal import MaskScope, Occurrence, PersonalCount, PersonalKind
from tests.api.browsing import Site, pour
from tests.ingestion.quality_material import ENGLISH

pytestmark = pytest.mark.browser

GARBLED = "Garbled <b>bold</b>\n" + "\ufffd\ufffd " * 90


async def test_quality_shows_sums_and_the_worst_with_reasons(site: Site) -> None:
    await pour(site, "clean.txt", ENGLISH)
    await pour(site, "garbled.txt", GARBLED)
    page = await site.page("/app/quality", key=Role.READER)
    entry = page.locator(".entry", has_text="garbled.txt")
    await expect(entry.locator(".badge")).to_have_text("Bad")
    await expect(entry).to_contain_text(
        re.compile(r"\d+% of the characters were lost in decoding\.")
    )
    await expect(entry.get_by_role("link")).to_have_text("Garbled <b>bold</b>")
    await expect(page.locator(".trend .day")).to_have_count(30)
    await expect(page.locator(".trend .day:last-child i.bad")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^Good [1-9]")).click()
    await expect(page.locator(".entry", has_text="clean.txt")).to_be_visible()
    await expect(entry).to_have_count(0)
    await page.get_by_role("button", name="Outliers").click()
    await expect(page.get_by_text("No document of this kind.")).to_be_visible()


async def test_reasons_are_told_in_the_language_of_the_page(site: Site) -> None:
    await pour(site, "garbled.txt", GARBLED)
    await site.page(key=Role.READER)
    for locale, words in (
        ("fr", r"\d+\u00a0% des caractères ont été perdus au décodage\."),
        ("ru", r"При декодировании потеряно \d+\u00a0% знаков\."),
    ):
        page = await site.page("/app/quality", key=Role.READER, locale=locale)
        entry = page.locator(".entry", has_text="garbled.txt")
        await expect(entry).to_contain_text(re.compile(words))


async def test_personal_data_is_counted_by_kind_and_masks_are_set(site: Site) -> None:
    document = await pour(site, "letter.txt", "A letter.")
    found = {PersonalKind.NIR: Occurrence(2, (1, 7)), PersonalKind.EMAIL: Occurrence(1, (1,))}
    await site.stand.catalog.personal.save([PersonalCount(VersionRef(document, 1), found)])
    page = await site.page("/app/personal", key=Role.ADMIN)
    entry = page.locator(".entry", has_text="letter.txt")
    await expect(entry.locator(".badge")).to_have_text("High")
    await expect(entry).to_contain_text("Social security numbers (NIR): 2")
    await expect(entry).to_contain_text("p. 1, 7")
    await page.get_by_role("button", name=re.compile("^Low")).click()
    await expect(entry).to_have_count(0)
    try:
        await page.get_by_role("switch", name="In traces").click()
        await expect(page.get_by_text("It holds from now on.")).to_be_visible()
        plan = await site.stand.catalog.policies.plan()
        assert plan.masks("default") == {MaskScope.TRACES}
        row, *_ = await site.stand.catalog.policies.audit()
        assert (row.actor, row.action) == ("a admin", "masking.set")
        other = await site.page("/app/personal", key=Role.EDITOR)
        traces = other.get_by_role("switch", name="In traces")
        await expect(traces).to_be_checked()
        await expect(traces).to_be_disabled()
    finally:
        await page.get_by_role("switch", name="In traces").click()
        await expect(page.get_by_role("switch", name="In traces")).not_to_be_checked()


async def test_personal_data_is_not_for_readers(site: Site) -> None:
    page = await site.page("/app/personal", key=Role.READER)
    await expect(page.get_by_text("for those who may write documents")).to_be_visible()
    await expect(page.locator(".entry")).to_have_count(0)
    await expect(page.get_by_role("link", name="Personal data")).to_have_count(0)


async def test_what_waits_is_settled_one_after_the_other(site: Site) -> None:
    elder = await pour(site, "lease-1.txt", "Lease one\n\nThe flat is let.")
    copy = await pour(site, "lease-2.txt", "Lease two\n\nThe flat is let.")
    await site.stand.compared(elder, copy, Likeness.NEAR_COPY)
    await pour(site, "locked.pdf", "%BAD")
    page = await site.page("/app/review", key=Role.EDITOR)
    locked = page.locator(".entry", has_text="locked.pdf")
    await expect(locked).to_contain_text("The file is protected by a password.")
    await expect(locked).to_contain_text("Remove the password, and upload it again.")
    alike = page.locator(".entry", has_text="lease-2.txt")
    await expect(alike).to_contain_text("Nearly the same as")
    await expect(alike.get_by_role("link", name="Lease one")).to_be_visible()
    await locked.get_by_role("button", name="Leave it as it is").click()
    await expect(locked).to_have_count(0)
    await alike.get_by_role("button", name="They are two documents").click()
    await expect(alike).to_have_count(0)


async def test_a_reader_sees_what_waits_and_decides_nothing(site: Site) -> None:
    await pour(site, "locked.pdf", "%BAD again")
    page = await site.page("/app/review", key=Role.READER)
    locked = page.locator(".entry", has_text="locked.pdf")
    await expect(locked).to_be_visible()
    await expect(locked.get_by_role("button")).to_have_count(0)
