"""Texts and workbooks of OpenDocument, RTF and old Office: exact text, headings, rows, notes."""

from contracts.nouns import Reading
from tests.readers.conftest import ReadBytes
from tests.readers.making import open_document
from tests.readers.making_ole import doc, xls


def parts(reading: Reading) -> dict[str, str]:
    return {part.label: part.text for part in reading.parts}


def headings(reading: Reading) -> list[tuple[int, str]]:
    for part in reading.parts:
        for heading in part.headings:
            # A sheet's name is its heading and does not stand in its text.
            start = part.label if heading.text == part.label else part.text[heading.start :]
            assert start.startswith(heading.text)
    return [(h.level, h.text) for part in reading.parts for h in part.headings]


async def test_open_text_in_reading_order(read: ReadBytes) -> None:
    body = (
        "<office:text><text:tracked-changes><text:p>ancien</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Objet  du\n contrat</text:h>'
        "<text:p>l&apos;an<text:s text:c='3'/>R&amp;D<text:tab/><text:span>é</text:span>"
        "<text:line-break/>suite<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>Une note.</text:p></text:note-body></text:note>."
        "<office:annotation><dc:creator>Zoé</dc:creator><text:p>À voir</text:p>"
        "</office:annotation></text:p>"
        "<text:p>Avant<draw:frame><draw:text-box><text:p>Encadré</text:p></draw:text-box>"
        "</draw:frame> après</text:p>"
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Poste</text:p></table:table-cell>"
        "<table:table-cell><text:p>Prix</text:p><text:p>HT</text:p></table:table-cell>"
        "</table:table-row></table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Vis</text:p></table:table-cell>"
        "<table:table-cell><text:p>3,50</text:p></table:table-cell></table:table-row>"
        "</table:table></office:text>"
    )
    margins = (
        "<office:master-styles><style:master-page><style:header><text:p>Société X</text:p>"
        "</style:header><style:footer><text:p><text:page-number>1</text:page-number></text:p>"
        "</style:footer></style:master-page><style:master-page><style:header>"
        "<text:p>Société X</text:p></style:header></style:master-page></office:master-styles>"
    )
    meta = "<office:meta><dc:title>Contrat</dc:title><dc:creator>Zoé</dc:creator></office:meta>"
    reading = await read(open_document("text", body, styles=margins, meta=meta), "x.doc")
    assert parts(reading) == {
        "Document": (
            "Objet du contrat\nl'an   R&D\té\nsuite.\nAvant après\nEncadré\n"
            "Poste\tPrix HT\nVis\t3,50\n"
        ),
        "Notes": "Une note.\n",
        "Comments": "À voir\n",
        "Headers and footers": "Société X\n",
    }
    assert headings(reading) == [(2, "Objet du contrat")]
    assert (reading.title, reading.metadata["author"]) == ("Contrat", "Zoé")


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


async def test_open_workbook_gives_values_and_not_their_roundings(read: ReadBytes) -> None:
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    rows = [
        cell("Mois") + cell("Prix") + cell("Part") + cell("Jour") + cell("Actif") + empty,
        cell("mars", 'table:number-columns-repeated="2"')
        + cell("3,5 €", 'office:value-type="currency" office:value="3.456"')
        + cell("12 %", 'office:value-type="percentage" office:value="0.125"')
        + cell("31/01", 'office:value-type="date" office:date-value="2026-01-31T00:00:00"')
        + cell("VRAI", 'office:value-type="boolean" office:boolean-value="true"'),
        empty,
        cell("fin"),
    ]
    lines = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    tail = f'<table:table-row table:number-rows-repeated="1048000">{empty}</table:table-row>'
    body = (
        f'<office:spreadsheet><table:table table:name="Tarif 2026">{lines}{tail}</table:table>'
        f'<table:table table:name="Feuille1"><table:table-row>{cell("x")}</table:table-row>'
        "</table:table></office:spreadsheet>"
    )
    reading = await read(open_document("spreadsheet", body), "tarif.csv")
    assert parts(reading) == {
        "Tarif 2026": (
            "Mois\tPrix\tPart\tJour\tActif\nmars\tmars\t3.456\t12.5%\t2026-01-31\tTRUE\n\nfin\n\n"
        ),
        "Feuille1": "x\n",
    }
    assert headings(reading) == [(1, "Tarif 2026")]


