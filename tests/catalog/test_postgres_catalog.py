"""The catalog on PostgreSQL keeps the contract."""

from pathlib import Path

import pytest

from catalog.blobs import FolderBlobs
from catalog.postgres import PostgresCatalog
from tests.catalog.blobs_contract import BlobsContract
from tests.catalog.desk import Desk
from tests.catalog.documents_contract import DocumentsContract
from tests.catalog.ledger_contract import LedgerContract
from tests.catalog.queue_contract import QueueContract
from tests.catalog.services_contract import ServicesContract


class TestPostgresCatalog(DocumentsContract, LedgerContract, QueueContract, ServicesContract):
    @pytest.fixture
    async def desk(self, postgres_catalog: PostgresCatalog) -> Desk:
        return await Desk(postgres_catalog).opened()


class TestFolderBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> FolderBlobs:
        return FolderBlobs(tmp_path / "blobs")
