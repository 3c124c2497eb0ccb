"""The pages as people use them: a real browser against the real application over fakes."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from contracts.nouns import PanelName, ReadMode
from contracts.people import Role
from contracts.tracing import Verdict
from tests.api.browsing import Site, ask, drop, enter, pour
from tests.api.kept_runs import NEW, OLD, keep
from tests.api.stand import REFUSAL

pytestmark = pytest.mark.browser

LEASE = (
    "Lease agreement\n\nThe flat is let to the tenant.\n\n"
    "The notice period is three months. It runs from the letter."
    + "\n\nFurther clauses follow, one after the other."
    * 80
)
HOSTILE = (
    "<img src=x onerror=window.broken=1>\n\nThe <b>fee</b> {{ 7*7 }} is <script>broken=1</script>."
)


async def test_without_a_key_every_page_leads_to_the_sign_in(site: Site) -> None:
    page = await site.page("/app/documents", key=None)
    await page.wait_for_url(f"{site.url}/app/signin")
    await enter(page, "not a key")
    await expect(page.get_by_role("alert")).to_contain_text("This key is not known")
    await enter(page, site.stand.keys["root"])
    await page.wait_for_url(f"{site.url}/app/")
    await page.get_by_label("Account").click()
    await page.get_by_text("Sign out").click()
    await page.wait_for_url(f"{site.url}/app/signin")
    await page.goto(f"{site.url}/app/status")
    await page.wait_for_url(f"{site.url}/app/signin")


async def test_dropped_files_appear_and_become_readable_without_a_reload(site: Site) -> None:
    page = await site.page("/app/documents")
    await drop(page, ("dropped-one.txt", "Dropped one\n\nText."), ("dropped-bad.pdf", "%BAD"))
    good = page.locator("tr", has_text="dropped-one.txt")
    await expect(good).to_contain_text("Ready")
    await expect(good.locator(".badge.vector")).to_contain_text("Relational")
    await expect(good.locator(".badge.graph")).to_contain_text("Graph")
    bad = page.locator("tr", has_text="dropped-bad.pdf")
    await expect(bad).to_contain_text("Needs attention")
    await expect(bad).to_contain_text("The file is protected by a password.")
    await expect(bad).to_contain_text("Remove the password, and upload it again.")


async def test_an_answer_is_written_before_the_eyes_and_its_citation_opens(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    site.stand.ask.go_on.clear()
    await ask(page, "What is the notice period?")
    await expect(page.locator(".answer-text")).to_have_text("The notice perio")
    site.stand.ask.go_on.set()
    await expect(page.locator(".answer-text")).to_have_text("The notice period is three months 1")
    await page.locator(".answer-text .cite").click()
    mark = page.locator(".passage-text mark")
    await expect(mark).to_have_text("The notice period is three months")
    await expect(mark).to_be_in_viewport()
    await expect(page.locator(".passage-text")).to_contain_text("It runs from the letter.")
    await expect(page.get_by_text("Page 1", exact=True)).to_be_visible()
    link = await page.get_by_text("Open the original").get_attribute("href") or ""
    assert link.endswith("#page=1")
    original = await page.request.get(site.url + link.partition("#")[0])
    assert await original.text() == LEASE


async def test_the_chosen_panel_is_the_one_that_answers(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    await page.get_by_role("button", name="Graph", exact=True).click()
    await ask(page, "What is the notice period?")
    await expect(page.locator(".answer .badge.graph")).to_be_visible()
    await expect(page.locator(".answer .badge.vector")).to_have_count(0)
    assert site.stand.ask.asked[-1].mode is ReadMode.GRAPH


async def test_a_refusal_is_shown_as_one(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    await ask(page, "tell me")
    await expect(page.locator(".answer.refused")).to_contain_text(REFUSAL)
    await expect(page.locator(".answer")).to_contain_text("Not in the documents")


async def test_a_thumb_on_an_answer_is_kept_with_its_comment(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    await ask(page, "What is the notice period?")
    down = page.get_by_label("This does not answer it", exact=True)
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await page.get_by_label("What is missing or wrong?").fill("It is two months.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("button", name="Send")).to_be_hidden()
    said = site.stand.mirror.said[-1]
    assert (said.verdict, said.comment) == (Verdict.DOWN, "It is two months.")
    trace = await site.stand.catalog.traces.get(said.trace)
    assert trace.text == "What is the notice period?"
    await page.get_by_label("This answers it", exact=True).click()
    await expect(down).to_have_attribute("aria-pressed", "false")


async def test_a_panel_that_is_down_is_told(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    site.stand.panels[PanelName.GRAPH].down = True
    try:
        await ask(page, "What is the notice period?")
        await expect(page.locator(".answer .notice")).to_be_visible()
        await page.goto(f"{site.url}/app/status")
        await expect(page.locator(".card.graph")).to_contain_text("Not reachable")
        await expect(page.locator(".card.graph")).to_contain_text("memory · down")
        await expect(page.locator(".card.vector")).to_contain_text("Ready")
        await expect(page.locator(".card.vector")).not_to_contain_text("memory ·")
    finally:
        site.stand.panels[PanelName.GRAPH].down = False


async def test_a_switch_is_refused_with_reasons_on_the_status_page(site: Site) -> None:
    page = await site.page("/app/status")
    await expect(page.get_by_text("Not checked yet")).to_be_visible()
    await page.get_by_role("button", name="Let Graph answer alone").click()
    await expect(page.get_by_role("alert")).to_contain_text("No deep parity check was made yet.")
    reader = await site.page("/app/status", key=Role.READER)
    await expect(reader.get_by_text("Who answers questions")).to_be_visible()
    await expect(reader.get_by_role("button", name="Let Graph answer alone")).to_have_count(0)


async def test_an_answer_can_be_stopped_and_asked_again(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page()
    site.stand.ask.go_on.clear()
    await ask(page, "What is the notice period?")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".answer")).to_contain_text("Stopped.")
    await asyncio.wait_for(site.stand.ask.closed.wait(), 10)
    site.stand.ask.go_on.set()
    await page.reload()
    await page.locator(".chip", has_text="What is the notice period?").click()
    await expect(page.locator(".answer-text .cite")).to_be_visible()


async def test_a_document_is_deleted_only_after_a_yes(site: Site) -> None:
    await pour(site, "short-lived.txt", "Short-lived\n\nText.")
    page = await site.page("/app/documents")
    row = page.locator("tr", has_text="short-lived.txt")
    await row.locator(".delete").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".q-dialog")).to_have_count(0)
    await expect(row).to_be_visible()
    await row.locator(".delete").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await expect(row).to_have_count(0)


async def test_a_documents_text_is_never_markup(site: Site) -> None:
    await pour(site, "hostile.txt", HOSTILE)
    page = await site.page("/app/documents")
    await expect(page.locator("tr", has_text="hostile.txt")).to_contain_text("<img src=x")
    await page.goto(f"{site.url}/app/")
    await ask(page, "What is the fee {{ 7*7 }}?")
    await expect(page.locator(".asked")).to_have_text("What is the fee {{ 7*7 }}?")
    await expect(page.locator(".answer-text")).to_contain_text("<script>broken=1</script>")
    await page.locator(".source").first.click()
    await expect(page.locator(".passage-text")).to_contain_text("The <b>fee</b> {{ 7*7 }}")
    assert await page.evaluate("window.broken") is None


async def test_a_reader_is_offered_nothing_that_writes(site: Site) -> None:
    await pour(site, "lease.txt", LEASE)
    page = await site.page("/app/documents", key=Role.READER)
    await expect(page.locator("tr", has_text="lease.txt")).to_be_visible()
    await expect(page.locator(".drop")).to_have_count(0)
    await expect(page.locator(".delete")).to_have_count(0)


async def test_another_workspace_sees_nothing_of_this_one(site: Site) -> None:
    document = await pour(site, "lease.txt", LEASE)
    page = await site.page("/app/documents", key="stranger")
    await expect(page.get_by_text("No documents yet")).to_be_visible()
    answer = await page.request.get(f"{site.url}/app/original/{document}")
    assert answer.status == 404


async def test_a_revoked_key_ends_the_session(site: Site) -> None:
    people = site.stand.catalog.people
    record, secret = await people.add_key("leaving", Role.READER, "default")
    site.stand.keys["leaving"] = secret
    page = await site.page(key="leaving")
    await people.revoke(record.id)
    await ask(page, "What is the notice period?")
    await page.wait_for_url(f"{site.url}/app/signin")


async def test_the_words_follow_the_browser_and_the_switch(site: Site) -> None:
    context = await site.browser.new_context(locale="fr-FR")
    page = await context.new_page()
    await page.goto(f"{site.url}/app/signin")
    await page.get_by_label("Clé", exact=True).fill(site.stand.keys["root"])
    await page.get_by_role("button", name="Se connecter").click()
    await expect(page.get_by_role("heading", name="Interrogez vos documents")).to_be_visible()
    await page.get_by_label("Langue").click()
    await page.get_by_text("Русский").click()
    await expect(page.get_by_role("heading", name="Спросите свои документы")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "ru")


async def test_the_theme_stays_after_a_reload(site: Site) -> None:
    page = await site.page()
    await expect(page.locator("body")).not_to_have_class(re.compile("body--dark"))
    await page.get_by_label("Light or dark").click()
    await expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    await page.reload()
    await expect(page.locator("body")).to_have_class(re.compile("body--dark"))


async def test_the_reference_leads_through_the_sign_in(site: Site) -> None:
    page = await site.page("/docs", key=None)
    await page.wait_for_url(f"{site.url}/app/signin")
    page = await site.page("/docs")
    await page.wait_for_url(f"{site.url}/app/reference")
    await expect(page.get_by_text("/v1/ask", exact=True)).to_be_visible()


async def test_two_runs_are_chosen_and_compared(site: Site) -> None:
    await keep(site.stand, OLD, 0.5)
    await keep(site.stand, NEW, 0.25, mode=ReadMode.GRAPH)
    await site.page()  # signs in, in English
    page = await site.page("/app/evaluations", locale="fr")
    button = page.get_by_role("button", name="Comparer")
    await expect(button).to_be_disabled()
    for words in ("2026-01-03", "2026-01-02"):
        await page.locator("tr", has_text=words).get_by_role("checkbox").click()
    await button.click()
    await expect(page.get_by_role("heading", level=3)).to_contain_text("est moins bon que")
    await expect(page.locator("tr", has_text="<script>alert(1)</script> 1").first).to_be_visible()
    link = await page.get_by_text("Ouvrir le rapport complet").get_attribute("href")
    report = await page.request.get(f"{site.url}{link}")
    assert "is worse than" in await report.text()
    assert report.headers["content-security-policy"].startswith("default-src 'none'")


async def test_evaluations_are_for_those_who_operate_the_service(site: Site) -> None:
    for key in (Role.EDITOR, Role.ADMIN):  # an administrator of one workspace
        page = await site.page("/app/evaluations", key=key)
        await expect(page.get_by_text("for administrators of the whole service")).to_be_visible()
        await expect(page.get_by_role("link", name="Evaluations")).to_have_count(0)
        answer = await page.request.get(f"{site.url}/app/evaluations/report?first=a&second=b")
        assert answer.status == 403


async def test_sessions_lie_in_the_private_folder(site: Site) -> None:
    await site.page()
    settings = site.stand.service.pages
    assert settings is not None
    found, mode = await asyncio.to_thread(looked_into, settings.folder)
    assert found
    assert mode & 0o077 == 0


def looked_into(folder: Path) -> tuple[list[Path], int]:
    return list(folder.glob("storage-user-*.json")), folder.stat().st_mode
