"""Invoices: what the embedded record of a Factur-X or ZUGFeRD invoice says, against its print."""

from decimal import Decimal

from contracts.nouns import Json, Reading
from ingestion.quality.printed import Print, day_of, decimal

MOST = 200_000
"""Characters of print that are looked at: an invoice's head and sums stand within them."""


def invoice_figures(reading: Reading) -> dict[str, float]:
    """Give 1 for each entry of ``metadata["invoice"]`` that the print lacks, else 0.

    ``invoice_sum_gap`` is the share of the total by which net and tax differ from it.
    """
    invoice = reading.metadata.get("invoice")
    if not isinstance(invoice, dict):
        return {}
    printed = Print(" ".join(part.text for part in reading.parts)[:MOST])
    return _absent(invoice, printed) | _gap(invoice)


def _absent(invoice: Json, printed: Print) -> dict[str, float]:
    """Compare number, seller, date and total with the print."""
    found = {
        name: printed.shows(str(invoice[name]))
        for name in ("number", "seller")
        if invoice.get(name)
    }
    if day := day_of(invoice.get("date")):
        found["date"] = printed.shows_date(day)
    if (total := decimal(invoice.get("gross"))) is not None:
        found["total"] = printed.shows_amount(total)
    return {f"invoice_{name}_absent": float(not there) for name, there in found.items()}


def _gap(invoice: Json) -> dict[str, float]:
    net, tax, gross = (decimal(invoice.get(name)) for name in ("net", "tax", "gross"))
    if net is None or tax is None or gross is None:
        return {}
    return {
        "invoice_sum_gap": float(abs(net + tax - gross) / max(abs(gross), abs(net), Decimal(1)))
    }
