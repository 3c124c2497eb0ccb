"""RapidOCR as a program: a picture on standard input, words as Tesseract would write them.

Started by readers.ocr as ``python -m readers.rapid`` where Tesseract is not installed; whatever
its arguments say, it reads Latin script. It needs numpy and about 1 GiB, which reading processes
do not have.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence

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
            # What it is unsure of counts: a page of Cyrillic is found out by it.
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


def _rows(
    boxes: Sequence[Sequence[Sequence[float]]], texts: Sequence[str], scores: Sequence[float]
) -> Iterator[tuple[object, ...]]:
    """Give a row for each word: boxes side by side are one line, from the top to the bottom."""
    placed = sorted(
        (min(y for _, y in box), max(y for _, y in box), min(x for x, _ in box), text, score)
        for box, text, score in zip(boxes, texts, scores, strict=True)
    )
    lines: list[list[tuple[float, float, float, str, float]]] = []
    for one in placed:
        last = lines[-1][0] if lines else None
        if last and last[1] - one[0] > _SAME_LINE * (one[1] - one[0]):
            lines[-1].append(one)
        else:
            lines.append([one])
    for number, line in enumerate(lines, start=1):
        for *_, text, score in sorted(line, key=lambda one: one[2]):
            for word in text.split():
                yield 5, 1, 1, 1, number, 1, 0, 0, 0, 0, float(score) * 100, word


if __name__ == "__main__":
    main()
