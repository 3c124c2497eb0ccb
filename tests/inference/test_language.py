import pytest

from contracts.content import LanguageDetector
from contracts.nouns import LANGUAGES
from inference.language import LangidDetector


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LangidDetector()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Quelle est la durée du bail ?", "fr"),
        ("Qui a signé l'avenant ?", "fr"),
        ("Bonjour", "fr"),
        ("Какой срок аренды?", "ru"),
        ("Что пела Леди Гага?", "ru"),
        ("Кто директор ООО Lumen Glass Trading?", "ru"),
        ("How long is the lease?", "en"),
        ("ПРОТОКОЛ СОБРАНИЯ", "ru"),
        ("LE PRÉSENT CONTRAT EST CONCLU", "fr"),
        ("Der Rechnungsbetrag ist innerhalb von 14 Tagen ohne Abzug zu zahlen.", "und"),
        ("¿Cuánto cuesta el alquiler de la oficina?", "und"),
        ("契約期間は何年ですか", "und"),
        ("FA-2026-0417", "und"),
        ("12.50", "und"),
        ("", "und"),
    ],
)
def test_languages_are_told_apart(detector: LanguageDetector, text: str, language: str) -> None:
    assert detector.detect(text) == language


def test_the_answer_is_always_one_of_ours(detector: LanguageDetector) -> None:
    for text in ("\ud83e", "\0\1", "🧪" * 5000, "a" * 100_000, "Ёж " * 50_000):
        assert detector.detect(text) in LANGUAGES
