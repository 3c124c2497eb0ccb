"""What ``diptych doctor`` finds on a sound machine, and on one with each piece broken."""

import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contracts.errors import SetupFailed
from contracts.nouns import PanelName
from contracts.record import Arrival
from contracts.tracking import Tracker
from deploy.doctor import Check, Patient, _version, checks
from deploy.embedded.jars import JarCache
from deploy.embedded.neo4j import Neo4jAddress
from deploy.embedded.process import free_port
from readers.engines import Engine
from tests.conftest import Neo4jServer
from tests.deploy.repository import jar, serving
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.trackers import InMemoryTracker
from tests.panels.fake import InMemoryPanel


async def findings(patient: Patient) -> dict[str, Check]:
    return {check.name: check for check in await checks(patient)}


def patient(home: Path, **pieces: object) -> Patient:
    return Patient(home, "127.0.0.1", free_port(), **pieces)  # type: ignore[arg-type]  # by name


TESSERACT = Engine("tesseract", "5.3", ("tesseract",), ("eng", "fra"), True, 1 << 30)


async def built() -> Path:
    return Path("models/e5")


async def unbuilt() -> Path:
    raise SetupFailed("The embedding model is not built.", "Run `diptych serve` once.")


async def catalog_with_work(folder: Path) -> InMemoryCatalog:
    catalog = InMemoryCatalog(folder)
    await catalog.people.add_workspace("default")
    await catalog.generations.ensure("hash", 8, "lines")
    arrival = Arrival("a.txt", "a.txt", "0" * 64, "0" * 64, 0, 1)
    await catalog.documents.accept("default", [arrival])
    return catalog


async def test_sound_machine_has_no_remedy_to_offer(
    tmp_path: Path, postgres_server: str, neo4j_server: Neo4jServer
) -> None:
    catalog = InMemoryCatalog(tmp_path)
    found = await checks(
        patient(
            tmp_path / "not" / "yet",
            jars=JarCache(tmp_path, jars=()),
            model=built,
            engine=lambda: TESSERACT,
            postgres_url=postgres_server,
            neo4j=Neo4jAddress(neo4j_server.url, neo4j_server.user, neo4j_server.password),
            panels=[InMemoryPanel(name) for name in PanelName],
            queue=catalog.queue,
            ledger=catalog.ledger,
        )
    )
    assert [check for check in found if not check.ok or check.remedy] == []
    details = {check.name: check.detail for check in found}
    assert "pgvector 0." in details["postgresql"]
    assert details["neo4j"].startswith("Neo4j 20")
    assert "tesseract 5.3: eng, fra" in details["pictures"]
    assert list(details)[:2] == ["python", "disk"]


async def test_a_machine_that_cannot_read_pictures_is_told_what_to_install(tmp_path: Path) -> None:
    found = await findings(patient(tmp_path, engine=lambda: None))
    assert not found["pictures"].ok
    assert "tesseract-ocr-rus" in found["pictures"].remedy


async def test_unreachable_servers_are_findings_not_errors(tmp_path: Path) -> None:
    port = free_port()
    found = await findings(
        patient(
            tmp_path,
            postgres_url=f"postgresql://nobody:x@127.0.0.1:{port}/x",
            neo4j=Neo4jAddress(f"bolt://127.0.0.1:{port}", "neo4j", "x"),
        )
    )
    for name in ("postgresql", "neo4j"):
        assert not found[name].ok
        assert str(port) in found[name].detail
        assert found[name].remedy


async def test_wrong_password_is_a_finding(tmp_path: Path, neo4j_server: Neo4jServer) -> None:
    found = await findings(
        patient(tmp_path, neo4j=Neo4jAddress(neo4j_server.url, neo4j_server.user, uuid.uuid4().hex))
    )
    assert not found["neo4j"].ok
    assert "unauthorized" in found["neo4j"].detail


async def test_missing_jars_and_model_say_which_command_mends(tmp_path: Path) -> None:
    jars = JarCache(tmp_path, jars=(jar("absent", b""),))
    found = await findings(patient(tmp_path, jars=jars, model=unbuilt))
    assert found["neo4j files"].detail.startswith("1 missing or damaged")
    for name in ("neo4j files", "embedding model"):
        assert not found[name].ok
        assert "`diptych serve`" in found[name].remedy


async def test_port_of_another_program_is_told(tmp_path: Path) -> None:
    with serving() as other:
        port = urlsplit(other.url).port or 0
        found = await findings(Patient(tmp_path, "127.0.0.1", port))
        assert not found["address"].ok
        assert "DIPTYCH_PORT" in found["address"].remedy
        other.files["/health/live"] = b"{}"
        found = await findings(Patient(tmp_path, "127.0.0.1", port))
        assert found["address"].ok


async def test_waiting_jobs_need_a_worker(tmp_path: Path) -> None:
    catalog = await catalog_with_work(tmp_path)
    found = await findings(patient(tmp_path, queue=catalog.queue, ledger=catalog.ledger))
    assert not found["workers"].ok
    assert found["workers"].detail == "0 alive, 1 jobs waiting"
    assert "`diptych worker`" in found["workers"].remedy
    assert found["backlog"].detail == "vector: 1 behind, graph: 1 behind"
    assert not found["backlog"].ok


async def test_work_in_hand_is_nothing_wrong(tmp_path: Path) -> None:
    catalog = await catalog_with_work(tmp_path)
    catalog.tables.workers = 1
    found = await findings(patient(tmp_path, queue=catalog.queue, ledger=catalog.ledger))
    assert found["workers"].ok
    assert found["backlog"].ok
    assert "vector: 1 behind" in found["backlog"].detail


async def test_panel_that_is_down_is_told(tmp_path: Path) -> None:
    down = InMemoryPanel(PanelName.GRAPH)
    down.down = True
    found = await findings(patient(tmp_path, panels=[InMemoryPanel(), down]))
    assert found["vector panel"].ok
    assert not found["graph panel"].ok


async def test_mirrors_are_told_with_their_place_or_what_is_wrong(tmp_path: Path) -> None:
    def missing() -> Tracker:
        raise SetupFailed("mlflow is not installed.", "Install the extra 'eval'.")

    found = await findings(patient(tmp_path, mirrors={"Langfuse": InMemoryTracker}))
    assert (found["Langfuse"].ok, found["Langfuse"].detail) == (True, "memory")
    away = {"Langfuse": lambda: InMemoryTracker(away=True), "MLflow": missing}
    found = await findings(patient(tmp_path, mirrors=away))
    assert (found["Langfuse"].ok, found["Langfuse"].remedy) == (False, "Start it.")
    assert (found["MLflow"].ok, found["MLflow"].remedy) == (False, "Install the extra 'eval'.")
    found = await findings(patient(tmp_path, mirrors={}))
    assert found["mirrors"].ok
    assert "DIPTYCH_LANGFUSE_URL" in found["mirrors"].detail


async def test_unreachable_catalog_is_a_finding(tmp_path: Path) -> None:
    catalog = InMemoryCatalog(tmp_path)
    catalog.tables.down = True
    found = await findings(patient(tmp_path, queue=catalog.queue, ledger=catalog.ledger))
    assert not found["workers"].ok
    assert not found["backlog"].ok


@pytest.mark.parametrize("text", ["", "devel"])
async def test_version_that_is_none_is_too_old(text: str) -> None:
    assert _version(text) < _version("0.8") < _version("0.10.1 (Debian)")
