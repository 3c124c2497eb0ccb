"""Long documents with labelled spans: the paragraphs of an article, joined to one document."""

from collections.abc import Iterator

from benchmarks.material import data_folder
from contracts.measuring import Label, Question, Suite
from contracts.nouns import Span
from eval.suites import BeirDocument, BeirSet, Loaded, load_beir

APART = "\n\n"
"""Between two paragraphs."""


def articles(name: str, questions: int) -> Loaded:
    """Give a set of paragraphs as a suite of articles, one document for each title.

    A question's label is the first place of its answer in its paragraph; one whose answer does
    not stand there is left out. Of the others every so many-th is taken, ``questions`` in all.
    """
    found = load_beir(data_folder() / "retrieval" / name)
    texts: dict[str, list[str]] = {}
    places: dict[str, tuple[str, int]] = {}
    for one in found.corpus:
        before = texts.setdefault(one.title, [])
        places[one.id] = one.title, sum(len(text) + len(APART) for text in before)
        before.append(one.text)
    documents = tuple(BeirDocument(t, t, APART.join(parts)) for t, parts in texts.items())
    asked = list(_questions(found, places))
    chosen = asked[:: max(len(asked) // questions, 1)][:questions]
    return Loaded(Suite(f"{name}_articles", tuple(chosen)), documents)


def _questions(found: BeirSet, places: dict[str, tuple[str, int]]) -> Iterator[Question]:
    paragraphs = {one.id: one.text for one in found.corpus}
    language = found.name.rpartition("_")[2]
    for query, text in found.queries.items():
        answers = found.answers[query]
        for paragraph in found.qrels[query]:
            at = paragraphs[paragraph].find(answers[0]) if answers else -1
            if at < 0:
                continue
            document, start = places[paragraph]
            span = Span(start + at, start + at + len(answers[0]))
            label = Label(document, answers[0], 0, span)
            yield Question(query, text, language, labels=(label,), answers=answers)
            break
