"""The pages in a real browser: a running site, and what a person does on it in one word."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
import uvicorn
from playwright.async_api import Browser, Page, StorageState, async_playwright, expect

from tests.api.stand import Stand


@dataclass
class Site:
    """A running server, its parts, and a browser."""

    stand: Stand
    url: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    states: dict[str, StorageState] = field(default_factory=dict)

    async def page(self, path: str = "/app/", key: str | None = "root", locale: str = "en") -> Page:
        """Open a page in a new window, signed in with a key."""
        state = self.states.get(key or "")
        context = await self.browser.new_context(locale=locale, storage_state=state)
        context.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._check(request.url))
        if key is not None and state is None:
            await page.goto(f"{self.url}/app/signin")
            await enter(page, self.stand.keys[key])
            await page.wait_for_url(f"{self.url}/app/")
            self.states[key] = await context.storage_state()
        await page.goto(self.url + path)
        # A click before the page talks to the server would reach nobody.
        await page.wait_for_function("window.did_handshake !== false")
        return page

    def _check(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:")):
            self.complaints.append(f"asked another host: {url}")


@pytest.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("no Chromium on this machine")
    stand = Stand(tmp_path_factory.mktemp("pages"))
    await stand.prepare()
    config = uvicorn.Config(stand.app(pages=True), log_level="error", ws="websockets-sansio")
    server = uvicorn.Server(config)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listener]))
    working = asyncio.create_task(stand.catalog.queue.work(stand.read, stand.sweep, concurrency=1))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"]
        )
        yield Site(stand, f"http://127.0.0.1:{listener.getsockname()[1]}", browser)
        await browser.close()
    working.cancel()
    server.should_exit = True
    await asyncio.gather(serving, working, return_exceptions=True)


@pytest.fixture
async def site(running: Site) -> AsyncIterator[Site]:
    """The running site; every test ends with no script error and no request elsewhere."""
    running.stand.ask.go_on.set()
    yield running
    for context in running.browser.contexts:
        await context.close()
    assert running.complaints == []


async def enter(page: Page, key: str) -> None:
    await page.get_by_label("Key", exact=True).fill(key)
    await page.keyboard.press("Enter")


async def drop(page: Page, *files: tuple[str, str]) -> None:
    """Drop files on the zone as a person does."""
    data = await page.evaluate_handle(
        """files => { const data = new DataTransfer();
        for (const [name, text] of files) data.items.add(new File([text], name));
        return data; }""",
        [list(file) for file in files],
    )
    await page.locator(".drop").dispatch_event("dragover", {"dataTransfer": data})
    await page.locator(".q-uploader__dnd").dispatch_event("drop", {"dataTransfer": data})


async def ask(page: Page, question: str) -> None:
    await page.locator("textarea").fill(question)
    await page.keyboard.press("Enter")


async def pour(site: Site, name: str, text: str, **fields: str) -> UUID:
    """Upload a document and wait until the worker made it readable."""
    async with site.stand.client() as client:
        files = {"file": (name, text.encode())}
        answer = await client.post("/v1/documents", files=files, data=fields)
    document = UUID(answer.json()["documents"][0]["id"])
    async for _ in site.stand.catalog.watch.follow("default", document):
        pass
    return document
