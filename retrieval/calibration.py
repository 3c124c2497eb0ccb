"""The figures by which evidence is judged, and how they were got.

``python -m benchmarks.fit_refusal`` fits them: 250 questions each of PIAF (French), XQuAD
(English, Russian, and Russian questions on English text), on their whole corpus and on small
draws of 3 to 40 passages, against the same questions with the answer's article hidden or asked of
another corpus. Fitted on one half of the articles; on the other half (110 to 130 questions each):

===============  =====  ========  =======  ============  ==============
questions        AUROC  answered  refused  small: AUROC  words: AUROC
===============  =====  ========  =======  ============  ==============
French           0.915      0.76     0.85         0.986           0.847
English          0.994      0.93     0.95         0.999           0.964
Russian          0.983      0.94     0.95         0.995           0.934
Russian on Eng.  0.881      0.64     0.98         0.942           0.500
another corpus       -         -     0.95             -               -
===============  =====  ========  =======  ============  ==============

``words`` judges without vectors: when the model is down, or is not the one fitted. With only the
answering passage hidden, its article's others left, 52 to 81 % are refused: a near miss in the
same article is the hard case.
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
    "multilingual-e5-small",
    -44.27,
    {"sentence": 52.57, "margin": 64.77, "passage": 4.04, "same": -3.90},
)
WORDS_ALONE = Judgement("", -1.54, {"passage": 4.49})
THRESHOLD = 0.5
"""Probability below which the answer is a refusal: both mistakes weigh the same."""
BACKGROUND = 0.78
"""Mean cosine of the passages below the best one; stands in where a workspace has few."""
