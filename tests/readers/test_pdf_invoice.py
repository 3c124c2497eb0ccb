"""Invoices that carry their record inside: what is taken of it, and what never is."""

import io

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # no stubs are published
import pytest

from readers.draft import Draft
from readers.limits import LIMITS
from readers.pdf import read
from readers.pdf_invoice import embedded_invoice, invoice_of
from tests.readers.making import pdf

CII = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
  <ram:ID>urn:factur-x.eu:1p0:minimum</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
 </rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument><ram:ID>FA-2024-0010</ram:ID><ram:TypeCode>380</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20241113</udt:DateTimeString>
  </ram:IssueDateTime></rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Au  bon
    moulin</ram:Name></ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Ma jolie boutique</ram:Name></ram:BuyerTradeParty>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    <ram:TaxBasisTotalAmount>624.90</ram:TaxBasisTotalAmount>
    <ram:TaxTotalAmount currencyID="USD">51.00</ram:TaxTotalAmount>
    <ram:TaxTotalAmount currencyID="EUR">46.25</ram:TaxTotalAmount>
    <ram:GrandTotalAmount>671.15</ram:GrandTotalAmount>
   </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""
OLD = """<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:1p0" xmlns:ram="r">
 <rsm:HeaderExchangedDocument><ram:ID>R-1</ram:ID><ram:IssueDateTime>
 <udt:DateTimeString xmlns:udt="u" format="102">20130305</udt:DateTimeString></ram:IssueDateTime>
 </rsm:HeaderExchangedDocument><ram:GrandTotalAmount currencyID="EUR">119.00</ram:GrandTotalAmount>
</rsm:CrossIndustryDocument>"""
RECORD = {
    "number": "FA-2024-0010",
    "date": "2024-11-13",
    "seller": "Au bon moulin",
    "currency": "EUR",
    "net": "624.90",
    "tax": "46.25",
    "gross": "671.15",
}


def enclosing(text: str, **files: str) -> pdfium.PdfDocument:
    document = pdfium.PdfDocument(pdf(text))
    for name, content in files.items():
        attachment = document.new_attachment(name.replace("__", "-").replace("_", "."))
        attachment.set_data(content.encode())
    return document


@pytest.mark.parametrize("name", ["factur__x_xml", "ZUGFeRD__invoice_xml", "xrechnung_xml"])
def test_the_record_is_taken_from_the_file_of_its_name(name: str) -> None:
    document = enclosing("Facture", notes_txt="Merci", **{name: CII.format(doctype="")})
    assert embedded_invoice(document) == RECORD


def test_other_files_are_no_records() -> None:
    assert embedded_invoice(enclosing("Facture", invoice_xml=CII.format(doctype=""))) == {}
    assert embedded_invoice(enclosing("Facture")) == {}


def test_the_first_generation_of_the_standard_is_read_as_well() -> None:
    found = invoice_of(OLD.encode())
    assert found == {"number": "R-1", "date": "2013-03-05", "gross": "119.00"}


@pytest.mark.parametrize("data", [b"", b"<", b"\0", b"not xml", b"<a/>"])
def test_a_damaged_record_is_none_and_the_print_is_read(data: bytes) -> None:
    assert invoice_of(data) == {}


def test_nothing_is_fetched_or_expanded() -> None:
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname"><!ENTITY n "FA-1">]>'
    text = CII.format(doctype=doctype)
    assert invoice_of(text.replace("FA-2024-0010", "&e;").encode()).get("number") is None
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{bomb}]>'
    data = CII.format(doctype=doctype).replace("FA-2024-0010", "&a11;").encode()
    assert len(str(invoice_of(data))) < 1000


def test_a_value_without_end_is_cut() -> None:
    data = CII.format(doctype="").replace("FA-2024-0010", "1" * 5000).encode()
    assert len(invoice_of(data)["number"]) == 300


def test_a_pdf_with_a_record_has_it_in_its_metadata() -> None:
    buffer = io.BytesIO()
    enclosing("Facture", factur__x_xml=CII.format(doctype="")).save(buffer)
    draft = Draft(LIMITS, "facture.pdf")
    read(buffer.getvalue(), draft)
    assert draft.metadata["invoice"] == RECORD
    plain = Draft(LIMITS, "lettre.pdf")
    read(pdf("Lettre"), plain)
    assert "invoice" not in plain.metadata
