"""The navigation: groups of places, each for those who may go there."""

import pytest
from playwright.async_api import Page, expect

from contracts.people import Role
from tests.api.browsing import Site

pytestmark = pytest.mark.browser


async def words(page: Page, part: str) -> list[str]:
    return await page.locator(f"{part} a.tab").all_inner_texts()


async def test_places_of_one_subject_lie_side_by_side_on_their_pages(site: Site) -> None:
    page = await site.page()
    assert "Measuring" in await words(page, "header")
    assert await words(page, ".beside") == []
    await page.locator("header").get_by_role("link", name="Measuring").click()
    await page.wait_for_url(f"{site.url}/app/suites")
    assert (await words(page, ".beside"))[-2:] == ["Suites", "Evaluations"]
    await page.locator(".beside").get_by_role("link", name="Evaluations").click()
    await page.wait_for_url(f"{site.url}/app/evaluations")
    here = page.locator("[aria-current=page]")
    await expect(here).to_have_text(["Measuring", "Evaluations"])


async def test_a_subject_with_one_place_for_a_visitor_goes_by_that_places_name(site: Site) -> None:
    page = await site.page("/app/suites", key=Role.EDITOR)
    seen = await words(page, "header")
    assert "Suites" in seen
    assert "Measuring" not in seen
    assert await words(page, ".beside") == []


async def test_a_reader_is_led_only_where_a_reader_may_go(site: Site) -> None:
    seen = await words(await site.page(key=Role.READER), "header")
    assert {"Ask", "Documents", "Status"} <= set(seen)
    assert not {"Suites", "Evaluations", "Measuring"} & set(seen)
