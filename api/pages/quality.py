"""Quality: how well documents could be read, day by day, what is expected, the worst of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape

from nicegui import ui

from api.pages.expectations import ExpectationsCard
from api.pages.figures import TONES, number, reason_text
from api.pages.frame import add_page, heading, titled
from api.pages.listing import PAGE, Listing, entry, sentence
from api.pages.session import Visitor
from api.service import Service
from contracts.people import Role
from contracts.quality import Assessed, QualityDay, QualityState

DAYS = 30
OUTLIERS = "outliers"


def add_quality(service: Service) -> None:
    """Serve the page of data quality."""

    async def build(visitor: Visitor) -> None:
        await visitor.guard(QualityPage(visitor).load)

    add_page(service, "/quality", "nav.quality", build)


class QualityPage:
    """What is thought of a workspace's documents."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with titled(visitor.text, "quality"):
            self._trend = ui.element("div").classes("stack")
            self._expected = ExpectationsCard(visitor, self.load)
            self._list = Listing(visitor, self.load, self._fetch, self._show)

    async def load(self) -> None:
        """Show the sums of this moment, and the worst documents."""
        visitor, text = self._visitor, self._visitor.text
        await visitor.confirm(Role.READER)
        since = datetime.now(UTC).date() - timedelta(days=DAYS - 1)
        summary = await visitor.service.quality.assessments.summary(visitor.workspace, since)
        await self._expected.load()
        self._trend.clear()
        with self._trend:
            self._show_days(summary.days, since)
        totals = Counter[str]()
        for one in summary.totals:
            totals[one.state] += one.documents
        filters = {"": f"{text('documents.all')} {number(totals.total(), text)}"}
        for state in QualityState:
            filters[state] = f"{text(f'quality.all_{state}')} {number(totals[state], text)}"
        filters[OUTLIERS] = text("quality.outliers")
        nothing = "quality.none_here" if totals else "quality.empty"
        await self._list.restart(filters, text(nothing))

    async def _fetch(
        self, chosen: str, cursor: str | None
    ) -> tuple[Sequence[Assessed], str | None]:
        page = await self._visitor.service.quality.assessments.find(
            self._visitor.workspace,
            limit=PAGE,
            cursor=cursor,
            state=QualityState(chosen) if chosen in set(QualityState) else None,
            outliers=chosen == OUTLIERS,
        )
        return page.items, page.cursor

    def _show(self, one: Assessed) -> None:
        text, judged = self._visitor.text, one.assessment
        badge = text(f"quality.{judged.state}"), TONES[judged.state]
        with entry(judged.ref.document, one.title or one.source, one.source, badge):
            for reason in judged.reasons:
                sentence(reason_text(reason, text))
            for line in judged.measured.repeated[:1]:
                ui.label(text("quality.repeats", line=line)).classes("soft small")

    def _show_days(self, days: Sequence[QualityDay], since: date) -> None:
        """Show a bar for each day, nothing where none was read."""
        text = self._visitor.text
        if not days:
            return
        with ui.element("div").classes("row wrap"):
            heading(text("quality.trend", days=DAYS), 2)
            ui.element("div").classes("grow")
            for state in QualityState:
                ui.label(text(f"quality.all_{state}")).classes(f"badge {TONES[state]}")
        ui.html(trend(days, since, text("quality.days")), sanitize=False)


def trend(days: Sequence[QualityDay], since: date, label: str) -> str:
    """Draw days as bars of good, doubtful and bad, as high as they have documents."""
    every = (since + timedelta(days=n) for n in range(DAYS))
    by_day: dict[date, Counter[QualityState]] = {day: Counter() for day in every}
    for one in days:
        by_day.setdefault(one.day, Counter())[one.state] += one.documents
    most = max(counts.total() for counts in by_day.values())
    bars = []
    for day, counts in by_day.items():
        told = ", ".join(str(counts[state]) for state in QualityState)
        pieces = "".join(
            f'<i class="{TONES[state]}" style="height:{100 * counts[state] / most:.2f}%"></i>'
            for state in reversed(QualityState)
            if counts[state]
        )
        bars.append(
            f'<div class="day" title="{day}: {told}"><div>{pieces}</div>'
            f"<span>{day:%d.%m}</span></div>"
        )
    return f'<div class="trend" role="img" aria-label="{escape(label)}">{"".join(bars)}</div>'
