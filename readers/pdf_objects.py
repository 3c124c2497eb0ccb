"""Walks over what a PDF page is made of, by kind, and over forms that hold other objects."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any, TypeAlias

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top on a page, in points."""
_Handle: TypeAlias = Any

_MOST = 4000
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Placed:
    """An object of a page, its place in the order of painting, and its place on the page."""

    order: int
    found: pdfium.PdfObject
    box: Box


def objects(page: pdfium.PdfPage, kind: int) -> Iterator[Placed]:
    """Yield the objects of a kind in the order of painting, of a bounded number on a page.

    Programs that stamp pages put all that was on a page into a form, so forms are opened.
    Looking at an object takes less than 1 µs, as long as it is of another kind.
    """
    count = raw.FPDFPage_CountObjects(page.raw)
    order = iter(range(_MOST))
    return _within(page, (page.raw, count, raw.FPDFPage_GetObject), kind, order, [])


def _within(
    page: pdfium.PdfPage,
    parent: tuple[_Handle, int, Callable[[_Handle, int], _Handle]],
    wanted: int,
    order: Iterator[int],
    way: list[pdfium.PdfMatrix],
) -> Iterator[Placed]:
    """Look at the objects of a page or a form; ``way`` leads from there to the page."""
    holder, count, get = parent
    handles = list(map(get, repeat(holder), range(min(count, _MOST))))
    kinds = map(raw.FPDFPageObj_GetType, handles)
    for number, handle, kind in zip(order, handles, kinds, strict=False):
        if kind == wanted:
            found = pdfium.PdfObject(handle, page=page)
            yield Placed(number, found, _box(found, way))
        elif kind == raw.FPDF_PAGEOBJ_FORM and len(way) < _DEEPEST:
            form = pdfium.PdfObject(handle, page=page)
            inner = handle, raw.FPDFFormObj_CountObjects(handle), raw.FPDFFormObj_GetObject
            yield from _within(page, inner, wanted, order, [form.get_matrix(), *way])


def _box(found: pdfium.PdfObject, way: list[pdfium.PdfMatrix]) -> Box:
    """Give where an object is on the page; an empty box where pdfium cannot tell."""
    try:
        box: Box = found.get_bounds()
    except pdfium.PdfiumError:
        return 0.0, 0.0, 0.0, 0.0
    for matrix in way:
        box = matrix.on_rect(*box)
    return box
