"""Printed forms: how dates and amounts of a record may stand in a text, in several languages."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
_NAMES = [names.split() for names in MONTHS.values()]
_SPACES = re.compile(r"\s+")
_ENDS_IN_NUMBER = re.compile(r"\d[.,'’]?$")
_BEGINS_NUMBER = re.compile(r"[.,'’]?\d")
_SHORT = 3
_LONG = 8
_ORDINALS = ("", ".", "er", "st", "nd", "rd", "th")
_GROUPS = (",", ".", " ", "'", "’", "")


class Print:
    """The text of a document, to look for what a record says of it.

    White space is one blank, for lines are broken anywhere; long forms are found without any.
    """

    def __init__(self, text: str) -> None:
        self._text = _SPACES.sub(" ", text).casefold()
        self._squeezed = self._text.replace(" ", "")

    def shows(self, form: str) -> bool:
        """Tell whether a form stands there, with no digit right before or behind its own."""
        form = _SPACES.sub(" ", form).strip().casefold()
        if not form:
            return False
        squeezed = form.replace(" ", "")
        return _alone(form, self._text) or (
            len(squeezed) >= _LONG and _alone(squeezed, self._squeezed)
        )

    def shows_date(self, day: date) -> bool:
        """Tell whether a date stands there in any of its forms."""
        return any(map(self.shows, date_forms(day)))

    def shows_amount(self, amount: Decimal) -> bool:
        """Tell whether an amount stands there, written as any country does."""
        return any(map(self.shows, amount_forms(amount)))


def date_forms(day: date) -> Iterator[str]:
    """Yield numeric forms in every order, and those with the month's name, long and short."""
    d, m, y = day.day, day.month, day.year
    for dd, mm in ((f"{d:02}", f"{m:02}"), (str(d), str(m))):
        for mark in "./-":
            yield from (f"{dd}{mark}{mm}{mark}{y}", f"{mm}{mark}{dd}{mark}{y}")
            yield from (f"{y}{mark}{mm}{mark}{dd}", f"{dd}{mark}{mm}{mark}{y % 100:02}")
            yield f"{mm}{mark}{dd}{mark}{y % 100:02}"
    yield f"{y}{m:02}{d:02}"
    for names in _NAMES:
        month = names[m - 1]
        for name in (month, month[:_SHORT], f"{month[:_SHORT]}.", month[: _SHORT + 1]):
            for dd in {
                str(d),
                f"{d:02}",
                f"{d}.",
                f"{d}er",
                f"{d}th",
                f"{d}st",
                f"{d}nd",
                f"{d}rd",
            }:
                yield from (f"{dd} {name} {y}", f"{name} {dd}, {y}", f"{name} {dd} {y}")
                yield from (f"{dd}-{name}-{y}", f"{dd} {name}, {y}", f"{dd} {name} {y % 100:02}")


def amount_forms(amount: Decimal) -> set[str]:
    """Give the forms 1,234.50; 1.234,50; 1 234,50; 1'234.50; 1234.5 and without zero cents."""
    cents = abs(amount).quantize(Decimal("0.01"))
    whole, _, fraction = f"{cents:f}".partition(".")
    ends = [f".{fraction}", f",{fraction}", f"-{fraction}"]
    if fraction == "00":
        ends += ["", ",-", ".-", ",--"]
    elif fraction.endswith("0"):
        ends += [f".{fraction[0]}", f",{fraction[0]}"]
    return {
        f"{int(whole):,}".replace(",", group) + end
        for group in _GROUPS
        for end in ends
        if not end.startswith(group or "?")
    }


def _alone(form: str, text: str) -> bool:
    """Tell whether a form stands in a text where no number goes on before or behind it."""
    place = text.find(form)
    while place >= 0:
        end = place + len(form)
        goes_on = (
            form[0].isdigit() and _ENDS_IN_NUMBER.search(text[max(0, place - 2) : place])
        ) or (form[-1].isdigit() and _BEGINS_NUMBER.match(text[end : end + 2]))
        if not goes_on:
            return True
        place = text.find(form, place + 1)
    return False


def decimal(value: object) -> Decimal | None:
    """Read an amount of a record; None for what is none."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def day_of(value: object) -> date | None:
    """Read an ISO date of a record; None for what is none."""
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None
