"""What is personal data and what only looks like it, in French, Russian and English."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban, luhn
from stdnum.fr import nir, siren, siret
from stdnum.ru import inn

from contracts.personal import (
    Certainty,
    PersonalDataFinder,
    PersonalKind,
    masked,
    placeholder,
)
from inference.personal import RuleFinder, _apart, _of
from inference.personal_forms import FORMS

FINDER: PersonalDataFinder = RuleFinder()


def found(text: str, language: str = "fr") -> list[tuple[str, str]]:
    """Kind and the very characters of each finding."""
    return [
        (one.kind.value, text[one.span.start : one.span.end]) for one in FINDER.find(text, language)
    ]


@pytest.mark.parametrize(
    ("text", "kind", "characters"),
    [
        ("Écrivez à jeanne.d'arc+paie@exemple.co.fr.", "email", "jeanne.d'arc+paie@exemple.co.fr"),
        ("<anna@exemple.fr>", "email", "anna@exemple.fr"),
        ("IBAN : FR76 3000 6000 0112 3456 7890 189 BIC AGRIFRPP", "iban",
         "FR76 3000 6000 0112 3456 7890 189"),
        ("FR7630006000011234567890189.", "iban", "FR7630006000011234567890189"),
        ("N° de sécurité sociale : 2 95 10 99 126 111 93", "nir", "2 95 10 99 126 111 93"),
        ("NIR 295109912611193", "nir", "295109912611193"),
        ("né en Corse, 2 53 07 2A 073 004 43 (assuré)", "nir", "2 53 07 2A 073 004 43"),
        ("253072B07300470", "nir", "253072B07300470"),
        ("2.95.10.99.126.111/93", "nir", "2.95.10.99.126.111/93"),
        ("SIREN : 732 829 320", "siren", "732 829 320"),
        ("Siren n° 732829320, capital 10 000 €", "siren", "732829320"),
        ("R.C.S. Nanterre B 552 100 554", "siren", "552 100 554"),
        ("au capital de 15 000 €, 552 100 554 RCS Nanterre", "siren", "552 100 554"),
        ("immatriculée au registre du commerce de Nanterre sous le n° 552 100 554", "siren",
         "552 100 554"),
        ("R.C Paris B 552 100 554", "siren", "552 100 554"),
        ("SIREN / SIRET : 732 829 320", "siren", "732 829 320"),
        ("SIRET 732 829 320 00074", "siret", "732 829 320 00074"),
        ("Siret : 73282932000074", "siret", "73282932000074"),
        ("n° SIRET\u00a0:\n732 829 320 000 74", "siret", "732 829 320 000 74"),
        ("Carte bancaire 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("carte 5555-5555-5555-4444 exp. 12/27", "card", "5555-5555-5555-4444"),
        ("payé avec 4111111111111111", "card", "4111111111111111"),
        ("Amex 3782 822463 10005", "card", "3782 822463 10005"),
        ("carte Maestro : 6759 6498 2643 8453", "card", "6759 6498 2643 8453"),
        ("passeport n° 12AB34567 délivré à Lyon", "passport", "12AB34567"),
        ("Tél. : 01 23 45 67 98", "phone", "01 23 45 67 98"),
        ("06.12.34.56.78", "phone", "06.12.34.56.78"),
        ("Portable 0612345678", "phone", "0612345678"),
        ("+33 6 12 34 56 78 75001 Paris", "phone", "+33 6 12 34 56 78"),
        ("+33 (0)1 42 68 53 00", "phone", "+33 (0)1 42 68 53 00"),
        ("00 33 1 42 68 53 00", "phone", "00 33 1 42 68 53 00"),
        ("N° vert : 0 800 123 456", "phone", "0 800 123 456"),
    ],
)  # fmt: skip
def test_french_forms(text: str, kind: str, characters: str) -> None:
    assert found(text) == [(kind, characters)]


@pytest.mark.parametrize(
    ("text", "kind", "characters"),
    [
        ("ИНН 7707083893", "inn", "7707083893"),
        ("ИНН/КПП 7707083893/773601001", "inn", "7707083893"),
        ("ИНН: 500100732259, предприниматель", "inn", "500100732259"),
        ("СНИЛС 112-233-445 95", "snils", "112-233-445 95"),
        ("СНИЛС: 11223344595", "snils", "11223344595"),
        ("паспорт 45 08 123456", "passport", "45 08 123456"),
        ("Паспорт гражданина РФ: серия 4508 № 123456, выдан", "passport", "4508 № 123456"),
        ("паспорт серии 45 08 номер 123456", "passport", "45 08 номер 123456"),
        ("заграничный паспорт 75 1234567", "passport", "75 1234567"),
        ("тел. 8 (495) 123-45-67", "phone", "8 (495) 123-45-67"),
        ("+7 916 123-45-67", "phone", "+7 916 123-45-67"),
        ("8-800-555-35-35", "phone", "8-800-555-35-35"),
        ("(812) 123-45-67", "phone", "(812) 123-45-67"),
        ("моб. 89161234567", "phone", "89161234567"),
        ("Почта: иван@пример.рф", "email", "иван@пример.рф"),
        ("карта МИР 2200 1234 5678 9010", "card", "2200 1234 5678 9010"),
    ],
)
def test_russian_forms(text: str, kind: str, characters: str) -> None:
    if kind == "card":
        characters = text[-19:-1] + luhn.calc_check_digit(text[-19:-1].replace(" ", ""))
        text = f"карта МИР {characters}"
    assert found(text, "ru") == [(kind, characters)]


@pytest.mark.parametrize(
    ("text", "kind", "characters"),
    [
        ("Passport no. 533380006", "passport", "533380006"),
        ("passport number: A12345678", "passport", "A12345678"),
        ("Call (212) 736-5000 today", "phone", "(212) 736-5000"),
        ("212-736-5000", "phone", "212-736-5000"),
        ("Phone 2127365000", "phone", "2127365000"),
        ("+1 212 736 5000", "phone", "+1 212 736 5000"),
        ("020 7946 0958", "phone", "020 7946 0958"),
        ("mobile: 07400 123456", "phone", "07400 123456"),
        ("+44 (0)20 7946 0958", "phone", "+44 (0)20 7946 0958"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("card number 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("Visa 4222222222222", "card", "4222222222222"),
        ("mail john@example.com now", "email", "john@example.com"),
    ],
)
def test_english_forms(text: str, kind: str, characters: str) -> None:
    assert found(text, "en") == [(kind, characters)]


@pytest.mark.parametrize("language", ["fr", "ru", "en", "und"])
@pytest.mark.parametrize(
    "text",
    [
        "le 12/03/2024, 2024-03-12, 12.03.2024 à 10:30:45, 20240312103045, 01-02-2024",
        "1 234 567,89 € ; 12.345.678,90 ; 100 000 000 ; $1,234,567.89 ; 0,1234567890",
        "Facture n° 2024-000123456, facture 732829320, invoice 4111111111111111",
        "Commande 73282932000074, order 112233445, заказ 7707083893, договор № 500100732259",
        "Page 12 sur 345, p. 123456789, § 123.456.789",
        "192.168.100.200, 10.0.0.1:8080, 255.255.255.255, 2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "ISBN 978-2-07-036822-8, ISBN 0-306-40615-2, ISBN 9782070368228, EAN 4006381333931",
        "732829320, 732 829 320, 7707083893, 500100732259, 533380006, 73282932000074",
        "01 02 03 04 05, 10 20 30 40 50, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "123e4567-e89b-12d3-a456-426614174000, 5d41402abc4b2a76b9719d911017c592",
        "https://exemple.fr/p/0612345678?id=4111111111111111 logo@2x.png @exemple a@b",
        "FR76 3000 6000 0112 3456 7890 188, FR40303265045, DE 123456789",
        "000 000 000 00000, SIREN 000000000, ИНН 0000000000, 0000 0000 0000 0000",
        "passeport, à 25 ans, voir 2024 ; паспорт прибора, ГОСТ 2.610-2006",
        "v1.2.3.4567890, 3.14159265358979, 6.02214076e23, 48.8566, 2.3522, +3.5, -12345678",
        "Сумма 1 234 567 890 руб., БИК 044525225, р/с 40702810900000001234, ОГРН 1027700132195",
        "",
    ],
)
def test_what_only_looks_like_it(text: str, language: str) -> None:
    assert found(text, language) == []


def test_one_word_decides_what_a_bare_number_is() -> None:
    assert found("SIREN 732829320 ; facture 732829320 ; SIREN de la société X : 732829320") == [
        ("siren", "732829320"),
        ("siren", "732829320"),
    ]


def test_several_in_one_line() -> None:
    text = "Anna, tél. 06 12 34 56 78, anna@exemple.fr, NIR 2 95 10 99 126 111 93, ИНН 7707083893"
    assert [kind for kind, _ in found(text)] == ["phone", "email", "nir", "inn"]


def test_certainty_says_whether_there_was_a_checksum() -> None:
    card, phone = FINDER.find("4111 1111 1111 1111 ou 06 12 34 56 78", "fr")
    assert (card.certainty, phone.certainty) == (Certainty.CHECKED, Certainty.LIKELY)


digits = st.integers(0, 9).map(str)


def numbers(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def snils(nine: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(nine, range(9, 0, -1), strict=True))
    return f"{nine[:3]}-{nine[3:6]}-{nine[6:]} {total % 101 % 100:02}"


def with_siret(digits: str) -> str:
    first = digits[:8] + luhn.calc_check_digit(digits[:8])
    return first + digits[8:12] + luhn.calc_check_digit(first + digits[8:12])


VALID: dict[PersonalKind, tuple[str, st.SearchStrategy[str]]] = {
    PersonalKind.SIREN: (
        "La société est inscrite, SIREN : {}, à Paris.",
        numbers(7).map(lambda n: "3" + n + luhn.calc_check_digit("3" + n)),
    ),
    PersonalKind.SIRET: (
        "Établissement (SIRET {}) de Lyon.",
        numbers(11).map(lambda n: with_siret("4" + n)),
    ),
    PersonalKind.CARD: (
        "Règlement par carte bancaire {} ce jour.",
        numbers(14).map(lambda n: "4" + n + luhn.calc_check_digit("4" + n)),
    ),
    PersonalKind.NIR: (
        "Son numéro de sécurité sociale est {} .",
        st.builds("{}{:02}{:02}{:02}{}".format, st.sampled_from("12"), st.integers(0, 99),
                  st.integers(1, 12), st.integers(1, 95), numbers(6))
        .map(lambda n: n + nir.calc_check_digits(n)),
    ),
    PersonalKind.IBAN: (
        "Merci de virer sur le compte {} .",
        numbers(23).map(lambda n: iban.calc_check_digits("FR00" + n).join(("FR", n))),
    ),
    PersonalKind.INN: (
        "Поставщик, ИНН {}, Москва.",
        numbers(8).map(lambda n: "7" + n + inn.calc_company_check_digit("7" + n)),
    ),
    PersonalKind.SNILS: ("СНИЛС {} .", numbers(8).map(lambda n: snils("1" + n))),
}  # fmt: skip
CHECKS: dict[PersonalKind, Callable[[str], bool]] = {
    PersonalKind.SIREN: siren.is_valid,
    PersonalKind.SIRET: siret.is_valid,
    PersonalKind.CARD: luhn.is_valid,
    PersonalKind.NIR: nir.is_valid,
    PersonalKind.IBAN: lambda text: iban.is_valid(text, check_country=False),
    PersonalKind.INN: inn.is_valid,
    PersonalKind.SNILS: lambda text: text == snils(text.replace("-", "")[:9]),
}


@pytest.mark.parametrize("kind", VALID)
@given(data=st.data())
def test_valid_numbers_are_found_and_misread_ones_are_not(
    kind: PersonalKind, data: st.DataObject
) -> None:
    sentence, valid = VALID[kind]
    number = data.draw(valid)
    text = sentence.format(number)
    assert (kind.value, number) in found(text)
    assert masked(text, FINDER.find(text, "fr")) == sentence.format(placeholder(kind))

    place = data.draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    digit = data.draw(digits.filter(lambda one: one != number[place]))
    wrong = number[:place] + digit + number[place + 1 :]
    if not CHECKS[kind](wrong):
        assert kind.value not in [one for one, _ in found(sentence.format(wrong))]


@given(st.text(st.sampled_from("0123456789 +-./()@aA№ИНtel:"), max_size=200))
def test_findings_are_in_order_apart_and_stay_masked(text: str) -> None:
    findings = FINDER.find(text, "und")
    ends = [0, *(one.span.end for one in findings)]
    assert all(end <= one.span.start for end, one in zip(ends, findings, strict=False))
    left = masked(text, findings)
    assert placeholder(PersonalKind.PHONE) not in text
    assert FINDER.find("".join(placeholder(kind) for kind in PersonalKind), "und") == []
    # What stands outside the findings is as it was.
    rest = left
    for one in findings:
        rest = rest.replace(placeholder(one.kind), text[one.span.start : one.span.end], 1)
    assert rest == text


PIECES = (
    *"0123456789 -./()+@aAé№\n", "passport 12 AB 34567", "пасп. 45 08 № 123456", "tél. (0)1 ",
    "FR76 3000 6000 0112 3456 7890 189", "KW81CBKU0000000000001234560101", "Ecris à ", ", ref ",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S", "2 53 07 2A 073 004 43", "anna@exemple.co.fr",
    "06 12 34 56 78", "+33 6 12 34 56 78", "SIREN 732 829 320", "4111 1111 1111 1111",
    "8 (495) 123-45-67", "(212) 736-5000", "снилс 112-233-445 95",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_nothing_is_missed_by_looking_only_where_it_may_stand(text: str) -> None:
    everywhere = [(0, len(text))]
    found_there = [one for form in FORMS for one in _of(form, text, everywhere, "und")]
    assert FINDER.find(text, "und") == list(_apart(sorted(found_there)))


WORST = {
    "one number": "1",
    "numbers": "1 ",
    "a telephone of pairs": "06 12 34 56 78 ",
    "a telephone, announced": "tel 0612345678 ",
    "cards": "4111 1111 1111 1112 ",
    "accounts": "FR76 3000 6000 0112 3456 7890 188 ",
    "mail without end": "a@a.",
    "a mail's name": "a",
    "ats": "@",
    "pluses": "+3 3(",
    "labels": "siren ",
    "bare numbers with a label": "siren 732829321 ",
}


@pytest.mark.parametrize("piece", WORST.values(), ids=WORST)
def test_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def cost(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        began = time.process_time()
        FINDER.find(text, "und")
        return time.process_time() - began

    cost(1000)  # numbering plans are loaded once
    small = min(cost(10_000) for _ in range(3))
    # Thirty times as much: three times that for a machine that does other things too.
    assert cost(300_000) < 90 * max(small, 0.001)
