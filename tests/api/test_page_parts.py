import dataclasses
import string
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.files import disposition, original
from api.pages.answer import with_marks
from api.pages.passage import AROUND, marked
from api.pages.rows import row, size_text
from api.pages.texts import LANGUAGES, choose, texts
from api.problems import STATUS
from api.reference import reference_page
from contracts.errors import CatalogUnavailable, Conflict, Unreadable
from contracts.handling import RETRIABLE
from contracts.likeness import Likeness
from contracts.nouns import LANGUAGES as NATURAL
from contracts.nouns import PanelName, ReadMode, Span
from contracts.people import Role
from contracts.personal import MaskScope, PersonalKind, PersonalLevel
from contracts.policy import PanelStanding, Stage
from contracts.quality import QualityState
from contracts.record import FINAL, DocumentRecord, PanelState, Reached, VersionState, Wanted
from contracts.review import ReviewSource
from ingestion.quality.limits import LIMITS
from tests.api.stand import Stand

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RECORD = DocumentRecord(
    id=uuid4(),
    workspace="default",
    source="s",
    filename="report.pdf",
    title="Report",
    external_id=None,
    media_type="application/pdf",
    metadata={},
    sha256="",
    size=2048,
    version=2,
    state=VersionState.PROCESSING,
    live=None,
    reason=None,
    detail=None,
    stage="embed",
    done=3,
    total=12,
    created=NOW,
    updated=NOW,
    panels=(
        PanelState(PanelName.GRAPH, Wanted.LIVE, Reached.NOTHING, None, 2, "It is down."),
        PanelState(PanelName.VECTOR, Wanted.LIVE, Reached.LIVE, 7, 0, None),
    ),
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_fields(language: str) -> None:
    english, other = texts("en").words, texts(language).words
    assert set(other) == set(english)
    assert {key: fields(text) for key, text in other.items()} == {
        key: fields(text) for key, text in english.items()
    }


def test_every_state_reason_role_and_panel_has_words() -> None:
    wanted = (
        {f"state.{state}" for state in VersionState}
        | {f"reason.{reason}" for reason in Unreadable}
        | {f"remedy.{reason}" for reason in Unreadable}
        | {f"reach.{reached}" for reached in Reached}
        | {f"role.{role}" for role in Role}
        | {f"panel.{name}" for name in (*PanelName, ReadMode.FUSED)}
        | {f"way.{stage}" for stage in Stage}
        | {f"status.{one}" for one in PanelStanding if one is not PanelStanding.SERVING}
        | {f"quality.{all_}{state}" for state in QualityState for all_ in ("", "all_")}
        | {f"figure.{limit.figure}" for limit in LIMITS}
        | {f"figure.language_{language}" for language in NATURAL}
        | {f"personal.{one}" for one in (*PersonalKind, *PersonalLevel)}
        | {f"personal.mask_{scope}{more}" for scope in MaskScope for more in ("", "_hint")}
        | {f"review.{one}" for one in (*ReviewSource, *list(Likeness)[:3])}
    )
    assert wanted <= set(texts("en").words)


def test_every_failure_is_said_in_the_language_of_the_page() -> None:
    assert {f"problem.{kind.code}" for kind in STATUS} <= set(texts("en").words)
    down = CatalogUnavailable("connection refused", "Start PostgreSQL.")
    refused = Conflict("The switch is refused: 12 questions were compared.", "Wait.")
    assert texts("fr").problem(down).startswith("Le registre des documents ne répond pas.")
    assert "connection" not in texts("ru").problem(down)
    assert texts("en").problem(refused) == str(refused)
    assert texts("fr").problem(refused) == f"Impossible pour l’instant : {refused}"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "de-DE, ru;q=0.5", "ru"),
        (None, "", "en"),
        ("ru", "fr", "ru"),
        ("../../etc", "fr", "fr"),
    ],
)
def test_the_language_is_the_choice_else_the_browsers(
    chosen: object, accepted: str, language: str
) -> None:
    assert choose(chosen, accepted) == language


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_a_marked_text_holds_no_markup_of_its_own(text: str, start: int, size: int) -> None:
    html, cut = marked(text, Span(start, start + size))
    inner = html.replace("<mark>", "", 1).replace("</mark>", "", 1)
    assert "<" not in inner
    assert not cut


