"""Orders and members on the page of documents: one row, many rows, and what lies inside."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from contracts.nouns import VersionRef
from contracts.people import Role
from contracts.record import Arrival, VersionState
from tests.api.browsing import Site, pour

pytestmark = pytest.mark.browser


@pytest.fixture
async def site(site: Site) -> AsyncIterator[Site]:
    """The running site, without what the test brought."""
    yield site
    documents = site.stand.catalog.documents
    page = await documents.find("default", limit=500)
    mine = [record.id for record in page.items if "paged-" in record.source]
    await documents.delete("default", mine)


async def enclosed(site: Site, parent: UUID, name: str, text: str) -> UUID:
    document = await site.stand.enclosed(parent, name, text)
    await site.stand.read([document])
    return document


def waiting(site: Site, *names: str) -> list[UUID]:
    """Accept documents that no worker takes up."""
    catalog = site.stand.catalog
    arrivals = [Arrival(f"x/{name}", name, name, name, 0, 1) for name in names]
    receipts = catalog.documents.take("default", arrivals)
    catalog.tables.jobs.pop()
    return [receipt.ref.document for receipt in receipts]


def row(page: Page, name: str) -> Locator:
    return page.locator("tr", has_text=name)


async def tick(page: Page, *names: str) -> None:
    for name in names:
        await row(page, name).get_by_role("checkbox").click()


async def state(site: Site, document: UUID) -> VersionState:
    return (await site.stand.catalog.documents.get("default", document)).state


async def test_files_are_chosen_with_the_mouse_and_with_the_keyboard(site: Site) -> None:
    page = await site.page("/app/documents", key=Role.EDITOR)
    zone = page.locator(".drop .zone")
    ways: dict[str, Callable[[], Awaitable[None]]] = {
        "mouse": zone.click,
        "keyboard": lambda: zone.press("Enter"),
    }
    for way, choose in ways.items():
        name = f"paged-{way}.txt"
        async with page.expect_file_chooser() as chooser:
            await choose()
        payload: FilePayload = {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
        await (await chooser.value).set_files(payload)
        await expect(row(page, name)).to_contain_text("Ready")


@pytest.mark.parametrize("locale", ["fr", "ru"])
async def test_the_table_fits_while_a_document_is_in_progress(site: Site, locale: str) -> None:
    (document,) = waiting(site, f"paged-{'long_' * 12}.txt")
    version = site.stand.catalog.tables.version(VersionRef(document, 1))
    assert version is not None
    version.state, version.stage = VersionState.PROCESSING, "embed"
    version.done, version.total = 51_200, 102_400
    version.paced_from = version.updated - timedelta(minutes=12)
    await site.page(key=Role.EDITOR)  # signs in, in English
    page = await site.page("/app/documents", key=Role.EDITOR, locale=locale)
    await expect(row(page, "paged-long").locator(".left")).to_contain_text("12")
    table = page.locator(".docs .q-table__middle")
    assert await table.evaluate("one => one.scrollWidth - one.clientWidth") == 0


async def test_a_container_leads_to_its_members_and_back(site: Site) -> None:
    mail = await pour(site, "paged-mail.eml", "Paged mail\n\nSee the box.")
    box = await enclosed(site, mail, "paged-box.zip", "Paged box\n\nContents")
    await enclosed(site, box, "paged-inner.txt", "Paged inner\n\nText.")
    await enclosed(site, mail, "paged-locked.pdf", "%BAD")
    page = await site.page("/app/documents", key=Role.READER)
    await expect(row(page, "paged-box.zip")).to_have_count(0)
    inside = row(page, "paged-mail.eml").locator(".inside")
    await expect(inside).to_contain_text("2 inside")
    await expect(inside).to_have_class(re.compile("trouble"))
    await inside.click()
    await expect(row(page, "paged-locked.pdf")).to_contain_text("Needs attention")
    await row(page, "paged-box.zip").locator(".inside").click()
    await expect(row(page, "paged-inner.txt")).to_contain_text("Ready")
    await expect(page.locator(".crumbs")).to_contain_text("Paged box")
    await page.locator(".crumb", has_text="Paged mail").click()
    await expect(row(page, "paged-box.zip")).to_be_visible()
    await page.locator(".crumb", has_text="All documents").click()
    await expect(row(page, "paged-mail.eml")).to_be_visible()
    await expect(row(page, "paged-box.zip")).to_have_count(0)


async def test_a_member_names_its_parent_where_all_of_a_state_are_listed(site: Site) -> None:
    mail = await pour(site, "paged-post.eml", "Paged post\n\nSee the list.")
    await enclosed(site, mail, "paged-refused.pdf", "%BAD")
    page = await site.page("/app/documents", key=Role.READER)
    await page.locator(".chip", has_text="Needs attention").click()
    parent = row(page, "paged-refused.pdf").locator(".inside")
    await expect(parent).to_contain_text("Paged post")
    await parent.click()
    await expect(page.locator(".crumbs [aria-current]")).to_have_text("Paged post")
    await expect(row(page, "paged-refused.pdf")).to_be_visible()


async def test_many_rows_are_ticked_and_read_again_or_deleted(site: Site) -> None:
    names = [f"paged-{name}.pdf" for name in ("one", "two", "three")]
    documents = [await pour(site, name, f"%BAD {name}") for name in names]
    page = await site.page("/app/documents", key=Role.EDITOR)
    await tick(page, *names[:2])
    bar = page.locator(".picked")
    await expect(bar).to_contain_text("2 chosen")
    await bar.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("alert").first).to_contain_text("Will be read again: 2")
    await tick(page, names[2])
    await expect(bar).to_contain_text("3 chosen")
    await bar.get_by_role("button", name="Delete").click()
    await expect(page.locator(".q-dialog")).to_contain_text("Delete 3 documents?")
    await page.locator(".q-dialog .danger").click()
    for name in names:
        await expect(row(page, name)).to_have_count(0)
    await expect(bar).to_be_hidden()
    trashed = await site.stand.service.discard.trashed("default", 100)
    assert set(documents) <= {one.document for one in trashed.items}


async def test_what_is_live_is_left_as_it_is_and_said(site: Site) -> None:
    await pour(site, "paged-live.txt", "Paged live\n\nText.")
    await pour(site, "paged-bad.pdf", "%BAD")
    page = await site.page("/app/documents", key=Role.EDITOR)
    await tick(page, "paged-live.txt", "paged-bad.pdf")
    await page.locator(".picked").get_by_role("button", name="Try again").click()
    left = page.get_by_role("alert").filter(has_text="Left as they are: 1.")
    await expect(left).to_contain_text("nothing to try again")


async def test_all_that_need_attention_are_read_again_at_once(site: Site) -> None:
    await pour(site, "paged-all-1.pdf", "%BAD")
    await pour(site, "paged-all-2.pdf", "%BAD 2")
    counts = await site.stand.catalog.documents.counts("default")
    page = await site.page("/app/documents", key=Role.EDITOR)
    await expect(page.locator(".picked")).to_be_hidden()
    await page.locator(".chip", has_text="Needs attention").click()
    await page.get_by_role("button", name="Try all of them again").click()
    asked = f"Read {counts[VersionState.QUARANTINED]} documents again?"
    await expect(page.locator(".q-dialog")).to_contain_text(asked)
    await page.locator(".q-dialog .danger").click()
    told = f"Will be read again: {counts[VersionState.QUARANTINED]}"
    await expect(page.get_by_role("alert")).to_contain_text(told)


async def test_all_that_are_on_their_way_are_stopped_after_a_yes(site: Site) -> None:
    documents = waiting(site, "paged-wait-1.txt", "paged-wait-2.txt")
    page = await site.page("/app/documents", key=Role.EDITOR)
    await page.get_by_role("button", name="Stop everything that is on its way").click()
    await expect(page.locator(".q-dialog")).to_contain_text("Stop 2 documents?")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".q-dialog")).to_have_count(0)
    await page.locator(".chip", has_text="Waiting").click()
    await page.get_by_role("button", name="Stop all of them").click()
    await page.locator(".q-dialog .danger").click()
    await expect(page.get_by_role("alert")).to_contain_text("Stopped: 2")
    assert [await state(site, one) for one in documents] == [VersionState.CANCELLED] * 2
    await expect(page.locator(".picked")).to_be_hidden()


async def test_a_reader_ticks_nothing(site: Site) -> None:
    await pour(site, "paged-read.pdf", "%BAD")
    page = await site.page("/app/documents", key=Role.READER)
    await expect(row(page, "paged-read.pdf")).to_be_visible()
    await expect(page.get_by_role("checkbox")).to_have_count(0)
    await page.locator(".chip", has_text="Needs attention").click()
    await expect(page.get_by_role("button", name="Try all of them again")).to_have_count(0)