async def test_old_workbook(read: ReadBytes) -> None:
    reading = await read(
        xls({"Tarif": [["Nom", "Prix"], ["Вис", 3.5]], "Feuil2": [[1.0]]}), "x.txt"
    )
    assert reading.media_type == "application/vnd.ms-excel"
    assert parts(reading) == {"Tarif": "Nom\tPrix\nВис\t3.5\n", "Feuil2": "1\n"}
    assert headings(reading) == [(1, "Tarif")]


PLAIN, IN_TABLE = b"\x00\x00", b"\x00\x00\x16\x24\x01"
ROW_END = IN_TABLE + b"\x17\x24\x01"


async def test_old_word_document(read: ReadBytes) -> None:
    reading = await read(
        doc(
            [
                ("Договор 😀\r", b"\x01\x00"),
                ("Annexe\r", b"\x00\x00\x40\x26\x01"),
                ("voir \x13HYPERLINK http://x\x14le site\x15\x0bici\r", PLAIN),
                ("Poste\x07", IN_TABLE),
                ("Prix\rHT\x07", IN_TABLE),
                ("\x07", ROW_END),
                ("Vis\x07", IN_TABLE),
                ("3,50\x07", IN_TABLE),
                ("\x07", ROW_END),
                ("non\x1ecoupé ici\x1f.\r", PLAIN),
            ],
            notes="Une note.\r",
            headers="Société X\rSociété X\r",
            comments="À voir\r",
            boxes="Encadré\r",
        ),
        "x.pdf",
    )
    assert reading.media_type == "application/msword"
    assert parts(reading) == {
        "Document": (
            "Договор 😀\nAnnexe\nvoir le site\nici\nPoste\tPrix HT\nVis\t3,50\nnon-coupé ici.\n"
        ),
        "Notes": "Une note.\n",
        "Headers and footers": "Société X\n",
        "Comments": "À voir\n",
        "Text boxes": "Encadré\n",
    }
    assert headings(reading) == [(1, "Договор 😀"), (2, "Annexe")]
    assert reading.title == "Договор 😀"


async def test_rtf_in_every_code_page(read: ReadBytes) -> None:
    source = rb"""{\rtf1\ansi\ansicpg1252\deff0
{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset0 Times;}{\f2\fcharset128 Mincho;}}
{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\*\cs9 heading 2 Char;}{\s7 Titre 2;}}
{\info{\title L'\'e9t\'e9}{\author Zo\'e9}{\company X}}
{\header\pard Soci\'e9t\'e9 X\par}{\footer\pard Soci\'e9t\'e9 X\par}
\pard\s1\f0 \'cf\'f0\'e8\'e2\'e5\'f2 \u1071?\par
\pard\s7\f1 Objet\par
\pard\plain\f1 l\rquote an \{R&D\} {\v cach\'e9}{\deleted ancien}\u-10179?\u-8704? \'80
 {\f2\'93\'fa}
{\footnote\pard Une note.\par}{\*\unknown secret}{\pict 4142}{\*\shppict{\pict\bin3 }}\}}, fin\par
{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt le site}}\line ici\par
\trowd\cellx1\cellx2\pard\intbl Poste\cell Prix\par HT\cell\row
\pard\intbl a|b\cell\cell\row\trowd\pard\intbl seul\cell\row\pard Ligne\'a0finale}"""
    reading = await read(source, "x.doc")
    assert reading.media_type == "application/rtf"
    assert parts(reading) == {
        "Document": (
            "Привет Я\nObjet\nl’an {R&D} 😀 € 日, fin\nle site\nici\n"
            "Poste\tPrix HT\na|b\nseul\nLigne\xa0finale\n"
        ),
        "Headers and footers": "Société X\n",
        "Notes": "Une note.\n",
    }
    assert headings(reading) == [(1, "Привет Я"), (2, "Objet")]
    assert (reading.title, reading.metadata["author"]) == ("L'été", "Zoé")
