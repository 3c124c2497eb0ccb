"""E-books: chapters in reading order."""

from contracts.errors import Unreadable
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.making import book

CHAPTER = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'


async def test_chapters_stand_in_reading_order(read: ReadBytes) -> None:
    second = (
        f'{CHAPTER}<script src="x"/></head><body><a id="a"/><p>l&#39;an&nbsp;R&amp;D</p>'
        "<h2>Suite</h2><table><tr><td>a</td><td>b</td></tr></table></body></html>"
    )
    first = f"{CHAPTER}</head><body><h1>Début</h1><p>Съешь ещё</p></body></html>"
    metadata = "<dc:title>Le livre</dc:title><dc:creator>Zoé</dc:creator>"
    reading = await read(book(second, first, metadata=metadata), "wrong.zip")
    assert reading.media_type == "application/epub+zip"
    assert [(part.label, part.text.strip()) for part in reading.parts] == [
        ("Début", "Début\n\nСъешь ещё"),
        ("Chapter 2", "l'an\xa0R&D\n\nSuite\n\na\tb"),
    ]
    for part in reading.parts:
        for heading in part.headings:
            assert part.text.startswith(heading.text, heading.start)
    assert [h.text for part in reading.parts for h in part.headings] == ["Début", "Suite"]
    assert (reading.title, reading.metadata["author"]) == ("Le livre", "Zoé")


async def test_a_locked_book_says_so_and_scrambled_fonts_do_not_lock_it(
    read: ReadBytes, refusal: RefuseBytes
) -> None:
    def locked(method: str) -> bytes:
        content = f'<encryption><EncryptionMethod Algorithm="{method}"/></encryption>'
        return book("<p>texte</p>", **{"META-INF/encryption.xml": content})

    error = await refusal(locked("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    assert error.reason is Unreadable.ENCRYPTED
    reading = await read(locked("http://www.idpf.org/2008/embedding"))
    assert reading.parts[0].text.strip() == "texte"