def test_only_the_surroundings_of_a_long_text_travel() -> None:
    text = "a" * 100_000 + "QUOTE" + "b" * 100_000
    html, cut = marked(text, Span(100_000, 100_005))
    assert "<mark>QUOTE</mark>" in html
    assert len(html) < 2 * AROUND + 100
    assert cut


def test_only_known_citations_become_buttons() -> None:
    html = with_marks("Three <b>months</b> [1], see [2].", {1})
    assert 'data-n="1">1</button>' in html
    assert "see [2]." in html
    assert "&lt;b&gt;" in html


def test_a_row_tells_progress_and_each_panel() -> None:
    shown = row(RECORD, texts("en"))
    assert (shown["stage"], shown["share"], shown["chunks"]) == ("Embedding", 25, 7)
    assert shown["detail"] == "PDF · 2 KB · report.pdf"
    panels = shown["panels"]
    assert isinstance(panels, list)
    assert [panel["tone"] for panel in panels] == ["vector", "bad"]
    assert panels[1]["tip"] == "not there yet. It is down. (2 attempts)"


def test_a_quarantined_row_tells_why_and_what_to_do_also_while_an_elder_is_live() -> None:
    record = dataclasses.replace(RECORD, state=VersionState.QUARANTINED, reason="encrypted", live=1)
    shown = row(record, texts("en"))
    assert shown["why"] == "The file is protected by a password."
    assert str(shown["remedy"]).endswith("(the earlier version stays readable)")


def test_an_unknown_reason_still_shows_its_detail() -> None:
    record = dataclasses.replace(
        RECORD, state=VersionState.QUARANTINED, reason="new", detail="Something else."
    )
    assert row(record, texts("fr"))["why"] == "Something else."


@pytest.mark.parametrize(
    ("size", "language", "shown"),
    [
        (0, "en", "0 B"),
        (2048, "fr", "2 Ko"),
        (1024**2 * 5 // 2, "ru", "2,5 МБ"),
        (3 * 1024**4, "en", "3,072 GB"),
    ],
)
def test_sizes_are_short(size: int, language: str, shown: str) -> None:
    assert size_text(size, texts(language)) == shown


@given(st.text())
def test_a_disposition_is_one_safe_header(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert not set('"\\/') & set(header.removeprefix("attachment; "))


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [("application/pdf", "inline"), ("text/html", "attachment"), ("image/svg+xml", "attachment")],
)
async def test_only_harmless_types_are_shown_in_place(
    stand: Stand, media_type: str, kind: str
) -> None:
    document = await stand.pour("a.bin", "content")
    version = stand.catalog.tables.documents[document].versions[1]
    assert version.kept is not None
    card = dataclasses.replace(version.kept.card, media_type=media_type)
    version.kept = dataclasses.replace(version.kept, card=card)
    answer = await original(stand.service, "default", document, may_show=True)
    assert answer.headers["content-disposition"].startswith(f"{kind}; ")
    expected = media_type if kind == "inline" else "application/octet-stream"
    assert answer.headers["content-type"] == expected


def test_the_reference_escapes_what_it_shows() -> None:
    spec = {
        "info": {"title": "<b>", "version": "1", "description": "<i>"},
        "paths": {"/x": {"get": {"tags": ["<u>"], "description": "<s>", "parameters": []}}},
    }
    page = reference_page(spec)
    for tag in ("<b>", "<i>", "<u>", "<s>"):
        assert tag not in page


@pytest.mark.parametrize(
    ("left_s", "shown"),
    [(None, "512 / 1,024"), (61.0, "512 / 1,024 · about 2 min left")],
)
def test_time_left_is_shown_only_where_it_is_known(left_s: float | None, shown: str) -> None:
    record = dataclasses.replace(
        RECORD, state=VersionState.PROCESSING, stage="embed", done=512, total=1024, left_s=left_s
    )
    assert row(record, texts("en"))["left"] == shown
    assert row(dataclasses.replace(record, state=VersionState.LIVE), texts("en"))["left"] == ""


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_state_has_its_words_and_what_can_be_ordered(language: str) -> None:
    for state in VersionState:
        shown = row(dataclasses.replace(RECORD, state=state), texts(language))
        assert shown["state"]
        assert shown["stoppable"] is (state not in FINAL)
        assert shown["retriable"] is (state in RETRIABLE)
