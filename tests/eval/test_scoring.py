import ir_measures
import pytest
from ir_measures import AP, RR, P, R, Success, nDCG

from contracts.measuring import Kind, Label, Question
from contracts.nouns import Span
from eval.answers import Place
from eval.scoring import Answered, Observed, failed, score, slices

QUESTION = Question("q", "Quel préavis ?", "fr", labels=(Label("a"),), answers=("trois mois",))
NOBODY = Question("n", "Qui est là ?", kind=Kind.UNANSWERABLE)
WHOLE = [(Place("a"), 2), (Place("b"), 1), (Place("c"), 0), (Place("a"), 1)]
EXACT = [(Place("a", 0, Span(10, 20)), 1)]


def at(document: str, start: int = 0, end: int = 5) -> Place:
    return Place(document, 0, Span(start, end))


def test_ranking_metrics_are_of_documents_as_trec_eval_has_them() -> None:
    found = (at("c"), at("b"), at("b", 5, 9), at("x"), at("a"), at("b"))
    ours = score(QUESTION, WHOLE, Observed(found))
    ranks = {"c": 4.0, "b": 3.0, "x": 2.0, "a": 1.0}
    names = {
        "success@1": Success @ 1,
        "success@5": Success @ 5,
        "precision@5": P @ 5,
        "recall@10": R @ 10,
        "mrr@10": RR @ 10,
        "ndcg@10": nDCG @ 10,
        "map": AP,
    }
    grades = {"a": 2, "b": 1, "c": 0}
    theirs = ir_measures.calc_aggregate(list(names.values()), {"q": grades}, {"q": ranks})
    for name, measure in names.items():
        assert ours[name] == pytest.approx(theirs[measure], abs=1e-9), name
    assert set(ours) == {*names, "answered"}


def test_span_metrics_need_the_very_words() -> None:
    found = (at("a", 0, 10), at("b", 10, 20), at("a", 15, 30))
    scores = score(QUESTION, EXACT, Observed(found))
    assert (scores["success@1"], scores["span_mrr@10"]) == (1, 1 / 3)
    assert scores["span_recall@10"] == 0.5


def test_passages_count_as_far_as_4000_characters_are_read() -> None:
    def recall(*lengths: int) -> float:
        starts = [4000 * place for place in range(len(lengths))]
        found = [at("x", s, s + n) for s, n in zip(starts, lengths, strict=True)]
        observed = Observed((*found, at("a", 0, 15)))
        return score(QUESTION, EXACT, observed)["span_recall@4000c"]

    assert recall() == recall(*[200] * 19) == 0.5
    assert recall(2000, 1987) == 0.3
    assert recall(4000) == recall(*[400] * 12) == 0


def test_an_answer_is_scored_by_words_citations_and_refusal() -> None:
    cited = (at("a", 12, 14), at("b"))
    scores = score(QUESTION, EXACT, Observed(answer=Answered("Trois mois.", False, cited)))
    assert (scores["exact_match"], scores["token_f1"], scores["refusal"]) == (1, 1, 1)
    assert (scores["citation_precision"], scores["citation_recall"]) == (0.5, 1)
    worthless = [*EXACT, (at("b"), 0)]
    judged = score(QUESTION, worthless, Observed(answer=Answered("x", False, cited)))
    assert (judged["citation_precision"], judged["citation_recall"]) == (0.5, 1)
    refused = score(QUESTION, EXACT, Observed(answer=Answered("trois mois", True)))
    assert (refused["exact_match"], refused["token_f1"], refused["refusal"]) == (0, 0, 0)


def test_of_an_unanswerable_question_only_the_refusal_counts() -> None:
    def scored(*, refused: bool) -> dict[str, float]:
        return score(NOBODY, [], Observed((at("a"),), Answered("x", refused)))

    assert scored(refused=True) == {"answered": 1, "refusal": 1}
    assert scored(refused=False) == {"answered": 1, "refusal": 0}


@pytest.mark.parametrize(("question", "labels"), [(QUESTION, EXACT), (NOBODY, [])])
def test_a_question_that_could_not_be_asked_has_the_same_metrics_all_0(
    question: Question, labels: list[tuple[Place, int]]
) -> None:
    whole = Observed((at("a"),), Answered("x", refused=False))
    lost = failed(question, labels, answers=True)
    assert lost.keys() == score(question, labels, whole).keys()
    assert set(lost.values()) == {0.0}
    assert "refusal" not in failed(question, labels, answers=False)


def test_slices_tell_what_sort_of_question_it_is() -> None:
    assert slices(QUESTION, lambda _: "ru") == {
        "language": "fr",
        "kind": "answerable",
        "length": "1-5",
        "hops": "1",
    }
    labels = tuple(map(Label, "abb"))
    long = Question("q", "un " * 21, kind=Kind.MULTI_HOP, labels=labels)
    told = slices(long, lambda _: "ru")
    assert (told["language"], told["length"], told["hops"]) == ("ru", ">20", "2")
