"""What a workspace expects, on the page of quality: seen by all, set by administrators."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from contracts.people import Role
from contracts.quality import Expectations
from tests.api.browsing import Site, pour
from tests.ingestion.quality_material import ENGLISH

pytestmark = pytest.mark.browser

STRICT = Expectations(("fr", "en"), 200, 0.125, None)


@pytest.fixture
async def site(site: Site) -> AsyncIterator[Site]:
    """The running site, which expects nothing before and after a test."""
    yield site
    await site.stand.service.quality.renewal.expect("default", Expectations(), "a test")


async def expected(site: Site) -> Expectations:
    standards = await site.stand.catalog.assessments.standards(["default"])
    return standards.expectations.get("default", Expectations())


async def opened(site: Site, locale: str = "en", change: str = "Change") -> Page:
    await site.page(key=Role.ADMIN)
    page = await site.page("/app/quality", key=Role.ADMIN, locale=locale)
    await page.get_by_role("button", name=change).click()
    return page


async def test_documents_are_judged_by_what_is_set(site: Site) -> None:
    await pour(site, "expected.txt", ENGLISH)
    page = await opened(site)
    await page.get_by_label("Languages of the texts").click()
    await page.get_by_role("option", name="French").click()
    await page.keyboard.press("Escape")
    await page.get_by_label("Words that are in no dictionary").fill("12.5")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").first).to_contain_text("judged otherwise now: ")
    card = page.locator(".expected")
    await expect(card).to_contain_text("Languages of the texts: French")
    await expect(card).to_contain_text("Words that are in no dictionary, at most: 12%")
    entry = page.locator(".entry", has_text="expected.txt")
    await expect(entry).to_contain_text("in a language that is not expected here")
    assert await expected(site) == Expectations(("fr",), max_unknown_words=0.125)
    row, *_ = await site.stand.catalog.policies.audit()
    assert (row.actor, row.action) == ("a admin", "quality.expect")


async def test_what_is_set_is_in_the_form_and_can_be_taken_back(site: Site) -> None:
    await site.stand.service.quality.renewal.expect("default", STRICT, "a test")
    page = await opened(site)
    words = page.get_by_label("Words that are in no dictionary")
    await expect(words).to_have_value("12.5")
    await words.fill("")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".expected")).not_to_contain_text("dictionary")
    assert await expected(site) == Expectations(("fr", "en"), 200)


@pytest.mark.parametrize(
    ("locale", "change", "words", "save", "told"),
    [
        ("fr", "Modifier", "Mots absents", "Enregistrer", "Donnez un nombre de 0 à 100"),
        ("ru", "Изменить", "Слов, которых нет", "Сохранить", "Укажите число от 0 до 100"),
    ],
)
async def test_what_cannot_be_expected_is_said_beside_it_and_not_set(
    site: Site, locale: str, change: str, words: str, save: str, told: str
) -> None:
    page = await opened(site, locale, change)
    await page.get_by_label(words).fill("250")
    await page.get_by_role("button", name=save).click()
    await expect(page.locator(".q-dialog")).to_contain_text(told)
    assert await expected(site) == Expectations()


async def test_who_does_not_administer_sees_what_is_expected_and_changes_nothing(
    site: Site,
) -> None:
    await site.stand.service.quality.renewal.expect("default", STRICT, "a test")
    page = await site.page("/app/quality", key=Role.EDITOR)
    await expect(page.locator(".expected")).to_contain_text("French, English")
    await expect(page.locator(".expected").get_by_role("button")).to_have_count(0)
