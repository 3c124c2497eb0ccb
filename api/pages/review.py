"""Review: everything that waits for a person, with the reason and what to do next."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from nicegui import ui

from api.pages.dialogs import quiet_button
from api.pages.figures import number, reason_text
from api.pages.frame import add_page, titled
from api.pages.listing import PAGE, Act, Listing, entry, original, sentence
from api.pages.session import Visitor
from api.service import Service
from contracts.likeness import Decision
from contracts.people import Role
from contracts.policy import Change
from contracts.review import Matter, ReviewEntry, ReviewSource

TONES = {ReviewSource.READING: "bad", ReviewSource.QUALITY: "wait", ReviewSource.LIKENESS: "hollow"}


def add_review(service: Service) -> None:
    """Serve the page of what waits."""

    async def build(visitor: Visitor) -> None:
        await visitor.guard(ReviewPage(visitor).load)

    add_page(service, "/review", "nav.review", build)


class ReviewPage:
    """What waits in a workspace."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with titled(visitor.text, "review"):
            self._list = Listing(visitor, self.load, self._fetch, self._show)

    async def load(self) -> None:
        """Show what waits at this moment."""
        await self._visitor.confirm(Role.READER)
        await self._list.restart(await self._filters(), self._visitor.text("review.nothing"))

    async def _filters(self) -> dict[str, str]:
        visitor, text = self._visitor, self._visitor.text
        counts = await visitor.service.review.counts(visitor.workspace)
        filters = {"": text("documents.all")}
        for source in ReviewSource:
            filters[source] = f"{text(f'review.{source}')} {number(counts[source], text)}"
        return filters

    async def _fetch(
        self, chosen: str, cursor: str | None
    ) -> tuple[Sequence[ReviewEntry], str | None]:
        visitor = self._visitor
        source = ReviewSource(chosen) if chosen else None
        find = visitor.service.review.find
        page = await find(visitor.workspace, limit=PAGE, source=source, cursor=cursor)
        return page.entries, page.cursor

    def _show(self, one: ReviewEntry) -> None:
        side, text = one.document, self._visitor.text
        with entry(side.id, side.title, side.source, None):
            for matter in one.matters:
                with ui.element("div").classes("matter"):
                    ui.label(text(f"review.{matter.source}")).classes(
                        f"badge {TONES[matter.source]}"
                    )
                    with ui.element("div").classes("grow"):
                        self._say(matter)
                        if self._visitor.may(Role.EDITOR):
                            with ui.element("div").classes("row wrap"):
                                self._offer(side.id, matter)

    def _say(self, matter: Matter) -> None:
        """Say why it waits, and what to do next."""
        text = self._visitor.text
        if matter.other is not None:
            with ui.element("p").classes("small said"):
                ui.label(text(f"review.{matter.code}"))
                ui.link(matter.other.title, original(matter.other.id), new_tab=True)
            ui.label(text("review.next_likeness")).classes("soft small")
        elif matter.reasons:
            for reason in matter.reasons:
                sentence(reason_text(reason, text))
            ui.label(text("review.next_quality")).classes("soft small")
        else:
            known = text.known(f"reason.{matter.code}", matter.sentence)
            sentence(known, text.known(f"remedy.{matter.code}", ""))

    def _offer(self, document: UUID, matter: Matter) -> None:
        """Offer what can be done at once."""
        visitor, text, service = self._visitor, self._visitor.text, self._visitor.service
        if matter.other is not None:
            elder, actor = matter.other.id, visitor.identity.name

            async def part() -> None:
                await service.decide(visitor.workspace, elder, document, Decision.APART, actor)

            self._button(text("review.apart"), part, document, matter)
            ui.link(text("nav.duplicates"), "/duplicates").classes("small")
            return
        if matter.source is ReviewSource.READING:

            async def retry() -> None:
                await service.order.retry(visitor.workspace, document)

            self._button(text("documents.retry"), retry, document, matter)

        async def settle() -> None:
            change = Change(visitor.identity.name)
            await service.review.settle(visitor.workspace, document, matter.source, change)

        self._button(text("review.settle"), settle, document, matter)

    def _button(self, words: str, act: Act, document: UUID, matter: Matter) -> None:
        """Offer an act after which the matter waits no more; all else stays where it is."""

        def done(one: ReviewEntry) -> ReviewEntry | None:
            if one.document.id != document:
                return one
            rest = tuple(other for other in one.matters if other != matter)
            return replace(one, matters=rest) if rest else None

        async def run() -> None:
            await self._visitor.confirm(Role.EDITOR)
            await act()
            ui.notify(self._visitor.text("review.done"), type="positive")
            await self._list.change(done)
            self._list.offer(await self._filters())

        quiet_button(words, lambda: self._visitor.guard(run))
