"""The page of ways in as administrators use it: add, look, read what went wrong, remove."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from contracts.intake import Missed, Place, PlaceKind, Report
from contracts.people import Role
from tests.api.browsing import Site

pytestmark = pytest.mark.browser

SCANS = Place("scans", PlaceKind.FOLDER, "/srv/scans")
TORN = Missed("file:/srv/scans/<b>torn</b>.pdf", "Too large.")


@pytest.fixture
async def site(site: Site) -> AsyncIterator[Site]:
    """The running site, which has no place before and after a test."""
    yield site
    places = site.stand.catalog.places
    for record in await places.all():
        await places.remove(record.place.name)


async def chosen(page: Page, label: str, option: str) -> None:
    await page.locator(".place-form").get_by_label(label, exact=True).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def test_a_folder_is_added_looked_at_and_removed(site: Site) -> None:
    folder = site.stand.shares / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text("The letter of the folder.")
    page = await site.page("/app/intake")
    await expect(page.get_by_text("There is no way in yet.")).to_be_visible()
    await page.get_by_role("button", name="Add a way in").click()
    await page.get_by_label("Address", exact=True).fill(str(folder))
    await page.get_by_role("button", name="Look and add").click()
    place = page.locator(".place", has_text="letters")
    await expect(place).to_contain_text("Not looked at yet")
    await expect(place).to_contain_text(f"{folder} → default")
    places = site.stand.catalog.places
    await places.ended("letters", Report(unchanged=3), took_s=0.1, next_s=60)
    await expect(place).to_contain_text("In order")
    assert (await places.get("letters")).due_s > 50
    await place.get_by_role("button", name="Look now").click()
    await expect(place).to_contain_text("about to be looked at")
    assert (await places.get("letters")).due_s <= 0
    await place.get_by_role("button", name="Remove").click()
    await page.locator(".q-dialog").get_by_role("button", name="Remove").click()
    await expect(place).to_have_count(0)


async def test_what_cannot_be_added_is_said_in_the_form_and_nothing_is_kept(site: Site) -> None:
    page = await site.page("/app/intake")
    await page.get_by_role("button", name="Add a way in").click()
    await page.get_by_label("Address", exact=True).fill("/etc")
    await page.get_by_role("button", name="Look and add").click()
    await expect(page.get_by_role("alert")).to_contain_text("DIPTYCH_INTAKE_ROOT")
    await chosen(page, "Kind", "Mailbox (IMAP)")
    await page.get_by_label("Name (none: made of the address)").fill("mail-1")
    await expect(page.get_by_text("DIPTYCH_INTAKE_MAIL_1_PASSWORD")).to_be_visible()
    await page.get_by_label("Address", exact=True).fill("imaps://ada@127.0.0.1/INBOX")
    await page.get_by_role("button", name="Look and add").click()
    await expect(page.get_by_role("alert")).to_contain_text("There is no password")
    await expect(page.locator("input[type=password]")).to_have_count(0)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("There is no way in yet.")).to_be_visible()


async def test_how_the_last_look_ended_is_shown_with_what_was_not_taken(site: Site) -> None:
    places = site.stand.catalog.places
    await places.add(SCANS)
    await places.add(replace(SCANS, name="share", every_s=300, mirror=True))
    report = Report(new=1200, failed=1, failures=(TORN,))
    await places.ended("scans", report, took_s=1.5, next_s=60)
    await places.ended("share", Report(error="The share is not there."), took_s=0.1, next_s=5)
    page = await site.page("/app/intake")
    scans, share = (page.locator(f".place[data-name={name}]") for name in ("scans", "share"))
    await expect(scans).to_contain_text("Not everything was taken")
    await expect(scans).to_contain_text("New: 1,200")
    await scans.get_by_text("What was not taken, and why").click()
    await expect(scans.get_by_text(TORN.source)).to_be_visible()
    await expect(scans.get_by_text("Too large.")).to_be_visible()
    await expect(share.get_by_role("alert")).to_have_text("The share is not there.")
    await expect(share).to_contain_text("every 5 min · what is gone there is deleted here")


async def test_an_admin_of_one_workspace_sees_its_places_and_adds_none(site: Site) -> None:
    places = site.stand.catalog.places
    await places.add(SCANS)
    await places.add(replace(SCANS, name="theirs", workspace="other"))
    page = await site.page("/app/intake", key=Role.ADMIN)
    await expect(page.locator(".place")).to_have_count(1)
    await expect(page.get_by_role("button", name="Look now")).to_be_visible()
    for name in ("Add a way in", "Remove"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "words"), [("fr-FR", "réservée aux administrateurs"), ("ru-RU", "администраторов")]
)
async def test_nobody_else_is_led_there(site: Site, locale: str, words: str) -> None:
    await site.page(key=Role.EDITOR)
    page = await site.page("/app/intake", Role.EDITOR, locale)
    await expect(page.get_by_text(words)).to_be_visible()
    await expect(page.locator(".beside a.tab", has_text="Ways in")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "add", "save", "refused", "troubled", "missed"),
    [
        (
            "fr",
            ("Ajouter une arrivée", "Adresse"),
            "Vérifier et ajouter",
            "/etc est en dehors de DIPTYCH_INTAKE_ROOT",
            "Le dossier /srv/scans ne répond pas : erreur de lecture.",
            "Il ne peut pas être lu : accès refusé. Donnez au service le droit de le lire.",
        ),
        (
            "ru",
            ("Добавить источник", "Адрес"),
            "Проверить и добавить",
            "/etc лежит вне DIPTYCH_INTAKE_ROOT",
            "Папка /srv/scans не отвечает: ошибка чтения.",
            "Его нельзя прочитать: доступ запрещён. Дайте сервису право на чтение.",
        ),
    ],
)
async def test_what_goes_wrong_is_told_in_the_language_of_the_page(
    site: Site,
    locale: str,
    add: tuple[str, str],
    save: str,
    refused: str,
    troubled: str,
    missed: str,
) -> None:
    places = site.stand.catalog.places
    await places.add(SCANS)
    error = "The folder /srv/scans does not answer: Input/output error."
    denied = "It cannot be read: Permission denied. Give the service the right to read it."
    report = Report(
        failed=1,
        failures=(Missed("file:/srv/scans/a", denied),),
        error=f"{error} It is looked at again once its file server is back.",
    )
    await places.ended("scans", report, took_s=0.1, next_s=60)
    await site.page()
    page = await site.page("/app/intake", locale=locale)
    await expect(page.locator(".place").get_by_role("alert")).to_contain_text(troubled)
    await page.locator(".place .q-expansion-item").click()
    await expect(page.get_by_text(missed)).to_be_visible()
    await page.get_by_role("button", name=add[0]).click()
    await page.get_by_label(add[1], exact=True).fill("/etc")
    await page.get_by_role("button", name=save).click()
    await expect(page.locator(".place-form").get_by_role("alert")).to_contain_text(refused)
