"""Hands over the files that a PDF encloses: attachments, and the documents of a portfolio."""

import hashlib

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published

from readers.draft import Draft

# The machine's copy of an electronic invoice, of which the page is the print.
_INVOICES = {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml"}


class Attachments:
    """The files of one document, each once: some are listed in it and pinned to a page as well."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._seen: set[tuple[str, bytes]] = set()

    def enclose_listed(self, document: pdfium.PdfDocument) -> None:
        """Hand over the files that the document lists."""
        for index in range(min(document.count_attachments(), self._draft.limits.members + 1)):
            name = f"attachment {index + 1}"
            try:
                self.enclose(document.get_attachment(index), name)
            except pdfium.PdfiumError:
                self._draft.leave_out(name, "damaged")

    def enclose(self, attachment: pdfium.PdfAttachment, name: str) -> None:
        """Hand one file over, or name it where it is damaged; ``name`` is for one without."""
        try:
            name = attachment.get_name() or name
            data = bytes(attachment.get_data())
        except pdfium.PdfiumError:
            self._draft.leave_out(name, "damaged")
            return
        known = name, hashlib.sha256(data).digest()
        if name.lower() not in _INVOICES and known not in self._seen:
            self._seen.add(known)
            self._draft.enclose(name, data)

    def write_list(self) -> None:
        """Give a document that is nothing but its attachments their names as its text."""
        if self._draft.members and not self._draft.parts:
            self._draft.part("Attachments").add("\n".join(self._draft.members))
