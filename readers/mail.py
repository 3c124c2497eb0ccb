"""Reads mail (eml): the fields that people see, then the body; attachments are handed over."""

import email
import re
from collections.abc import Iterable
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NoReturn, cast
from urllib.parse import unquote

from contracts.errors import Unreadable, UnreadableDocument
from readers import html
from readers.attachments import enclose_attachments, own_parts
from readers.decoding import decode
from readers.draft import Draft, PartDraft, has_visible_text
from readers.pictures import Pictures

if TYPE_CHECKING:
    from email.policy import Policy

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_KEPT = ("From", "To", "Date")
SEALED = {
    "multipart/encrypted",
    "application/pgp-encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
}
_PARSED = 10_000
"""Characters of a header field that is parsed by its grammar, which takes the square of them."""
_KEPT_CHARACTERS = 1000
PICTURE = "Picture in the message"
"""The label of a part that was recognised in a picture."""
_SHOWN = re.compile(r"(?i)\bcid:([^\s\"'<>)]+)")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class _Policy(EmailPolicy):
    """The standard library's, but for fields that are longer than anyone needs."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """Give what a field says."""
        if len(value) <= _PARSED:
            return _parsed(name, value)
        # What describes a part is cut; what people see is decoded, whatever it is made of.
        if name.lower().startswith("content-"):
            return value[:_PARSED]
        return str(make_header(decode_header(value)))


@lru_cache(maxsize=1000)
def _parsed(name: str, value: str) -> str:
    """Parse a field once: parts are asked for their types again and again, 0.3 ms each time."""
    parsed: str = default.header_fetch_parse(name, value)
    return parsed


POLICY = cast("Policy[EmailMessage]", _Policy())
"""How messages are parsed."""


def read(data: bytes, draft: Draft) -> None:
    """Give the header fields as the first part and the body as the second."""
    message = parse(data)
    if is_sealed(message):
        refuse_sealed()
    write_fields(fields_of(message), draft)
    body = Body(message)
    pictures = Pictures(draft)
    if body:
        body.write(draft.part("Body"))
        body.show(pictures, PICTURE)
    enclose_attachments(message, body.used, draft)
    pictures.recognise()


def parse(data: bytes) -> EmailMessage:
    """Parse a message; one that was saved as UTF-16 is turned back first."""
    if data.startswith(_WIDE) or b"\0" in data[:200]:
        data = decode(data).encode("utf-8")
    return email.message_from_bytes(data, policy=POLICY)


def is_sealed(message: EmailMessage) -> bool:
    """Tell whether only its readers' keys open it."""
    return any(part.get_content_type() in SEALED for part in own_parts(message))


def refuse_sealed() -> NoReturn:
    """Say that the message is encrypted."""
    raise UnreadableDocument(
        Unreadable.ENCRYPTED,
        "The message is encrypted (S/MIME or PGP).",
        "Open it in the mail program that has the key, and save it decrypted.",
    )


def fields_of(message: EmailMessage) -> dict[str, str]:
    """Give the fields that people see, empty where a message has none."""
    return {name: field_of(message, name) for name in _FIELDS}


def lines_of(fields: dict[str, str]) -> str:
    """Print fields as they stand on top of a message."""
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def write_fields(fields: dict[str, str], draft: Draft) -> None:
    """Write the fields as a part of their own and keep them as title and metadata."""
    draft.part("Headers").add(lines_of(fields))
    draft.title = fields["Subject"] or None
    kept = {name: fields[name][:_KEPT_CHARACTERS] for name in _KEPT}
    draft.metadata |= {name.lower(): value for name, value in kept.items() if value}


def field_of(message: EmailMessage, name: str) -> str:
    """Give one field in one line, empty where a message has none, whatever is in it."""
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # noqa: BLE001 - the header parser raises anything for odd fields
        raw = next((v for k, v in message.raw_items() if k.lower() == name.lower()), "")
        return " ".join(str(raw).split())


class Body:
    """The texts of a message: the plain ones, or the HTML where that is all there is.

    What the HTML shows belongs to it, whatever the picture's own disposition is.
    """

    def __init__(self, message: EmailMessage) -> None:
        parts = list(own_parts(message))
        texts = [
            part
            for part in parts
            if part.get_content_maintype() == "text"
            and part.get_content_disposition() != "attachment"
        ]
        self._rich = [content(p) for p in texts if p.get_content_subtype() == "html"]
        plain = (content(p) for p in texts if p.get_content_subtype() != "html")
        self._plain = [text for text in plain if has_visible_text(text)]
        shown = shown_in(self._rich)
        self._pictures = [
            part
            for part in parts
            if part.get_content_maintype() == "image" and content_id(part) in shown
        ]
        self.used = texts + self._pictures

    def __bool__(self) -> bool:
        """Tell whether there is a body at all."""
        return bool(self._plain or self._rich)

    def write(self, part: PartDraft) -> None:
        """Write the texts one after another."""
        for text in self._plain:
            part.add(text.strip("\r\n") + "\n\n")
        if not self._plain:
            for rich in self._rich:
                html.write(rich, part)

    def show(self, pictures: Pictures, label: str) -> None:
        """Note the pictures that the HTML shows; the label tells messages of a mailbox apart."""
        for part in self._pictures:
            pictures.show(f"{label}/{content_id(part)}", partial(payload, part), label, None)


def shown_in(pages: Iterable[str]) -> set[str]:
    """Give the ids of the pictures that HTML shows (RFC 2392)."""
    return {unquote(name) for page in pages for name in _SHOWN.findall(page)}


def content_id(part: EmailMessage) -> str:
    """Give the name by which HTML shows a part, empty where it has none."""
    return field_of(part, "Content-ID").strip("<>")


def payload(part: EmailMessage) -> bytes:
    """Give the bytes of a part, none where they are torn."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def content(part: EmailMessage) -> str:
    """Decode a text part, whatever charset it claims."""
    return decode(payload(part), part.get_content_charset())
