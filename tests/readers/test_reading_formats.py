"""Every format gives the text that a person would see, and says where it stands."""

import datetime as dt
import io
import json
from email.message import EmailMessage
from typing import cast

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from contracts.nouns import Reading
from readers.formats import RECORD
from tests.readers.conftest import ReadBytes
from tests.readers.making import paragraph, pdf, pdf_of_glyphs, pdf_with_text_outside, word

RUSSIAN = "Съешь ещё этих мягких французских булок, да выпей чаю. " * 3
FRENCH = "Dès Noël où un zéphyr haï me vêt de glaçons würmiens, je dîne à 5 €. " * 3


def only_text(reading: Reading) -> str:
    assert len(reading.parts) == 1
    return reading.parts[0].text


def assert_headings_stand_where_they_say(reading: Reading) -> None:
    for part in reading.parts:
        for heading in part.headings:
            assert part.text.startswith(heading.text, heading.start)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "cp1252"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (FRENCH, "utf-32"),
        (FRENCH, "utf-32-le"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
    ],
)
async def test_text_in_any_encoding_is_exact(read: ReadBytes, text: str, encoding: str) -> None:
    reading = await read(text.encode(encoding), "lettre.txt")
    assert only_text(reading) == text
    assert reading.media_type == "text/plain"


async def test_text_is_made_storable(read: ReadBytes) -> None:
    data = "un\r\ndeux\rtrois\fquatre\x00\x07\x1b[0m \U0001f600\ufffe".encode()
    assert only_text(await read(data)) == "un\ndeux\ntrois\nquatre[0m \U0001f600\ufffe"


async def test_markdown_is_as_it_stands_with_its_headings(read: ReadBytes) -> None:
    text = (
        "---\ntitle: 'Règlement'\n---\n# Un #\n\n```sh\n# not a heading\n```\n\n"
        "Deux\n----\n\n* point\n---\n\n   ### Trois `x`\n#pas\n"
    )
    reading = await read(text.encode(), "notes.md")
    assert only_text(reading) == text
    assert reading.title == "Règlement"
    assert [(h.level, h.text) for h in reading.parts[0].headings] == [
        (1, "Un"),
        (2, "Deux"),
        (3, "Trois `x`"),
    ]
    assert_headings_stand_where_they_say(reading)


async def test_pdf_pages_are_parts_with_their_numbers(read: ReadBytes) -> None:
    reading = await read(
        pdf("Premier chapitre\nLe texte.", None, "Second chapitre\nLa suite.", title="Rapport"),
        "wrong-extension.txt",
    )
    assert reading.media_type == "application/pdf"
    assert [(p.page, p.ordinal) for p in reading.parts] == [(1, 0), (3, 1)]
    assert reading.parts[0].text.split("\n")[:2] == ["Premier chapitre", "Le texte."]
    assert reading.title == "Rapport"
    assert reading.metadata["pages"] == 3
    assert reading.metadata["pages_without_text"] == [2]
    assert [h.text for p in reading.parts for h in p.headings] == [
        "Premier chapitre",
        "Second chapitre",
    ]
    assert_headings_stand_where_they_say(reading)


@pytest.mark.parametrize(
    ("code", "character"),
    [("D835DC00", "\U0001d400"), ("0000", " "), ("FFFE", "-"), ("00660069", "fi")],
)
async def test_no_character_of_a_pdf_is_lost_or_moved(
    read: ReadBytes, code: str, character: str
) -> None:
    text = only_text(await read(pdf_of_glyphs("BABCB", {"A": code, "C": "00430043"})))
    assert text.strip() == f"B{character}BCCB"


async def test_the_hyphen_at_a_line_end_of_a_pdf_stays(read: ReadBytes) -> None:
    assert only_text(await read(pdf("The infor-\nmation goes on"))).strip() == (
        "The infor-mation goes on"
    )


async def test_pdf_text_off_the_visible_page_is_left_out(read: ReadBytes) -> None:
    assert only_text(await read(pdf_with_text_outside())).strip() == "visible half"


