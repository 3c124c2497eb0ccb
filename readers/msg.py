"""Reads Outlook messages (msg): the fields that people see, the body; attachments handed over."""

import email
import io
from dataclasses import replace
from email.message import EmailMessage
from functools import partial

from olefile import OleFileIO
from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.recipient import Recipient
from oxmsg.storage import Storage, Stream

from readers import html, mail, outlook_text
from readers.attachments import SIGNATURES, plain_subject
from readers.draft import Draft, PartDraft, clean, has_visible_text
from readers.limits import LIMITS
from readers.pictures import Pictures

_HEADERS, _RECIPIENT_TYPE, _DISPLAY_NAME = 0x007D, 0x0C15, 0x3001
_TO, _CC = 1, 2
_PACKED_BODY = 0x1009
_METHOD, _EMBEDDED = 0x3705, 5
_CONTENT_ID = 0x3712
_SEALED = "IPM.Note.SMIME"
_INNER, _PROPERTIES = "__substg1.0_3701000D", "__properties_version1.0"
_INNER_HEAD, _SHORTER = 24, 8


def read(data: bytes, draft: Draft) -> None:
    """Give the header fields as the first part and the body as the second."""
    with OleFileIO(io.BytesIO(data)) as file:
        storage = Storage.from_ole(file)
    message = Message(storage)
    kinds = {attachment.mime_type for attachment in message.attachments}
    if message.message_class == _SEALED or kinds & mail.SEALED:
        mail.refuse_sealed()
    mail.write_fields(_fields(message), draft)
    plain, rich = message.body or "", message.html_body or ""
    if has_visible_text(plain):
        draft.part("Body").add(plain)
    elif rich:
        html.write(rich, draft.part("Body"))
    else:
        _write_packed(message, draft.part("Body"))
    attached = storage.iter_attachment_storages()
    pictures, shown = Pictures(draft), mail.shown_in([rich])
    for attachment, inner in zip(message.attachments, attached, strict=True):
        name = attachment.properties.str_prop_value(_CONTENT_ID) or ""
        picture = attachment.file_bytes if name in shown else None
        if picture is None:
            _enclose(attachment, inner, draft)
        else:
            pictures.show(name, partial(bytes, picture), mail.PICTURE, None)
    pictures.recognise()


def _write_packed(message: Message, part: PartDraft) -> None:
    """Write the body that Outlook keeps as packed RTF, which may be all that there is."""
    if packed := message.properties.binary_prop_value(_PACKED_BODY):
        outlook_text.write(packed, part)


def _enclose(attachment: Attachment, storage: Storage, draft: Draft) -> None:
    name = _name(attachment)
    if _is_message(attachment):
        try:
            data = _as_mail(storage).as_bytes()
        except Exception:  # noqa: BLE001 - both libraries raise anything for torn messages
            data = b""
        if data.strip():
            draft.enclose(name, data)
        else:
            draft.leave_out(name, "damaged")
    elif attachment.file_bytes is None:
        draft.leave_out(name, "a link, the file itself is not in the message")
    elif attachment.mime_type not in SIGNATURES:
        draft.enclose(name, attachment.file_bytes)


def _name(attachment: Attachment) -> str:
    shown = attachment.properties.str_prop_value(_DISPLAY_NAME)
    name = attachment.file_name or shown or "attachment"
    return f"{plain_subject(name)}.eml" if _is_message(attachment) else name


def _is_message(attachment: Attachment) -> bool:
    return attachment.properties.int_prop_value(_METHOD) == _EMBEDDED


def _as_mail(attached: Storage) -> EmailMessage:
    """Give a message that is attached as mail, with all that is attached to it."""
    storage = next(one for one in attached.storages if one.name.upper() == _INNER.upper())
    message = Message(replace(storage, streams=tuple(map(_as_in_a_file, storage.streams))))
    made = EmailMessage()
    for name, value in _fields(message).items():
        if value:
            made[name] = " ".join(clean(value).split())
    if has_visible_text(message.body or ""):
        made.set_content(clean(message.body or ""), cte="base64")
    elif message.html_body:
        made.set_content(clean(message.html_body), subtype="html", cte="base64")
    else:
        body = Draft(LIMITS).part("Body")
        _write_packed(message, body)
        if has_visible_text(body.text):
            made.set_content(body.text, cte="base64")
    inside = storage.iter_attachment_storages()
    for attachment, inner in zip(message.attachments, inside, strict=True):
        if _is_message(attachment):
            made.add_attachment(_as_mail(inner))
        elif attachment.file_bytes is not None and attachment.mime_type not in SIGNATURES:
            made.add_attachment(
                attachment.file_bytes,
                maintype="application",
                subtype="octet-stream",
                filename=_name(attachment),
            )
    return made


def _as_in_a_file(stream: Stream) -> Stream:
    """Put the properties where those of a message that is a file begin."""
    if stream.name != _PROPERTIES:
        return stream
    head, rest = stream.bytes_[:_INNER_HEAD], stream.bytes_[_INNER_HEAD:]
    return replace(stream, bytes_=head + bytes(_SHORTER) + rest)


def _fields(message: Message) -> dict[str, str]:
    """Take what the headers of the transport say, and Outlook's own words for the rest."""
    headers = message.properties.str_prop_value(_HEADERS) or ""
    said = mail.fields_of(email.message_from_string(headers, policy=mail.POLICY))
    recipients = [*message.recipients]
    own = {
        "From": message.sender or "",
        "To": _listed(recipients, _TO),
        "Cc": _listed(recipients, _CC),
        "Date": str(message.sent_date or ""),
        "Subject": message.subject,
    }
    return {name: said[name] or value for name, value in own.items()}


def _listed(recipients: list[Recipient], kind: int) -> str:
    found = [r for r in recipients if r.properties.int_prop_value(_RECIPIENT_TYPE) == kind]
    return ", ".join(f"{r.name} <{r.email_address}>" for r in found)
