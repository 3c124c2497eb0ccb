"""The embedded record of an invoice against its print."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.nouns import Reading
from contracts.quality import Expectations, QualityState
from ingestion.quality.invoices import invoice_figures
from ingestion.quality.judging import judge
from ingestion.quality.printed import Print
from tests.ingestion.quality_material import INVOICE, reading

RECORD = {
    "number": "FA-2024-0010",
    "date": "2024-11-13",
    "seller": "Au bon moulin",
    "currency": "EUR",
    "net": "624.90",
    "tax": "46.25",
    "gross": "671.15",
}


def invoice(**changed: str) -> Reading:
    return reading(INVOICE, media_type="application/pdf", invoice={**RECORD, **changed})


def test_a_record_that_is_printed_has_no_fault() -> None:
    found = invoice_figures(invoice())
    assert found == dict.fromkeys(found, 0.0)
    assert len(found) == 5
    assert judge(found, {}, Expectations())[0] is QualityState.GOOD


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": "FA-2024-0011"}, "invoice_number_absent"),
        ({"date": "2024-11-14"}, "invoice_date_absent"),
        ({"seller": "Au mauvais moulin"}, "invoice_seller_absent"),
        ({"gross": "761.15", "net": "714.90"}, "invoice_total_absent"),
        ({"tax": "47.25"}, "invoice_sum_wrong"),
    ],
)
def test_each_difference_is_told(changed: dict[str, str], code: str) -> None:
    state, reasons = judge(invoice_figures(invoice(**changed)), {}, Expectations())
    assert [reason.code for reason in reasons] == [code]
    assert state is QualityState.DOUBTFUL


def test_a_total_far_from_its_sum_is_bad() -> None:
    state, _ = judge(invoice_figures(invoice(net="1.00")), {}, Expectations())
    assert state is QualityState.BAD


@pytest.mark.parametrize("value", [{}, [], "x", None, {"gross": "n/a", "date": "soon"}])
def test_what_is_no_record_says_nothing(value: object) -> None:
    assert invoice_figures(reading(INVOICE, invoice=value)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "05.06.2018",
        "5.6.2018",
        "2018-06-05",
        "05/06/2018",
        "06/05/2018",
        "5 juin 2018",
        "June 5, 2018",
        "5th June 2018",
        "5. Juni 2018",
        "5 июня 2018",
        "5 juni 2018",
        "05-Jun-2018",
        "5.6.18",
    ],
)
def test_dates_are_found_in_their_printed_forms(text: str) -> None:
    assert Print(f"Date:\n{text} page 1").shows_date(date(2018, 6, 5))
    assert not Print(f"Date: {text}").shows_date(date(2018, 7, 15))


@pytest.mark.parametrize(
    "text", ["1234.50", "1,234.50", "1.234,50", "1 234,50", "1\u202f234,50 €", "1'234.50", "1234,5"]
)
def test_amounts_are_found_in_their_printed_forms(text: str) -> None:
    assert Print(f"Total\t{text} EUR").shows_amount(Decimal("1234.5"))
    assert not Print(f"Total {text}").shows_amount(Decimal("34.50"))
    assert not Print(f"Total 9{text}").shows_amount(Decimal("1234.5"))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_any_date_is_found_as_it_is_most_often_written(day: date) -> None:
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%B %d, %Y}"):
        assert Print(text).shows_date(day)


@given(st.decimals(0, 10**9, places=2))
def test_any_amount_is_found_in_either_convention(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    swapped = english.translate({ord(","): ".", ord("."): ","})
    assert Print(f"= {english} =").shows_amount(amount)
    assert Print(f"= {swapped} =").shows_amount(amount)
