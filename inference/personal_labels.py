"""The words that say what a number beside them is, in French, Russian and English."""

import re

from contracts.personal import PersonalKind

WINDOW = 72
"""Characters before a number in which its label is looked for: "immatriculée au registre du
commerce et des sociétés de Nanterre sous le numéro" has 45 after the label."""
NEAR = 24
"""Within them, a label of something else speaks against a number that needs none."""
OTHER = "other"

_WORDS: dict[str, str] = {
    PersonalKind.PHONE: r"""
        t[ée]l(?:[ée]phone|s)?|(?:tele)?phones?|mobiles?|portables?|cell|fax|gsm|telefax|standard
        |call|appel(?:ez|er|s)?|(?:num[ée]ro|n[°o])[ ]vert|joindre|whatsapp|viber|telegram|hotline
        |тел(?:ефон(?:а|у|ы|ом)?)?|моб(?:ильный)?|факс|сот(?:овый)?|звони(?:те|ть)""",
    PersonalKind.SIREN: r"""
        siren|r\.?c\.?s|r\.c|(?:registre[ ]du[ ]commerce|rne|trade[ ]register|registre[ ]national)
        |immatricul[ée]e?s?|сирен""",
    PersonalKind.SIRET: r"siret|сирет",
    PersonalKind.NIR: r"""
        nir|s[ée]curit[ée][ ]sociale|n[°ºo][ ]?ss|immatriculation|nni|assur[ée]e?|insee
        |social[ ]security|социально\w+""",
    PersonalKind.CARD: r"""
        cartes?(?:[ ](?:bancaire|bleue|de[ ]cr[ée]dit|visa))?|cb|visa|master[ ]?card|maestro|amex
        |american[ ]express|(?:credit|debit|bank|payment)?[ ]?cards?|pan
        |карт(?:а|ы|е|у|ой)|мир""",
    PersonalKind.PASSPORT: r"pass[ée]?ports?|пасп(?:орт\w{0,4})?",
    PersonalKind.INN: r"инн|inn|налогоплательщика",
    PersonalKind.SNILS: r"снилс|snils|страхов(?:ой|ого)[ ](?:номера?|свидетельств[оа])",
}
# What a long number is when it is nothing personal. "Client" and "contact" are not here: a
# telephone number follows them as often.
_OTHERS = r"""
    factures?|invoices?|commandes?|orders?|r[ée]f(?:[ée]rences?)?|reference|dossier|contrats?
    |contracts?|isbn|issn|ean|gtin|upc|doi|articles?|items?|lots?|serial|colis|tracking|suivi
    |devis|quote|tickets?|bon|code|version|bic|swift|iban|rib|tva|vat|ape|naf|capital|total
    |montants?|amounts?|dates?|ip|imei|policy|police|case|barcode|sku|parcelle|cadastre
    |сч[её]т(?:а|у|ом|е)?|заказ(?:а|у)?|накладн(?:ая|ой)|договор(?:а|у|ом)?|артикул|арт|трек|кпп
    |огрн(?:ип)?|бик|р/с|к/с|р/сч|окпо|оквэд|окато|октмо|код|сумма|дата|лицензи[яи]|полис(?:а)?
    |дел[оа]|приказ(?:а|у)?|расч[её]тный
"""
_EVERY: dict[str, str] = {**_WORDS, OTHER: _OTHERS}
# Of a text in lower case: ignoring case instead takes several times as long.
_LABEL = re.compile(
    r"(?<![^\W\d_])(?=[^\W\d_])(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _EVERY.items())
    + r")(?![^\W\d_])",
    re.VERBOSE,
)
_JOINED = re.compile(r"\W{0,3}(?:(?:et|ou|and|or|и|или)\W)?")
_COMPANIES = (PersonalKind.SIREN, PersonalKind.SIRET)
_KIN = {PersonalKind.SIREN: _COMPANIES, PersonalKind.SIRET: _COMPANIES}
"""Labels that are as good: ``SIREN/SIRET``."""
_AFTER = {PersonalKind.SIREN: re.compile(r"\W{0,3}r\.?c\.?s(?!\w)", re.IGNORECASE)}
"""Labels that stand behind: ``552 100 554 R.C.S. Paris``."""


def told(kind: PersonalKind, text: str, start: int, end: int, window: int = WINDOW) -> bool | None:
    """Tell whether the last label before a number is the kind's; None where there is no label.

    Of labels that are joined, as in ``ИНН/КПП``, one is enough.
    """
    if kind in _AFTER and _AFTER[kind].match(text, end):
        return True
    before = text[max(0, start - window) : start].lower()
    own = other = None
    for found in _LABEL.finditer(before):
        if found.lastgroup in _KIN.get(kind, (kind,)):
            own, other = found.end(), None
        elif other is None:
            other = found.start()
    if other is None:
        return None if own is None else True
    return own is not None and _JOINED.fullmatch(before, own, other) is not None
