"""Contract of RecognisedPages: what was recognised in the pictures of some bytes."""

from dataclasses import replace

from contracts.nouns import DEFAULT_WORKSPACE, PanelName, VersionRef
from contracts.recognition import RecognisedPage
from contracts.record import Reached
from tests.catalog.desk import Desk, arrival

SCAN = arrival("scan.pdf", blob="5ca0")
PLACE = (SCAN.blob, SCAN.start)
PAGE = RecognisedPage(3, "reader 1 eng+fra", "Été à l'œil\n\nfin 𝄞\n", 0.957, ("fra", "eng"))
DOUBTED = replace(PAGE, page=4, doubtful=("Z\u033263", "É\u0332té"))
SURE = replace(PAGE, page=5, doubtful=())
BLANK = RecognisedPage(1, "reader 1 eng+fra", "", None, ())
GREEK = RecognisedPage(2, "reader 1 eng+fra", "", 0.413, ("fra", "eng"), "Greek")


async def delete(desk: Desk, ref: VersionRef) -> None:
    """Take a document away from both panels and forget it."""
    ledger = desk.catalog.ledger
    await desk.catalog.documents.delete(DEFAULT_WORKSPACE, [ref.document])
    for panel in PanelName:
        await ledger.reached([ref], None, panel, Reached.ABSENT)
    await ledger.gone([ref])


class RecognisedPagesContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_pages_come_back_in_order_as_they_were(self, desk: Desk) -> None:
        pages = desk.catalog.recognised
        await desk.catalog.documents.accept(DEFAULT_WORKSPACE, [SCAN])
        for page in (SURE, PAGE, DOUBTED, BLANK, GREEK):
            await pages.keep(PLACE, page)
        every = [BLANK, GREEK, PAGE, DOUBTED, SURE]
        assert await pages.kept([PLACE, (SCAN.blob, 7)]) == {PLACE: every}
        assert await pages.kept([]) == {}

    async def test_a_page_that_is_recognised_again_is_replaced(self, desk: Desk) -> None:
        pages = desk.catalog.recognised
        await desk.catalog.documents.accept(DEFAULT_WORKSPACE, [SCAN])
        better = replace(PAGE, settings="reader 2", text="Été", confidence=0.99, doubtful=("É",))
        for page in (PAGE, better):
            await pages.keep(PLACE, page)
        assert await pages.kept([PLACE]) == {PLACE: [better]}

    async def test_text_that_no_database_takes_is_made_plain(self, desk: Desk) -> None:
        pages = desk.catalog.recognised
        await desk.catalog.documents.accept(DEFAULT_WORKSPACE, [SCAN])
        await pages.keep(PLACE, replace(PAGE, text="a\0b"))
        assert (await pages.kept([PLACE]))[PLACE][0].text.startswith("a")

    async def test_pages_go_with_the_last_document_of_their_bytes(self, desk: Desk) -> None:
        pages = desk.catalog.recognised
        twin = replace(SCAN, source="copy.pdf")
        receipts = await desk.catalog.documents.accept(DEFAULT_WORKSPACE, [SCAN, twin])
        await pages.keep(PLACE, PAGE)
        await delete(desk, receipts[0].ref)
        assert await pages.kept([PLACE]) == {PLACE: [PAGE]}
        await delete(desk, receipts[1].ref)
        assert await pages.kept([PLACE]) == {}
        await pages.keep(PLACE, PAGE)
        assert await pages.kept([PLACE]) == {}
