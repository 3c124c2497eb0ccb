"""What is taken out of texts before they leave the service for a mirror, beside personal data."""

import re

# Rather too much than too little: what finds personal data is precise, and lets the odd spelling
# through.
_LONG_NUMBER = re.compile(r"\+?[0-9](?:[ .()/\xa0\u202f-]{0,2}[0-9]){8,}")
NUMBER = "[NUMBER]"
HIDDEN = "(hidden)"


def without_numbers(text: str) -> str:
    """Give a text without numbers of nine digits or more, whatever they are."""
    return _LONG_NUMBER.sub(NUMBER, text)


def hidden(text: str) -> str:
    """Give no text, only that there is one."""
    return HIDDEN if text else ""
