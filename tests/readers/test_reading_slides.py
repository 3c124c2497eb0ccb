"""Presentations of every kind: slides are pages, titles headings, tables rows, notes apart."""

import pytest

from contracts.nouns import Reading
from tests.readers.conftest import ReadBytes
from tests.readers.making import open_document, shape, slides
from tests.readers.making_ole import ppt


def outline(reading: Reading) -> list[tuple[str, int | None, str]]:
    for part in reading.parts:
        for heading in part.headings:
            assert part.text.startswith(heading.text, heading.start)
    return [(part.label, part.page, part.text) for part in reading.parts]


def headings(reading: Reading) -> list[tuple[int, str]]:
    return [(h.level, h.text) for part in reading.parts for h in part.headings]


TABLE = (
    "<p:graphicFrame><a:graphic><a:graphicData><a:tbl>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>Ville</a:t></a:r></a:p></a:txBody></a:tc>"
    "<a:tc><a:txBody><a:p><a:r><a:t>Prix</a:t></a:r></a:p><a:p><a:r><a:t>HT</a:t></a:r></a:p>"
    "</a:txBody></a:tc></a:tr>"
    "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>Lyon</a:t></a:r></a:p></a:txBody></a:tc>"
    "<a:tc><a:txBody><a:p><a:r><a:t>3 €</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
    "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
)


async def test_slides_stand_in_the_order_in_which_they_are_shown(read: ReadBytes) -> None:
    grouped = f"<p:grpSp><p:grpSp>{shape('au fond')}</p:grpSp></p:grpSp>"
    reading = await read(
        slides(
            shape("Bilan", kind="title") + TABLE,
            shape("l&apos;an R&amp;D", kind="ctrTitle") + grouped + shape("7", kind="sldNum"),
            notes1=shape("À dire", kind="body") + shape("7", kind="sldNum"),
            comments1="<p:cm><p:text>À revoir</p:text></p:cm>",
        ),
        "wrong.docx",
    )
    assert reading.media_type.endswith("presentationml.presentation")
    assert outline(reading) == [
        ("Slide 1", 1, "l'an R&D\nau fond\n"),
        ("Slide 2", 2, "Bilan\nVille\tPrix HT\nLyon\t3 €\n"),
        ("Notes on slide 2", 2, "À dire\n"),
        ("Comments on slide 2", 2, "À revoir\n"),
    ]
    assert headings(reading) == [(1, "l'an R&D"), (1, "Bilan")]
    assert reading.title == "l'an R&D"
    assert reading.metadata["pages"] == 2


async def test_text_of_diagrams_and_of_one_of_two_renderings_is_read(read: ReadBytes) -> None:
    both = (
        f"<mc:AlternateContent><mc:Choice>{shape('formule')}</mc:Choice>"
        f"<mc:Fallback>{shape('image de la formule')}</mc:Fallback></mc:AlternateContent>"
    )
    diagram = '<p:graphicFrame><x:relIds xmlns:x="d" r:dm="data"/></p:graphicFrame>'
    reading = await read(slides(both + diagram, data1=shape("étape 1", "étape 2")))
    assert outline(reading) == [("Slide 1", 1, "formule\nétape 1\nétape 2\n")]


async def test_a_slide_that_is_missing_is_named_and_the_others_are_read(read: ReadBytes) -> None:
    whole = slides(shape("un"), shape("deux"))
    reading = await read(whole.replace(b"ppt/slides/slide2.xml", b"ppt/slides/slide9.xml"))
    assert outline(reading) == [("Slide 2", 2, "un\n")]
    assert reading.metadata["pages_damaged"] == [1]


async def test_old_presentation(read: ReadBytes) -> None:
    reading = await read(
        ppt(
            [[(0, "Итоги года"), (1, "un\rdeux\x0bsuite")], [(6, "Merci 😀"), (4, "fin")]],
            notes="À dire",
        ),
        "wrong.pdf",
    )
    assert reading.media_type == "application/vnd.ms-powerpoint"
    assert outline(reading) == [
        ("Slide 1", 1, "Итоги года\nun\ndeux\nsuite\n"),
        ("Notes on slide 1", 1, "À dire\n"),
        ("Slide 2", 2, "Merci 😀\nfin\n"),
    ]
    assert headings(reading) == [(1, "Итоги года"), (1, "Merci 😀")]


@pytest.mark.parametrize("kind", ["presentation", "presentation-template"])
async def test_open_presentation(read: ReadBytes, kind: str) -> None:
    body = (
        '<office:presentation><draw:page><draw:frame presentation:class="title">'
        "<draw:text-box><text:p>Bilan</text:p></draw:text-box></draw:frame>"
        "<draw:frame><draw:text-box><text:list><text:list-item><text:p>un</text:p>"
        "</text:list-item></text:list></draw:text-box></draw:frame>"
        "<draw:frame><table:table><table:table-row><table:table-cell><text:p>a</text:p>"
        "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
        "</table:table-row></table:table></draw:frame>"
        "<presentation:notes><draw:frame><draw:text-box><text:p>À dire</text:p>"
        "</draw:text-box></draw:frame></presentation:notes></draw:page>"
        "<draw:page><draw:frame><draw:text-box><text:p>fin</text:p></draw:text-box>"
        "</draw:frame></draw:page></office:presentation>"
    )
    reading = await read(open_document(kind, body))
    assert outline(reading) == [
        ("Slide 1", 1, "Bilan\nun\na\tb\n"),
        ("Notes on slide 1", 1, "À dire\n"),
        ("Slide 2", 2, "fin\n"),
    ]
    assert headings(reading) == [(1, "Bilan")]
