"""The catalog in memory keeps the contract, so use cases may be tested with it."""

from pathlib import Path

import pytest

from contracts.errors import CatalogUnavailable
from tests.catalog.blobs_contract import BlobsContract
from tests.catalog.configurations_contract import ConfigurationsContract
from tests.catalog.desk import Desk
from tests.catalog.documents_contract import DocumentsContract
from tests.catalog.generations_contract import GenerationsContract
from tests.catalog.handling_contract import HandlingContract
from tests.catalog.judgements_contract import JudgementsContract
from tests.catalog.ledger_contract import LedgerContract
from tests.catalog.likeness_contract import LikenessContract
from tests.catalog.members_contract import MembersContract
from tests.catalog.personal_contract import PersonalContract
from tests.catalog.places_contract import PlacesContract
from tests.catalog.policy_contract import PolicyContract
from tests.catalog.quality_contract import QualityContract
from tests.catalog.queue_contract import Handled, QueueContract
from tests.catalog.recognised_contract import RecognisedPagesContract
from tests.catalog.register_contract import RegisterContract
from tests.catalog.review_contract import ReviewContract
from tests.catalog.runs_contract import RunsContract
from tests.catalog.services_contract import ServicesContract
from tests.catalog.suites_contract import SuitesContract
from tests.catalog.traces_contract import TracesContract
from tests.catalog.trash_contract import TrashContract
from tests.catalog.variants_contract import VariantsContract
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.catalog_services import InMemoryBlobs


class TestInMemoryCatalog(
    ConfigurationsContract,
    DocumentsContract,
    GenerationsContract,
    HandlingContract,
    JudgementsContract,
    LedgerContract,
    MembersContract,
    PersonalContract,
    PlacesContract,
    LikenessContract,
    PolicyContract,
    QualityContract,
    QueueContract,
    RecognisedPagesContract,
    RegisterContract,
    ReviewContract,
    RunsContract,
    ServicesContract,
    SuitesContract,
    TracesContract,
    TrashContract,
    VariantsContract,
):
    @pytest.fixture
    def bare(self, tmp_path: Path) -> InMemoryCatalog:
        return InMemoryCatalog(tmp_path)

    @pytest.fixture
    async def desk(self, bare: InMemoryCatalog) -> Desk:
        return await Desk(bare).opened()


class TestInMemoryBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> InMemoryBlobs:
        return InMemoryBlobs(tmp_path)


async def test_a_catalog_that_is_down_says_so_and_loses_nothing(tmp_path: Path) -> None:
    catalog = InMemoryCatalog(tmp_path)
    desk = await Desk(catalog).opened()
    ref = await desk.accept_one("a")
    catalog.tables.down = True
    with pytest.raises(CatalogUnavailable):
        await desk.get(ref.document)
    catalog.tables.down = False
    assert (await desk.get(ref.document)).id == ref.document


async def test_draining_does_the_waiting_jobs(tmp_path: Path) -> None:
    catalog = InMemoryCatalog(tmp_path)
    ref = await (await Desk(catalog).opened()).accept_one("a")
    handled = Handled()
    await catalog.queue.drain(handled)
    assert handled.documents == [ref.document]
