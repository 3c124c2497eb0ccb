"""Opens PDF pages with what was filled in and written on them, which lies above their content."""

from collections.abc import Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

_WRITTEN = {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP}
_LOOKED_AT = 10_000


def open_page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """Give a page; fields of forms, typed notes and stamps that are shown are part of its text.

    Forms must have been begun (``document.init_forms``). Raises PdfiumError.
    """
    page = document[index]
    if _WRITTEN.isdisjoint(_annotations(page)):
        return page
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]


def _annotations(page: pdfium.PdfPage) -> Iterator[int]:
    """Yield the kinds of what lies above a page: most are links."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _LOOKED_AT)):
        if annotation := raw.FPDFPage_GetAnnot(page.raw, index):
            yield raw.FPDFAnnot_GetSubtype(annotation)
            raw.FPDFPage_CloseAnnot(annotation)
