"""Texts as short as a name are decoded right, though nothing says their code page."""

import pytest

from readers.decoding import decode

WESTERN = (
    *("Lefèvre", "Société Générale", "à payer le 3 août", "5 €", "Müller", "déjà vu – naïf"),
    *("l’année dernière", "José García", "Straße", "Élysée", "FRANÇOIS", "ÉTAT CIVIL"),
    *("Île-de-France", "N° 12 du 1er février", "«\xa0oui\xa0»", "São Paulo", "Åse Øst"),
    *("été", "là"),
)
RUSSIAN = (
    *("Привет", "Иванов", "Счёт 5", "ООО Ромашка", "да", "Сумма: 100 руб.", "ИТОГО", "ИНН"),
    *("Москва, 12 октября", "Это короткая записка.", "СЧЁТ-ФАКТУРА", "Petrov и Иванов", "НДС 20%"),
    *("Юрий", "Цена", "Эхо", "СТРОИТЕЛЬСТВО"),
)


@pytest.mark.parametrize("text", WESTERN)
def test_short_western_texts(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
@pytest.mark.parametrize("text", RUSSIAN)
def test_short_russian_texts(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["Привет", "Hello", "да", "Счёт № 5 — ООО"])
def test_short_wide_texts_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_what_a_file_says_counts_before_a_guess() -> None:
    assert decode("Ärger".encode("cp1250"), "windows-1250") == "Ärger"
    assert decode("Łódź".encode("iso8859-2"), "iso-8859-2") == "Łódź"


def test_utf_8_counts_before_what_a_file_says() -> None:
    assert decode("Łódź".encode(), "iso-8859-2") == "Łódź"


def test_letters_far_into_a_file_are_found() -> None:
    text = "plain text. " * 100_000 + "Съешь ещё булок"
    assert decode(text.encode("koi8-r")) == text
