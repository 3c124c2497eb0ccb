import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.content import EntityExtractor
from contracts.nouns import NAME_LIMIT
from inference.extracting import PatternExtractor

EXTRACTOR: EntityExtractor = PatternExtractor()
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def found(text: str) -> list[tuple[str, str, str]]:
    """Kind, name and the very characters of each mention."""
    return [
        (m.kind, m.name, text[m.span.start : m.span.end]) for m in EXTRACTOR.mentions(text, "fr")
    ]


@pytest.mark.parametrize(
    ("text", "characters", "name"),
    [
        ("La facture INV-2024-0042.", "INV-2024-0042", "INV-2024-0042"),
        ("(inv/2024/0042)", "inv/2024/0042", "INV-2024-0042"),
        ("Réf:FA_2026_0417, du 3 mai", "FA_2026_0417", "FA-2026-0417"),
        ("INV\u20112024\u20110042", "INV\u20112024\u20110042", "INV-2024-0042"),
        ("l'article L. 1221-1 du code", "L. 1221-1", "L-1221-1"),
        ("l'article L.1221-1", "L.1221-1", "L-1221-1"),
        ("articles L1221-1", "L1221-1", "L-1221-1"),
        ("R.\u00a04412-3-1 ;", "R.\u00a04412-3-1", "R-4412-3-1"),
        ("Договор RU-77/15 от 3 мая", "RU-77/15", "RU-77-15"),
        ("по договору АБ-123/45", "АБ-123/45", "АБ-123-45"),
        ("Договор № 45-А/2023", "45-А/2023", "45-А-2023"),
        ("счёт № 77/15-3,", "77/15-3", "77-15-3"),
        ("Facture n° 2024-0042", "2024-0042", "2024-0042"),
        ("Contract FR2024-0042 is", "FR2024-0042", "FR-2024-0042"),
    ],
)
def test_references_have_one_spelling(text: str, characters: str, name: str) -> None:
    assert found(text) == [("reference", name, characters)]


@pytest.mark.parametrize(
    "text",
    [
        "12345 et 1 200,50 € ou 3.14, 12-345",
        "15/03/2024, 2024-03-15, 15-03-24, 12-MAI-2024, JAN-2024, 2024-01-15T10:30:00",
        "n° 12/05/2024, № 2024-03-15",
        "10:30-12:30, 10h30-12h00, 10H30-12H00, GMT-05:00, 24/7, 2019-2024",
        "Q1-2024, 2024-T3, 2024-W12, 2T-2024",
        "+33 1 23 45 67 89, 01-23-45-67-89, n° 01-23-45-67-89, TEL-0123456789, 8 (812) 123-45-67",
        "EUR/1000, 100-200 EUR, 100GB/200GB, 220V-50HZ, 5KG-10KG",
        "PARTICIPATION-2024, mi-2024, covid-19, sars-cov-2, 3-year, 15-го, 1990-х, U-2, A/B-2",
        "75008 Paris, F-75008 Paris, 24-BIS rue, д. 12А/5",
        "https://exemple.fr/INV-2024-0042 www.exemple.fr/FA-2024-11 /usr/LIB-64/A-12",
        "jean@exemple, @exemple.fr, a@b.c, jean@@exemple.fr",
        "FR76 3000 6000 0112 3456 7890 188, FR76 3000 6000, ZZ89 3704 0044 0532 0130 00",
    ],
)
def test_what_may_be_something_else_is_left_out(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "characters", "name"),
    [
        ("À Jean.Dupont+x@Exemple.FR.", "Jean.Dupont+x@Exemple.FR", "jean.dupont+x@exemple.fr"),
        ("<mailto:a_b@mail.x-y.co.uk>", "a_b@mail.x-y.co.uk", "a_b@mail.x-y.co.uk"),
        ("почта: info@lumen.ru, тел.", "info@lumen.ru", "info@lumen.ru"),
        ("INV-2024-0042@exemple.fr", "INV-2024-0042@exemple.fr", "inv-2024-0042@exemple.fr"),
    ],
)
def test_addresses_are_in_lower_case(text: str, characters: str, name: str) -> None:
    assert found(text) == [("email", name, characters)]


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        (f"IBAN : {IBAN} BIC AGRIFRPP", IBAN),
        ("DE89370400440532013000.", "DE89370400440532013000"),
        ("AB12 BE68 5390 0754 7034 BIC", "BE68 5390 0754 7034"),
        (
            "GB29\u00a0NWBK\u00a06016\u00a01331\u00a09268\u00a019",
            "GB29\u00a0NWBK\u00a06016\u00a01331\u00a09268\u00a019",
        ),
    ],
)
def test_accounts_are_known_by_their_checksum(text: str, characters: str) -> None:
    assert found(text) == [("iban", "".join(characters.split()), characters)]


def test_a_code_after_an_account_is_whole() -> None:
    names = [name for _, name, _ in found(f"{IBAN} INV-2024-0042 a@b.fr L. 1221-1 L. 1221-2")]
    assert names == ["".join(IBAN.split()), "INV-2024-0042", "a@b.fr", "L-1221-1", "L-1221-2"]


def test_a_list_of_codes_ends_somewhere() -> None:
    codes = [f"FA-2026-{number:04}" for number in range(80)]
    assert [name for _, name, _ in found("\n".join(codes))] == codes[:50]


PIECES = ["A", "1", "-", "/", ".", "@", " ", "FR76", "№", "L. ", "x.fr", "é", "Ж", "\n", "http://"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("A-1" * 20)
def test_mentions_are_in_order_apart_and_nameable(text: str) -> None:
    place = 0
    for mention in EXTRACTOR.mentions(text, "und"):
        assert place <= mention.span.start < mention.span.end <= len(text)
        assert 0 < len(mention.name) <= NAME_LIMIT
        place = mention.span.end


@pytest.mark.parametrize(
    "piece",
    ["a", "a@", "a.", "a@a.", "@", "A1-", "FR76 ", "FR76", "FR76 3000 ", "№ 1-", "L. 1-", "A-1 ",
     "1-", "1", "_", "a-b-c-d-e-f-g ", "A1-B2-C3-D4-E5-F6-G7 ", "a@a.aa-", "№", "http://"],
)  # fmt: skip
def test_time_grows_with_the_text_alone(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        EXTRACTOR.mentions(text, "und")
        return time.process_time() - begun

    assert seconds(1_000_000) < 10 * max(seconds(250_000), 0.1)
