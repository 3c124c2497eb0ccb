"""What lies on PDF pages beside their own text: files pinned there, and what is filled in."""

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from pypdfium2 import raw

from readers.pdf_attachments import Attachments

_MOST = 10_000
_SHOWN = {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP}


def look_at_annotations(
    document: pdfium.PdfDocument, page: pdfium.PdfPage, attachments: Attachments
) -> bool:
    """Hand over the files on a page; tell whether it shows fields, notes or stamps as well."""
    shown = False
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            shown = shown or kind in _SHOWN
            if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
                file = raw.FPDFAnnot_GetFileAttachment(annotation)
                attachment = pdfium.PdfAttachment(file, document)
                attachments.enclose(attachment, f"attachment {index + 1}")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return shown


def flattened(document: pdfium.PdfDocument, page: pdfium.PdfPage, index: int) -> pdfium.PdfPage:
    """Give a page again on which fields, notes and stamps are text like any other."""
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    page.close()
    return document[index]
