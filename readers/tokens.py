"""Counts a model's tokens word by word: each distinct word is tokenised once.

Subword models of the SentencePiece and WordPiece kinds cut text at white space first, so the
counts of words add up to the count of the text; after normalisation they differ in a few texts
in a hundred, by a token or two. Splitting by these counts gave the same chunks as splitting
with the tokenizer itself, fifteen times faster (docs/adr/0007).
"""

from pathlib import Path

from tokenizers import Tokenizer

from contracts.errors import SetupFailed

_WORDS_KEPT = 200_000
_LONGEST_KEPT = 40
# Over this a "word" is base64 or a script without spaces; its length is the upper bound.
_LONGEST_TOKENISED = 200
_WINDOW = 1 << 16
_UNKNOWN = ("<unk>", "[UNK]")


class TokenCounter:
    """Tokens of a text, without the special ones; safe to share between threads.

    Texts of more than ``most_characters`` count as many tokens as characters: they are over
    any limit that is asked for, and reading them again and again would make cutting a long
    text quadratic. Raises SetupFailed when ``tokenizer_file`` (Hugging Face
    ``tokenizer.json``) is not usable.
    """

    def __init__(self, tokenizer_file: Path, most_characters: int) -> None:
        try:
            tokenizer = Tokenizer.from_file(str(tokenizer_file))
        except Exception as error:  # the library raises bare Exception for a file it cannot use
            raise SetupFailed(
                f"The tokenizer {tokenizer_file} cannot be used ({error}).",
                "Set up the embedding model again.",
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._words = _Words(tokenizer)
        self._most_characters = most_characters

    def count(self, text: str) -> int:
        """Give the number of tokens."""
        if len(text) > self._most_characters:
            return len(text)
        return sum(map(self._words.__getitem__, text.split()))

    def learn(self, text: str) -> None:
        """Tokenise the words that were not seen before together: half the price of one by one."""
        for start in range(0, len(text), _WINDOW):
            self._words.learn(set(text[start : start + _WINDOW].split()))


class _Words(dict[str, int]):
    """Tokens of each word."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer
        self._unknown = {tokenizer.token_to_id(name) for name in _UNKNOWN}

    def __missing__(self, word: str) -> int:
        if len(word) > _LONGEST_TOKENISED:
            return len(word)
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        if len(word) <= _LONGEST_KEPT:
            self[word] = len(ids)
        # A run of signs that the model does not know is one token however long it is: what is
        # cut by that would be cut at each sign once its length is counted.
        elif not self._unknown.isdisjoint(ids):
            return len(word)
        return len(ids)

    def learn(self, words: set[str]) -> None:
        if len(self) > _WORDS_KEPT:
            self.clear()
        new = [word for word in words if word not in self and len(word) <= _LONGEST_KEPT]
        encoded = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        self.update(zip(new, (len(encoding.ids) for encoding in encoded), strict=True))
