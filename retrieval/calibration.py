"""The figures by which evidence is judged, and how they were got.

``python -m benchmarks.fit_refusal`` fits them: 250 questions each of PIAF (French), XQuAD
(English, Russian, and Russian questions on English text), on their whole corpus and on small
workspaces of 3 to 40 passages in all languages, against the same questions with the answer taken
away: the article's other passages left (``sibling``), the whole article gone, or another corpus
asked. Fitted on one half of the articles; on the other half (110 to 145 questions each):

================  ========  ==============  ==============  =====
questions         answered  article: AUROC  sibling: AUROC  words
================  ========  ==============  ==============  =====
French                0.88  0.78 (0.923)    0.42 (0.735)    0.853
English               0.90  0.99 (0.997)    0.75 (0.917)    0.983
Russian               0.88  0.98 (0.985)    0.66 (0.885)    0.963
Russian, English      0.54  0.99 (0.874)    0.80 (0.741)    0.500
French, small         0.76  0.97 (0.977)    0.56 (0.746)    0.955
English, small        0.89  0.99 (0.993)    0.75 (0.918)    0.997
Russian, small        0.87  1.00 (0.995)    0.68 (0.891)    0.985
Russian, E., small    0.53  1.00 (0.896)    0.83 (0.749)    0.409
another corpus           -  0.82            -               -
================  ========  ==============  ==============  =====

The third and fourth columns are the shares refused when the answer is not there.
``words`` judges without vectors: when the model is down, or is not the one fitted. A near miss in
the right article is the hard case, and a question across languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judgement:
    """A logistic regression: log-odds that the passages hold the answer.

    The features are those of retrieval.evidence. Cosines differ from one embedding model to the
    next: ``model`` begins the name of the one whose cosines were fitted, and is empty for words.
    """

    model: str
    intercept: float
    weights: Mapping[str, float]


WITH_VECTORS = Judgement(
    "multilingual-e5-small", -39.89, {"sentence": 50.27, "passage": 3.02, "same": -3.61}
)
WORDS_ALONE = Judgement("", -1.27, {"passage": 3.99})
