import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from contracts.errors import Conflict, InvalidInput
from eval.comparing import Measured
from eval.reporting import report
from tests.eval.measured import measured, result, scores

BEFORE = scores("before", [n % 3 / 2 for n in range(90)], each=2)
AFTER = scores("after", [n % 3 / 4 for n in range(90)], each=2)
ALIKE = replace(BEFORE, label="alike")
HOSTILE = (
    '</text></td><script>alert(1)</script><img src="//x.example/" onerror=alert(2)> $x$ {{ 7*7 }}'
)
VOID = {"meta", "img", "link", "input", "br"}


class Page(HTMLParser):
    """Reads a report: its words, its tags with their attributes, and whether all are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def hostile(label: str, value: float) -> Measured:
    """A run whose every word was written by somebody who means harm."""
    rows = [
        replace(
            result(str(n), f"{HOSTILE} {n}", ndcg_at_10=value),
            text=f"{HOSTILE} {n}",
            found=(HOSTILE,),
            slices={HOSTILE: HOSTILE},
            took_ms={"total": 10.0, HOSTILE: 5.0},
        )
        for n in range(30)
    ]
    rows = [replace(one, metrics={**one.metrics, HOSTILE: value}) for one in rows]
    pins = {"suite": HOSTILE, "models": {HOSTILE: HOSTILE}, "configuration": {"a": {HOSTILE: 1}}}
    found = measured(label, rows, int(value * 10) + 1, **pins)
    return replace(found, run=replace(found.run, load={HOSTILE: 1.0}))


def test_the_verdict_comes_first_and_its_figures_follow() -> None:
    page = Page(report([BEFORE, AFTER]))
    begin = page.text.index("after is worse than before", page.text.index("Evaluation"))
    assert page.text.index("0.5000 → 0.2500, difference −0.2500") > begin
    assert "90 questions about 45 documents" in page.text
    assert "60 worse, 30 are equal" in page.text
    assert page.open == []


def test_two_equal_runs_are_said_to_be_equal() -> None:
    text = Page(report([BEFORE, ALIKE])).text
    assert "alike and before: no difference at all" in text
    assert "What changed most" not in text


def test_several_runs_are_compared_each_with_those_before() -> None:
    text = Page(report([BEFORE, AFTER, ALIKE])).text
    for verdict in ("after is worse than before", "alike is better than after"):
        assert text.count(verdict) == 2  # in the list, and over the comparison


def test_one_run_has_its_means_times_and_pins() -> None:
    one = replace(BEFORE, run=replace(BEFORE.run, load={"energy_wh": 1.25}))
    text = Page(report([one])).text
    for told in ("piaf: before", "total 10 10 10", "energy wh 1.25", "models, embedder e5"):
        assert told in text


def test_what_people_wrote_is_text_and_never_markup() -> None:
    html = report([hostile(f"one {HOSTILE}", 0.0), hostile(f"two {HOSTILE}", 1.0)])
    page = Page(html)
    assert page.open == []
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert page.text.count("<script>alert(1)</script>") > 60
    assert "{{ 7*7 }}" in page.text
    assert "$x$" in page.text


def test_the_file_stands_alone() -> None:
    html = report([BEFORE, AFTER])
    page = Page(html)
    assert "http:" not in html
    assert "https:" not in html
    assert "@import" not in html
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    policy = next(found["content"] for _, found in page.tags if found.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_pictures_follow_the_theme() -> None:
    html = report([BEFORE, AFTER])
    body = html[html.index("<body>") :]
    assert html.count("<svg") == 5
    assert "var(--bad)" in body
    assert not re.findall(r"(?:fill|stroke): #0000[01]", body)


def test_the_same_runs_give_the_same_file() -> None:
    assert report([BEFORE, AFTER]) == report([BEFORE, AFTER])


def test_without_matplotlib_there_are_tables_and_the_report_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    html = report([BEFORE, AFTER])
    assert "<svg" not in html
    assert "after is worse than before" in html
    assert "pip install diptych[eval]" in html


def test_a_single_document_has_no_interval() -> None:
    alone = scores("alone", [0.0, 1.0], each=2)
    assert "[–, –]" in Page(report([alone, replace(alone, label="again")])).text


def test_runs_that_cannot_be_compared_are_refused() -> None:
    unfinished = replace(AFTER, run=replace(AFTER.run, ended=None))
    with pytest.raises(Conflict):
        report([BEFORE, unfinished])
    with pytest.raises(InvalidInput):
        report([BEFORE, AFTER], "bleu")


def test_nothing_asked_yet_is_still_a_report() -> None:
    text = Page(report([replace(BEFORE, results=(), run=replace(BEFORE.run, done=0))])).text
    assert "0 of 90 questions were asked" in text
