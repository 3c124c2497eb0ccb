"""Reads Outlook messages (msg): the fields that people see, the body; attachments handed over."""

import email
import io

from oxmsg import Message
from oxmsg.attachment import Attachment
from oxmsg.recipient import Recipient

from readers import html, mail
from readers.attachments import SIGNATURES
from readers.draft import Draft, has_visible_text

_HEADERS, _RECIPIENT_TYPE, _DISPLAY_NAME = 0x007D, 0x0C15, 0x3001
_TO, _CC = 1, 2
_METHOD, _EMBEDDED = 0x3705, 5
_SEALED = "IPM.Note.SMIME"


def read(data: bytes, draft: Draft) -> None:
    """Give the header fields as the first part and the body as the second."""
    message = Message.load(io.BytesIO(data))
    kinds = {attachment.mime_type for attachment in message.attachments}
    if message.message_class == _SEALED or kinds & mail.SEALED:
        mail.refuse_sealed()
    mail.write_fields(_fields(message), draft)
    plain, rich = message.body or "", message.html_body or ""
    if has_visible_text(plain):
        draft.part("Body").add(plain)
    elif rich:
        html.write(rich, draft.part("Body"))
    for attachment in message.attachments:
        _enclose(attachment, draft)


def _enclose(attachment: Attachment, draft: Draft) -> None:
    shown = attachment.properties.str_prop_value(_DISPLAY_NAME)
    name = attachment.file_name or shown or "attachment"
    method = attachment.properties.int_prop_value(_METHOD)
    if method == _EMBEDDED:
        draft.leave_out(name, "a message inside an Outlook message: save it as a file of its own")
    elif attachment.file_bytes is None:
        draft.leave_out(name, "a link, the file itself is not in the message")
    elif attachment.mime_type not in SIGNATURES:
        draft.enclose(name, attachment.file_bytes)


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
