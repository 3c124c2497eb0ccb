"""Hands over the files that a PDF encloses: attachments, and the documents of a portfolio."""

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published

from readers.draft import Draft

# The machine's copy of an electronic invoice, of which the page is the print.
_INVOICES = {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml"}


def enclose_attachments(document: pdfium.PdfDocument, draft: Draft) -> None:
    """Hand the attachments over; one that is damaged is named."""
    for index in range(min(document.count_attachments(), draft.limits.members + 1)):
        name = f"attachment {index + 1}"
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name() or name
            if name.lower() not in _INVOICES:
                draft.enclose(name, bytes(attachment.get_data()))
        except pdfium.PdfiumError:
            draft.leave_out(name, "damaged")


def list_attachments(draft: Draft) -> None:
    """Give a document that is nothing but its attachments their names as its text."""
    if draft.members and not draft.parts:
        draft.part("Attachments").add("\n".join(draft.members))
