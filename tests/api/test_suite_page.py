"""The page of suites as people use it: a candidate beside what a search finds, and a decision."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from contracts.curating import CandidateState
from contracts.measuring import Kind
from contracts.people import Role
from tests.api.browsing import Site, pour

pytestmark = pytest.mark.browser

TEXT = (
    "Garage agreement\n\nThe garage costs ninety euros. It is paid each month.\n\nNo <b>pets</b>."
)


async def prepared(site: Site, suite: str, *questions: str) -> None:
    """Have a document, and a suite with candidates."""
    await pour(site, f"{suite}.txt", TEXT)
    async with site.stand.client() as client:
        assert (await client.post("/v1/suites", json={"name": suite})).status_code == 201
        for question in questions:
            address = f"/v1/suites/{suite}/candidates"
            answer = await client.post(address, json={"question": question, "answers": ["90"]})
            assert answer.status_code == 201, answer.text


async def opened(site: Site, suite: str, locale: str = "en", key: str = "root") -> Page:
    page = await site.page("/app/suites", key, locale)
    select = page.locator(".q-select").first
    if suite not in (await select.inner_text()):
        await select.click()
        await page.get_by_role("option", name=suite, exact=True).click()
    return page


async def test_a_marked_sentence_is_confirmed_and_enters_the_next_version(site: Site) -> None:
    await prepared(site, "garages", "What does the garage cost?", "Are pets allowed there?")
    page = await opened(site, "garages")
    await expect(page.get_by_label("Question", exact=True)).to_have_value(
        "What does the garage cost?"
    )
    await page.locator(".sentence", has_text="ninety euros").first.click()
    await expect(page.locator(".candidate-label")).to_have_text("The garage costs ninety euros.")
    if folder := os.environ.get("DIPTYCH_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / "suites-en.png", full_page=True)
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_label("Question", exact=True)).to_have_value("Are pets allowed there?")
    await page.get_by_role("button", name="Reject", exact=True).click()
    await expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    await page.get_by_role("button", name="Make the next version").click()
    await expect(page.get_by_text("Version 1, questions: 1").first).to_be_visible()
    suites = site.stand.catalog.suites
    (question,) = (await suites.version("garages")).questions
    assert (question.labels[0].quote, question.answers) == (
        "The garage costs ninety euros.",
        ("90",),
    )
    states = [one.state for one in await suites.candidates("garages")]
    assert states == [CandidateState.CONFIRMED, CandidateState.REJECTED]


async def test_nothing_marked_is_refused_in_words_and_unanswerable_is_a_choice(site: Site) -> None:
    await prepared(site, "cellars", "Who built it?")
    page = await opened(site, "cellars")
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("The question has no label.")
    await page.get_by_label("Kind").click()
    await page.get_by_role("option", name="The documents do not answer it").click()
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_text("Nothing waits for a decision.")).to_be_visible()
    (found,) = await site.stand.catalog.suites.candidates("cellars")
    assert (found.question.kind, found.state) == (Kind.UNANSWERABLE, CandidateState.CONFIRMED)


async def test_the_page_speaks_russian_and_a_text_is_never_markup(site: Site) -> None:
    await prepared(site, "yards", "Are pets allowed?")
    page = await opened(site, "yards", "ru-RU")
    await expect(page.get_by_role("heading", name="Наборы вопросов")).to_be_visible()
    sentence = page.locator(".sentence", has_text="No <b>pets</b>.").first
    await sentence.click()
    await expect(page.locator(".candidate-label").first).to_have_text("No <b>pets</b>.")
    await expect(page.get_by_role("button", name="Подтвердить")).to_be_visible()
    if folder := os.environ.get("DIPTYCH_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / "suites-ru.png", full_page=True)


async def test_a_reader_is_not_led_there_and_decides_nothing(site: Site) -> None:
    await prepared(site, "attics", "Is it dry?")
    page = await site.page("/app/suites", Role.READER)
    await expect(page.get_by_role("link", name="Suites")).to_have_count(0)
    await expect(page.locator(".q-select").first).to_be_visible()
    for name in ("Confirm", "Reject", "Create", "Propose"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
