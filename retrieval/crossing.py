"""What word matching can say across languages: nothing.

A passage in another language than the question's shares hardly a word with it, however well it
answers. Its lexical rank is therefore not evidence against it: such a passage counts in the
lexical leg with its dense rank, where that is better.
"""

from collections.abc import Collection, Mapping
from typing import TypeVar

from contracts.nouns import UNDETERMINED

Key = TypeVar("Key")


def foreign(languages: Mapping[Key, str], question: str | None) -> set[Key]:
    """Give the passages that are in a known language other than the question's, if that is known.

    ``languages`` holds each passage's, as in contracts.nouns.LANGUAGES.
    """
    if question is None or question == UNDETERMINED:
        return set()
    home = {question, UNDETERMINED}
    return {key for key, language in languages.items() if language not in home}


def across(
    dense: Mapping[Key, int], lexical: Mapping[Key, int], strangers: Collection[Key]
) -> dict[Key, int]:
    """Give the ranks of the lexical leg, with those of ``strangers`` no worse than their dense."""
    ranks = dict(lexical)
    for key in strangers:
        if key in dense:
            ranks[key] = min(dense[key], ranks.get(key, dense[key]))
    return ranks
