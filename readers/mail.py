"""Reads mail (eml): the fields that people see, then the body; attachments are named."""

import email
from email import policy
from email.message import EmailMessage

from contracts.errors import Unreadable, UnreadableDocument
from readers import html
from readers.decoding import decode
from readers.draft import Draft, has_visible_text

_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_SEALED = {
    "multipart/encrypted",
    "application/pgp-encrypted",
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
}
_LISTED = 100
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def read(data: bytes, draft: Draft) -> None:
    """Give the header fields as the first part and the body as the second."""
    if data.startswith(_WIDE) or b"\0" in data[:200]:
        data = decode(data).encode("utf-8")
    message = email.message_from_bytes(data, policy=policy.default)
    if any(part.get_content_type() in _SEALED for part in message.walk()):
        raise UnreadableDocument(
            Unreadable.ENCRYPTED,
            "The message is encrypted (S/MIME or PGP).",
            "Open it in the mail program that has the key, and save it decrypted.",
        )
    fields = {name: _field(message, name) for name in _FIELDS}
    head = draft.part("Headers")
    head.add("".join(f"{name}: {value}\n" for name, value in fields.items() if value))
    draft.title = fields["Subject"] or None
    draft.metadata |= {
        key: fields[name]
        for key, name in (("from", "From"), ("to", "To"), ("date", "Date"))
        if fields[name]
    }
    body = _write_body(message, draft)
    if names := _attachments(message, body):
        draft.metadata["attachments_not_read"] = names[:_LISTED]


def _field(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # noqa: BLE001 - the header parser raises anything for odd fields
        raw = next((v for k, v in message.raw_items() if k.lower() == name.lower()), "")
        return " ".join(str(raw).split())


def _write_body(message: EmailMessage, draft: Draft) -> list[EmailMessage]:
    """Write the plain body, or the HTML one where that is all there is; give what was used."""
    texts = [
        part
        for part in message.walk()
        if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
    ]
    plain = [
        p for p in texts if p.get_content_subtype() != "html" and has_visible_text(_content(p))
    ]
    rich = [p for p in texts if p.get_content_subtype() == "html"]
    if not plain and not rich:
        return texts
    body = draft.part("Body")
    for part in plain:
        body.add(_content(part).strip("\n") + "\n\n")
    if not plain:
        for part in rich:
            html.write(_content(part), body)
    return texts


def _content(part: EmailMessage) -> str:
    """Decode a text part, whatever charset it claims."""
    payload = part.get_payload(decode=True)
    return decode(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage, used: list[EmailMessage]) -> list[str]:
    names = []
    for part in message.walk():
        if part.is_multipart() or part in used:
            continue
        try:
            name = part.get_filename()
        except Exception:  # noqa: BLE001 - the header parser raises anything for odd fields
            name = None
        names.append(name or part.get_content_type())
    return names
