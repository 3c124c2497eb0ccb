"""The catalog on PostgreSQL keeps the contract."""

from pathlib import Path

import pytest

from catalog.blobs import FolderBlobs
from catalog.postgres import PostgresCatalog
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
from tests.catalog.queue_contract import QueueContract
from tests.catalog.recognised_contract import RecognisedPagesContract
from tests.catalog.register_contract import RegisterContract
from tests.catalog.review_contract import ReviewContract
from tests.catalog.runs_contract import RunsContract
from tests.catalog.services_contract import ServicesContract
from tests.catalog.suites_contract import SuitesContract
from tests.catalog.traces_contract import TracesContract
from tests.catalog.trash_contract import TrashContract
from tests.catalog.variants_contract import VariantsContract


class TestPostgresCatalog(
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
    def bare(self, bare_catalog: PostgresCatalog) -> PostgresCatalog:
        return bare_catalog

    @pytest.fixture
    def desk(self, postgres_catalog: PostgresCatalog) -> Desk:
        return Desk(postgres_catalog)


class TestFolderBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> FolderBlobs:
        return FolderBlobs(tmp_path / "blobs")
