"""Clean texts in three languages, tables and invoices, and ways of spoiling them."""

from random import Random

from contracts.nouns import Part, Reading

FRENCH = """Le présent contrat de travail est conclu pour une durée indéterminée. Le salarié
exercera ses fonctions dans les locaux de la société et pourra être amené à se déplacer pour les
besoins de son activité. La durée du travail est fixée à trente-cinq heures par semaine. En cas de
rupture, chaque partie doit respecter un délai de préavis dont la durée dépend de son ancienneté.
Toutes les sommes dues seront payées au plus tard le dernier jour du mois. Signé le 14/03/2024."""

ENGLISH = """The tenant shall pay the rent on the first day of every month and keep the flat in
good repair. The landlord may enter the rooms only after giving notice in writing, except where
there is danger. Either party may end this agreement by giving two months of notice. Nothing in
these terms takes away the rights that the law gives to a person who lives in a rented house.
Changes to this agreement need the written consent of both parties. Signed on 14/03/2024."""

RUSSIAN = """Настоящий договор заключён на один год и вступает в силу со дня его подписания. Каждая
из сторон может расторгнуть договор, если другая сторона не делает того, что обещала. Деньги нужно
платить каждый месяц не позже первого числа. Если человек живёт в доме больше года, он имеет право
остаться там ещё на месяц. Все вопросы, которые не решены в этом договоре, стороны решают вместе.
Работа начинается утром и заканчивается вечером. Подписано 14.03.2024 в городе Москва."""

INVOICE = """Au bon moulin\nFacture n° FA-2024-0010 du 13 novembre 2024
Désignation\tQuantité\tPrix unitaire\tMontant HT
Nougat de l'Abbaye 250g\t20\t4,55\t91,00\nBiscuits aux raisins 300g\t30\t3,20\t96,00
Huile d'olive à l'ancienne\t50\t8,76\t437,90\nTotal HT 624,90 EUR\nTVA 46,25 EUR
Total TTC 671,15 EUR\nIBAN FR20 4255 1000 0012 3456 7890 123"""

TABLE = "\n".join(f"AB-{n:04}\tM{n % 7}\t{n * 3.25:.2f}\tEUR\tok" for n in range(120))

CLEAN = {
    "fr": FRENCH,
    "en": ENGLISH,
    "ru": RUSSIAN,
    "invoice": INVOICE,
    "table": TABLE,
}


def reading(*pages: str, media_type: str = "text/plain", **metadata: object) -> Reading:
    """A reading of one part, or of a part per page."""
    if len(pages) == 1 and "pages" not in metadata:
        return Reading(media_type, (Part(0, "text", pages[0]),), metadata=metadata)
    parts = [Part(n, f"Page {n + 1}", page, n + 1) for n, page in enumerate(pages)]
    return Reading(media_type, tuple(parts), metadata=metadata)


def misread(text: str, share: float, seed: int = 7) -> str:
    """Put other signs in the place of some letters, as bad recognition does."""
    random = Random(seed)  # noqa: S311 - noise, no secret
    letters = "abcdeilmnrtu1l|;.,0"
    return "".join(
        random.choice(letters) if sign.isalpha() and random.random() < share else sign
        for sign in text
    )


def decoded(text: str, written: str, taken_for: str) -> str:
    """Take text for another encoding than the one in which it was written."""
    return text.encode(written, "replace").decode(taken_for, "replace")