async def test_word_document_in_reading_order(read: ReadBytes) -> None:
    table = (
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Poste</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>Prix</w:t></w:r></w:p><w:p><w:r><w:t>HT</w:t></w:r></w:p></w:tc></w:tr>"
        "<w:tr><w:tc><w:p><w:r><w:t>Vis</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>3,50</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    box = "<w:txbxContent>" + paragraph("Encadré") + "</w:txbxContent>"
    anchored = (
        "<w:p><w:r><w:t>Avant</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t> après</w:t></w:r></w:p>"
    )
    changed = (
        "<w:p><w:ins><w:r><w:t>nouveau</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>ancien</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>déplacé</w:t></w:r></w:moveFrom>"
        "<w:r><w:instrText>PAGE</w:instrText><w:tab/><w:t>l&apos;an R&amp;D</w:t></w:r></w:p>"
    )
    reading = await read(
        word(
            paragraph("Contrat", "Titre1") + paragraph("Objet", "Mon") + table + anchored + changed,
            header1=paragraph("Société X"),
            header2=paragraph("Société X"),
            footer1=paragraph("Page"),
            footnotes=paragraph("Une note."),
        )
    )
    body, beside, notes = reading.parts
    assert body.text == (
        "Contrat\nObjet\nPoste\tPrix HT\nVis\t3,50\nAvant après\nEncadré\nnouveau\tl'an R&D\n"
    )
    assert [(h.level, h.text) for h in body.headings] == [(1, "Contrat"), (2, "Objet")]
    assert (beside.text, notes.text) == ("Page\nSociété X\n", "Une note.\n")
    assert reading.title == "Contrat"
    assert body.page is None
    assert_headings_stand_where_they_say(reading)


async def test_workbook_sheets_are_parts_with_values_as_people_see_them(read: ReadBytes) -> None:
    workbook = Workbook()
    sheet = cast("Worksheet", workbook.active)
    sheet.title = "Tarif 2026"
    sheet.append(["Désignation", "Prix", "Remise", "Depuis", "Actif"])
    sheet.append(["Vis\nacier", 3.5, 0.125, dt.date(2026, 1, 31), True])
    sheet.append(["Écrou", 1200, None, dt.datetime(2026, 2, 1, 8, 30, tzinfo=None), 0.1 + 0.2])  # noqa: DTZ001 - a workbook has no zones
    sheet["C2"].number_format = "0.0%"
    workbook.create_sheet("Feuil2").append(["x"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    reading = await read(buffer.getvalue(), "tarif.csv")
    assert [p.label for p in reading.parts] == ["Tarif 2026", "Feuil2"]
    assert reading.parts[0].text == (
        "Désignation\tPrix\tRemise\tDepuis\tActif\n"
        "Vis acier\t3.5\t12.5%\t2026-01-31\tTRUE\n"
        "Écrou\t1200\t\t2026-02-01 08:30:00\t0.3\n"
    )
    assert [h.text for p in reading.parts for h in p.headings] == ["Tarif 2026"]


async def test_html_gives_visible_text_headings_and_rows(read: ReadBytes) -> None:
    source = """<!doctype html><html><head><title>Guide &amp; aide</title><style>p {}</style></head>
    <body><h1>Congés</h1><p>Un  <b>para</b>graphe<br>coupé.</p><script>x()</script>
    <div style="display:none">caché</div><ul><li>un</li><li>deux</li></ul>
    <table><tr><th>Ville</th><th>Prix</th></tr><tr><td>Lyon</td><td><p>3</p><p>€</p></td></tr></table>
    <table><tr><td><h2>Mise en page</h2><p>Texte</p></td><td>Côté</td></tr></table>
    <pre>a  b
 c</pre></body></html>"""
    reading = await read(source.encode("cp1252"), "page")
    assert reading.media_type == "text/html"
    assert reading.title == "Guide & aide"
    assert only_text(reading) == (
        "Congés\n\nUn paragraphe\ncoupé.\n\nun\ndeux\n\nVille\tPrix\nLyon\t3 €\n\n"
        "Mise en page\n\nTexte\n\nCôté\n\na  b\n c\n\n"
    )
    assert [(h.level, h.text) for h in reading.parts[0].headings] == [
        (1, "Congés"),
        (2, "Mise en page"),
    ]
    assert_headings_stand_where_they_say(reading)


async def test_html_says_its_encoding(read: ReadBytes) -> None:
    source = "<html><head><meta charset='iso-8859-7'></head><p>Αθήνα"
    assert only_text(await read(source.encode("iso-8859-7"))).strip() == "Αθήνα"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_csv_rows_are_lines(read: ReadBytes, delimiter: str) -> None:
    rows = [
        ["nom", "prix", "note"],
        ["vis", '"3,5;|"', '"deux\nlignes ""cité"""'],
        ["clou", "2", ""],
    ]
    data = "\r\n".join(delimiter.join(row) for row in rows).encode("utf-16")
    reading = await read(data, "tarif.csv")
    assert only_text(reading) == 'nom\tprix\tnote\nvis\t3,5;|\tdeux lignes "cité"\nclou\t2'


async def test_csv_with_an_open_quotation_mark_keeps_its_rows(read: ReadBytes) -> None:
    data = 'a,b\n"x,1\n' + "y,2\n" * 300
    text = only_text(await read(data.encode(), "x.csv"))
    assert text.count("\n") >= 300


async def test_mail_gives_fields_and_body(read: ReadBytes) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "Zoé <zoe@example.org>", "ivan@example.org"
    message["Subject"] = "Счёт за октябрь"
    message.set_content("Bonjour,\nvoici la facture.\n", charset="iso-8859-1")
    message.add_alternative("<p>Bonjour</p>", subtype="html")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="facture.pdf")
    reading = await read(message.as_bytes(), "courrier")
    assert reading.media_type == "message/rfc822"
    assert reading.title == "Счёт за октябрь"
    headers, body = reading.parts
    assert headers.text.startswith("From: Zoé <zoe@example.org>\nTo: ivan@example.org\nSubject: Сч")
    assert body.text.strip() == "Bonjour,\nvoici la facture."
    assert reading.metadata["members"] == 1


async def test_mail_in_html_only_is_read_as_text(read: ReadBytes) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "x"
    message.set_content("<h1>Offre</h1><p>Prix&nbsp;: 3 €</p>", subtype="html")
    reading = await read(message.as_bytes())
    assert reading.parts[1].text.strip() == "Offre\n\nPrix\u00a0: 3 €"


async def test_json_and_xml_stay_as_they_are(read: ReadBytes) -> None:
    assert only_text(await read(b'{"a": "\\u00e9"}', "x.json")) == '{"a": "\\u00e9"}'
    xml = '<?xml version="1.0" encoding="windows-1251"?><a>да</a>'
    reading = await read(xml.encode("cp1251"), "x.xml")
    assert only_text(reading) == xml
    assert reading.media_type == "application/xml"


async def test_a_record_of_a_corpus(read: ReadBytes) -> None:
    record = {
        "_id": 7,
        "title": "Titre",
        "text": "Texte 😀\r\n",
        "metadata": {"an": 2026},
        "url": "u",
    }
    data = json.dumps(record).encode()
    reading = await read(data, "corpus.jsonl", RECORD)
    assert reading.external_id == "7"
    assert reading.title == "Titre"
    assert only_text(reading) == "Texte 😀\n"
    assert reading.metadata == {"an": 2026, "url": "u"}
    assert reading.media_type == RECORD


async def test_a_record_of_a_title_alone(read: ReadBytes) -> None:
    reading = await read(b'{"_id": "a", "title": "Tout est ici", "text": ""}', "c", RECORD)
    assert only_text(reading) == "Tout est ici"


async def test_what_metadata_holds_can_be_stored(read: ReadBytes) -> None:
    data = (
        b'{"_id": "a\\u0000\\ud800", "text": "t", "metadata": {"k\\u0000": ["\\udc00", null, 1.5]}}'
    )
    reading = await read(data, "c", RECORD)
    assert reading.external_id == "a\ufffd"
    assert reading.metadata == {"k": ["\ufffd", None, 1.5]}


async def test_the_name_never_decides_what_the_content_tells(read: ReadBytes) -> None:
    assert (await read(b"<!DOCTYPE html><p>x", "x.csv")).media_type == "text/html"
    assert (await read(pdf("x"), "../../etc/x.html")).media_type == "application/pdf"
    assert (await read(b"just words", "x.pdf")).media_type == "text/plain"
    assert (await read(b"just words", "../../../etc/passwd")).media_type == "text/plain"
