from retrieval.crossing import across, foreign


def test_only_passages_in_another_known_language_are_foreign() -> None:
    languages = {"a": "fr", "b": "ru", "c": "und", "d": "en"}
    assert foreign(languages, "fr") == {"b", "d"}
    assert foreign(languages, None) == set()
    assert foreign(languages, "und") == set()


def test_a_foreign_passage_loses_nothing_in_the_lexical_leg() -> None:
    dense, lexical = {"en": 1, "fr": 2}, {"fr": 1, "other": 2}
    assert across(dense, lexical, {"en"}) == {"fr": 1, "other": 2, "en": 1}


def test_a_foreign_passage_keeps_a_better_lexical_rank() -> None:
    assert across({"en": 9}, {"en": 2}, {"en"}) == {"en": 2}
    assert across({}, {"en": 2}, {"en"}) == {"en": 2}
