"""Takes the record that a Factur-X, ZUGFeRD or XRechnung invoice carries inside its PDF."""

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from lxml import etree
from lxml.etree import _Element as Element

NAMES = {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"}
"""Names of the embedded file, in small letters; ZUGFeRD 1 writes ``ZUGFeRD-invoice.xml``."""
MOST_FILES = 100
MOST_BYTES = 10 << 20
LONGEST = 300
_DATE_LENGTH = 8
_PLACES = {
    "number": ("ExchangedDocument/ID", "HeaderExchangedDocument/ID"),
    "date": (
        "ExchangedDocument/IssueDateTime/DateTimeString",
        "HeaderExchangedDocument/IssueDateTime/DateTimeString",
    ),
    "seller": ("SellerTradeParty/Name",),
    "currency": ("InvoiceCurrencyCode",),
    "net": ("TaxBasisTotalAmount",),
    "tax": ("TaxTotalAmount",),
    "gross": ("GrandTotalAmount",),
}
"""Paths of local names, wherever they begin: the three generations differ in what is around."""


def embedded_invoice(document: pdfium.PdfDocument) -> dict[str, str]:
    """Give number, ISO date, seller, currency, net, tax and gross as far as the record has them.

    Empty without a record, or with one that is damaged: the print is read either way.
    """
    try:
        for index in range(min(document.count_attachments(), MOST_FILES)):
            attachment = document.get_attachment(index)
            if attachment.get_name().lower() in NAMES:
                return invoice_of(bytes(attachment.get_data()))
    except pdfium.PdfiumError:
        return {}
    return {}


def invoice_of(data: bytes) -> dict[str, str]:
    """Read a Cross Industry Invoice; no entity is expanded and nothing is fetched."""
    if len(data) > MOST_BYTES:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return {}
    found = {name: _first(root, *paths) for name, paths in _PLACES.items()}
    if found["currency"] and (own := _in_currency(root, found["currency"])):
        found["tax"] = own
    found["date"] = _iso(found["date"])
    return {name: value[:LONGEST] for name, value in found.items() if value}


def _first(root: Element, *paths: str) -> str:
    """Give the text of the first element that stands at one of the paths."""
    for path in paths:
        steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
        text = root.findtext(f".//{steps}")
        if text and text.strip():
            return " ".join(text.split())
    return ""


def _in_currency(root: Element, currency: str) -> str:
    """Give the tax in the invoice's own currency: it may be told in a second one as well."""
    for element in root.iterfind(".//{*}TaxTotalAmount"):
        if element.get("currencyID") == currency and element.text:
            return element.text.strip()
    return ""


def _iso(day: str) -> str:
    """Turn ``20180605`` (format 102) into ``2018-06-05``."""
    if len(day) == _DATE_LENGTH and day.isdigit():
        return f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return day[:10]
