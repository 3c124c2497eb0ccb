"""Masks: what is taken out of texts before they leave the service for a mirror."""

import re

# Rather too much than too little: a mask that is precise lets the odd spelling through.
_PERSONAL = re.compile(
    r"""
    (?P<email> [^\s@<>()"',;:]+@[^\s@<>()"',;:]+ )
  | (?P<iban> \b[A-Z]{2}[0-9]{2}(?:[ \xa0\u202f]?[A-Za-z0-9]){11,30}\b )
  | (?P<number> \+?[0-9](?:[ .()/\xa0\u202f-]{0,2}[0-9]){8,} )
    """,
    re.VERBOSE,
)
HIDDEN = "(hidden)"


def masked(text: str) -> str:
    """Give a text without e-mail addresses, accounts, telephone and other long numbers."""
    return _PERSONAL.sub(lambda found: f"({found.lastgroup})", text)


def hidden(text: str) -> str:
    """Give no text, only that there is one."""
    return HIDDEN if text else ""
