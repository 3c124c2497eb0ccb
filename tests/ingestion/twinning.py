"""Made documents and what happens to their text: scans, other formats, other numbers."""

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

LANGUAGES = ("fr", "ru", "en")
Change: TypeAlias = Callable[[str, Random], str]


def _by_language(*words: str) -> dict[str, list[str]]:
    """Take words in the order of LANGUAGES."""
    return {language: said.split() for language, said in zip(LANGUAGES, words, strict=True)}


WORDS = _by_language(
    """
    société contrat livraison facture paiement bailleur locataire travaux service réunion
    décision projet budget équipe matériel atelier rapport analyse mesure qualité sécurité
    conformité délai retard pénalité garantie assurance entretien réparation chaudière
    toiture façade chantier fournisseur client commande stock entrepôt transport véhicule
    formation salarié congé absence salaire prime évaluation objectif résultat croissance
    marge coût approuve confirme demande propose refuse accepte transmet vérifie reçoit
    prépare remplace contrôle signe prolonge suspend termine rapidement souvent chaque notre
    votre leur avec sans pour dans sous après avant pendant selon contre depuis important
    nouveau ancien complet partiel urgent annuel mensuel technique commercial juridique
    provisoire définitif
    """,
    """
    общество договор поставка счёт оплата арендодатель арендатор работы услуга собрание
    решение проект бюджет команда оборудование мастерская отчёт анализ измерение качество
    безопасность соответствие срок задержка неустойка гарантия страхование обслуживание
    ремонт котёл крыша фасад стройка поставщик клиент заказ запас склад перевозка машина
    обучение сотрудник отпуск отсутствие зарплата премия оценка цель результат рост прибыль
    расходы утверждает подтверждает просит предлагает отказывает принимает передаёт
    проверяет получает готовит заменяет контролирует подписывает продлевает приостанавливает
    завершает быстро часто каждый наш ваш вместе после перед согласно против важный новый
    старый полный частичный срочный годовой месячный технический коммерческий временный
    окончательный
    """,
    """
    company contract delivery invoice payment landlord tenant works service meeting decision
    project budget team equipment workshop report analysis measure quality safety compliance
    deadline delay penalty warranty insurance maintenance repair boiler roof front site
    supplier customer order stock warehouse transport vehicle training employee leave
    absence salary bonus review target result growth margin cost approves confirms requests
    proposes refuses accepts forwards checks receives prepares replaces controls signs
    extends suspends ends quickly often every our your their with without under after before
    during against since important new former complete partial urgent yearly monthly
    technical legal final
    """,
)
FIRST = _by_language(
    "Sophie Paul Claire Hugo Louise Antoine Camille Julien",
    "Анна Пётр Ольга Сергей Мария Павел Елена Виктор",
    "Alice Peter Grace Henry Emma Oliver Sarah James",
)
NAMES = _by_language(
    "Martin Dupont Lefèvre Moreau Girard Bonnet Chevalier Roussel Fontaine Marchand",
    "Иванов Петров Смирнов Кузнецов Соколов Лебедев Морозов Волков Зайцев Орлов",
    "Smith Jones Taylor Brown Wilson Evans Walker Wright Robinson Thompson",
)
TOWNS = _by_language(
    "Lyon Nantes Grenoble Rennes Dijon Tours",
    "Казань Самара Тула Омск Пермь Томск",
    "Leeds Bristol Oxford York Exeter Derby",
)
MONTHS = _by_language(
    "janvier février mars avril mai juin juillet septembre octobre",
    "января февраля марта апреля мая июня июля сентября октября",
    "January February March April June July September October November",
)


def dice(seed: object) -> Random:
    """Give chances that fall the same way for the same seed."""
    return Random(str(seed))  # noqa: S311 - made text, no secrets


@dataclass(frozen=True)
class Words:
    """Says things in one language, the same for the same number."""

    language: str
    random: Random

    @classmethod
    def of(cls, language: str, seed: object) -> "Words":
        return cls(language, dice(f"{language}/{seed}"))

    def sentence(self) -> str:
        words = self.random.choices(WORDS[self.language], k=self.random.randint(7, 15))
        return f"{' '.join(words).capitalize()}."

    def paragraphs(self, count: int) -> list[str]:
        return [" ".join(self.sentence() for _ in range(4)) for _ in range(count)]

    def person(self) -> str:
        first, last = FIRST[self.language], NAMES[self.language]
        return f"{self.random.choice(first)} {self.random.choice(last)}"

    def address(self) -> str:
        town = self.random.choice(TOWNS[self.language])
        street = self.random.choice(WORDS[self.language])
        return f"{self.number(1, 99)} {street}, {self.number(10000, 99999)} {town}"

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def amount(self) -> str:
        return f"{self.number(10, 9999):,}".replace(",", " ") + f",{self.number(0, 99):02}"

    def day(self) -> str:
        return f"{self.number(1, 28):02}/{self.number(1, 12):02}/{self.number(2019, 2026)}"


