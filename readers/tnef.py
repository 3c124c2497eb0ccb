"""Reads what Outlook sends beside a mail in a form of its own (winmail.dat, TNEF).

The text of the mail is there once more, often only there; what was attached is handed over.
"""

import struct

from readers import html, mail, outlook_text
from readers.attachments import SIGNATURES, plain_subject
from readers.decoding import decode
from readers.draft import Draft, PartDraft, has_visible_text
from readers.tnef_records import Item, items

_FROM, _SUBJECT, _SENT, _OLD_BODY = 0x8000, 0x8004, 0x8005, 0x800C
_TITLE, _DATA = 0x8010, 0x800F
_BODY, _PACKED_BODY, _RICH_BODY, _RICH_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_OWN_SUBJECT, _TO, _CC = 0x0037, 0x0E04, 0x0E03
_SENDER, _ADDRESS = 0x0C1A, 0x0C1F
_NAMES = (0x3707, 0x3704, 0x3001)
_CONTENT, _METHOD, _KIND = 0x3701, 0x3705, 0x370E
_EMBEDDED, _INTERFACE = (5, 6), 16
"""Messages and objects, whose bytes stand behind the number of an interface."""
_TNEF = b"\x78\x9f\x3e\x22"


def read(data: bytes, draft: Draft) -> None:
    """Give the header fields, the body, and the names of what is attached."""
    message, *attached = items(data)
    if {item.text(_KIND) for item in attached} & mail.SEALED:
        mail.refuse_sealed()
    mail.write_fields(_fields(message), draft)
    _write_body(message, draft.part("Body"))
    for number, item in enumerate(attached, start=1):
        _enclose(item, f"attachment {number}", draft)
    # Often all that there is to see: the text came with the mail.
    draft.part("Attachments").add("\n".join(draft.members))


def _fields(message: Item) -> dict[str, str]:
    name, address = message.text(_SENDER), message.text(_ADDRESS)
    return {
        "From": f"{name} <{address}>" if address else name or _old_sender(message),
        "To": message.text(_TO),
        "Cc": message.text(_CC),
        "Date": _date(message.attributes.get(_SENT, b"")),
        "Subject": message.text(_OWN_SUBJECT) or message.old_text(_SUBJECT),
    }


def _old_sender(message: Item) -> str:
    """Give the sender's name, which stands behind the lengths of it and of the address."""
    raw = message.attributes.get(_FROM, b"")
    size = int.from_bytes(raw[4:6], "little")
    return decode(raw[8 : 8 + size].partition(b"\0")[0], message.page)


def _date(raw: bytes) -> str:
    if len(raw) < struct.calcsize("<6H"):
        return ""
    return "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*struct.unpack_from("<6H", raw))


def _write_body(message: Item, part: PartDraft) -> None:
    """Write the plain text, or else the rich one."""
    plain = message.text(_BODY) or message.old_text(_OLD_BODY)
    rich, packed = message.raw(_RICH_BODY), message.raw(_PACKED_BODY)
    if has_visible_text(plain):
        part.add(plain)
    elif rich:
        html.write(decode(rich, f"cp{message.number(_RICH_PAGE)}"), part)
    elif packed:
        outlook_text.write(packed, part)


def _enclose(item: Item, unnamed: str, draft: Draft) -> None:
    names = (item.text(_NAMES[0]), item.old_text(_TITLE), *map(item.text, _NAMES[1:]))
    name = next(filter(None, names), unnamed)
    data = item.attributes.get(_DATA) or item.raw(_CONTENT)
    if item.number(_METHOD) in _EMBEDDED:
        data = (item.raw(_CONTENT) or b"")[_INTERFACE:]
        name = f"{plain_subject(name)}.tnef" if data.startswith(_TNEF) else name
    if data is None:
        draft.leave_out(name, "a link, the file itself is not in the message")
    elif item.text(_KIND) not in SIGNATURES:
        draft.enclose(name, data)
