"""RapidOCR as a program: a picture on standard input, words as Tesseract would write them.

Started by readers.ocr as ``python -m readers.rapid`` where Tesseract is not installed; whatever
its arguments say, it reads Latin script. It needs numpy and about 1 GiB, which reading processes
do not have.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

_SAME_LINE = 0.5
"""Share of the lower box's height by which two boxes of one line overlap."""


def main() -> None:
    """Answer one picture."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with Image.open(io.BytesIO(sys.stdin.buffer.read())) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    found = engine(pixels)
    if isinstance(found, RapidOCROutput) and found.txts and found.boxes is not None:
        for row in _rows(found.boxes.tolist(), found.txts, found.scores or ()):
            answers.write("\t".join(map(str, row)) + "\n")
    answers.flush()


@dataclass(frozen=True, slots=True)
class _Box:
    """A line's piece; in the order of tops."""

    top: float
    bottom: float
    left: float
    text: str
    confidence: float

    @classmethod
    def of(cls, corners: Sequence[Sequence[float]], text: str, score: float) -> Self:
        """Trust a text less that is too short for its box.

        Of a script that it does not know it reads little, and that with 0.7: Cyrillic has 0.2 to
        0.5 characters where the box is as wide as it is high, French 2.
        """
        across, down = zip(*corners, strict=True)
        width, height = max(across) - min(across), max(down) - min(down)
        full = min(1.0, len(text) * height / max(1.0, width))
        return cls(min(down), max(down), min(across), text, 100 * score * full)


def _rows(
    boxes: Sequence[Sequence[Sequence[float]]], texts: Sequence[str], scores: Sequence[float]
) -> Iterator[tuple[object, ...]]:
    """Give a row for each word: boxes side by side are one line, from the top to the bottom."""
    placed = map(_Box.of, boxes, texts, map(float, scores))
    lines: list[list[_Box]] = []
    for box in sorted(placed, key=lambda one: one.top):
        first = lines[-1][0] if lines else None
        if first and first.bottom - box.top > _SAME_LINE * (box.bottom - box.top):
            lines[-1].append(box)
        else:
            lines.append([box])
    for number, line in enumerate(lines, start=1):
        for box in sorted(line, key=lambda one: one.left):
            for word in box.text.split():
                yield 5, 1, 1, 1, number, 1, 0, 0, 0, 0, box.confidence, word


if __name__ == "__main__":
    main()