def invoice(language: str, supplier: object, number: object) -> str:
    """A supplier's form with one invoice's lines in it."""
    form, own = Words.of(language, f"form {supplier}"), Words.of(language, f"own {number}")
    head = [form.sentence()[:25].upper(), form.address(), f"N {form.number(10**13, 10**14)}"]
    labels = [form.sentence().split()[0] for _ in range(8)]
    lines = [
        f"{form.random.choice(WORDS[language])} {own.random.choice(WORDS[language])}\t"
        f"{own.number(1, 40)}\t{own.amount()}\t{own.amount()}"
        for _ in range(own.number(2, 7))
    ]
    facts = [
        f"{labels[0]}: FA-{own.number(2019, 2026)}-{own.number(1, 9999):04}",
        f"{labels[1]}: {own.day()}",
        f"{labels[2]}: {own.person()}, {own.address()}",
    ]
    sums = [f"{label}: {own.amount()}" for label in labels[3:6]]
    return "\n".join([*head, *facts, "\t".join(labels), *lines, *sums, *form.paragraphs(2)])


def receipt(language: str, house: object, month: int) -> str:
    """A monthly receipt: only the month, the number and the day are other than last time."""
    form = Words.of(language, f"rent {house}")
    name = MONTHS[language][month % 9]
    head = f"{form.sentence()} {form.person()}, {form.address()}. {name} 2026"
    facts = f"N 2026-{month:02}. {form.amount()} {form.amount()}. 05/{month:02}/2026"
    return "\n\n".join([head, facts, *form.paragraphs(3)])


def letter(language: str, template: object, person: object, *, dated: bool = True) -> str:
    """A form letter to one person; undated, only the name and the address tell whose it is."""
    form, own = Words.of(language, f"letter {template}"), Words.of(language, f"to {person}")
    who = own.person()
    day = own.day() if dated else "03/02/2026"
    first, *rest = form.paragraphs(4)
    return "\n\n".join([who, own.address(), day, f"{form.sentence()} {who}!", first, *rest])


def report(language: str, seed: object) -> str:
    """Prose with a number now and then: nothing in common with another but its words."""
    said = Words.of(language, f"report {seed}")
    paragraphs = said.paragraphs(said.number(4, 12))
    return "\n\n".join(f"{p} {said.amount()} ({said.day()}), {said.person()}." for p in paragraphs)


LOOKS = {
    "0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8",
    "e": "c", "c": "e", "n": "ri", "m": "rn", "h": "b", "u": "v", "é": "e", "è": "e", "ê": "e",
    "6": "b", "g": "9", "2": "Z", "a": "o", "o": "a", "t": "f", "i": "l", "и": "н", "н": "и",
    "ш": "щ", "о": "с", "с": "о", "в": "з", "л": "п", "п": "л", "3": "8", "7": "1", "4": "A",
    "9": "g",
}  # fmt: skip


def scan(rate: float) -> Change:
    """Damage a share of the characters as text recognition does: looks, losses, specks."""

    def damaged(text: str, random: Random) -> str:
        return "".join(_misread(c, random) if random.random() < rate else c for c in text)

    return damaged


def _misread(character: str, random: Random) -> str:
    if character.isspace():
        return random.choice(["", "  ", character])
    kind = random.random()
    if kind < 0.7:
        return LOOKS.get(character, random.choice("ceoailtrn"))
    if kind < 0.85:
        return ""
    return character + random.choice(".,'-lr ")


def reflow(text: str, random: Random) -> str:
    """Break lines elsewhere, with words divided at the ends of lines."""
    width = random.randint(38, 70)
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, width)]
    broken = ""
    for line in lines:
        head, _, word = line.rpartition(" ")
        if len(word) > 7 and word.isalpha():
            broken += f"{head} {word[:4]}-\n{word[4:]} "
        else:
            broken += f"{line}\n"
    return broken


def other_format(text: str, random: Random) -> str:
    """Say it as another format's reader does: pages with numbers, cells in lines, ligatures."""
    text = text.replace("\t", "\n").replace("fi", "ﬁ").replace(" ", "\u00a0", 5)
    lines = reflow(text, random).split("\n")
    pages = [lines[start : start + 40] for start in range(0, len(lines), 40)]
    numbered = (
        "\n".join([*page, f"Page {number}/{len(pages)}"]) for number, page in enumerate(pages, 1)
    )
    return "\n\f".join(numbered)


def headed(text: str, random: Random) -> str:
    """Put a stamp above, as archives and mail rooms do."""
    return f"COPIE {random.randint(100, 999)}\nReceived 04/05/2026 Archive\n\n{text}"


COPIES: dict[str, Change] = {
    "reflowed": reflow,
    "other format": other_format,
    "headed": headed,
    "scanned 2 %": scan(0.02),
    "scanned 3 %": scan(0.03),
    "scanned 5 %": scan(0.05),
    "scanned and headed": lambda text, random: headed(scan(0.03)(text, random), random),
}


def originals(language: str, count: int) -> Iterator[str]:
    """Documents of every type, each another one."""
    for seed in range(count):
        yield invoice(language, seed, seed)
        yield letter(language, seed, seed)
        yield receipt(language, seed, 1 + seed % 9)
        yield report(language, seed)


def siblings(language: str, count: int) -> Iterator[tuple[str, str]]:
    """Pairs of one template that are two documents."""
    for seed in range(count):
        yield invoice(language, seed, f"{seed}a"), invoice(language, seed, f"{seed}b")
        yield receipt(language, seed, 3), receipt(language, seed, 4)
        yield letter(language, seed, f"{seed}a"), letter(language, seed, f"{seed}b")
        pair = (letter(language, seed, f"{seed}{who}", dated=False) for who in "ab")
        yield next(pair), next(pair)
