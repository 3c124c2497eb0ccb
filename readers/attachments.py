"""Hands over what came with a mail: files and whole messages, which become documents."""

import mimetypes
import re
from collections.abc import Collection, Iterator
from email import policy
from email.message import EmailMessage

from readers.draft import Draft

_LOGO = 10_000
"""Bytes of pictures in the text of a mail that are signs and logos, hardly ever more."""
SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}
# Folding header fields anew could change them.
_AS_WRITTEN = policy.default.clone(refold_source="none")
_MESSAGES = {"message/rfc822", "message/global"}


def own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield a message and its parts at any depth, but not those of messages inside it."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.iter_parts():
            if isinstance(part, EmailMessage):
                yield from own_parts(part)


def enclose_attachments(
    message: EmailMessage, used: Collection[EmailMessage], draft: Draft, folder: str = ""
) -> None:
    """Hand over everything that is not in the text; ``folder`` stands before its names."""
    files = [part for part in own_parts(message) if part.get_content_maintype() != "multipart"]
    for number, part in enumerate((part for part in files if part not in used), start=1):
        name = folder + _name(part, number)
        data = _bytes(part)
        if data is None:
            draft.leave_out(name, "damaged")
        elif not _is_decoration(part, data):
            draft.enclose(name, data)


def _bytes(part: EmailMessage) -> bytes | None:
    try:
        if part.get_content_maintype() != "message":
            data = part.get_payload(decode=True)
            return data if isinstance(data, bytes) else None
        (inner,) = part.iter_parts()
        return inner.as_bytes(policy=_AS_WRITTEN)
    except Exception:  # noqa: BLE001 - the parser puts off its errors, and raises anything
        return None


def _is_decoration(part: EmailMessage, data: bytes) -> bool:
    """Tell a logo in the text, a signature and a report on delivery from a document."""
    kind = part.get_content_type()
    if part.get_content_maintype() == "image":
        return len(data) < _LOGO and part.get_content_disposition() != "attachment"
    return kind in SIGNATURES or (kind.startswith("message/") and kind not in _MESSAGES)


def _name(part: EmailMessage, number: int) -> str:
    """Name a part as it says, a message by its subject, and else by its number and kind."""
    kind = part.get_content_type()
    ending = ".eml" if kind in _MESSAGES else mimetypes.guess_extension(kind) or ""
    try:
        name = part.get_filename() or _subject(part)
    except Exception:  # noqa: BLE001 - the header parser raises anything for odd fields
        name = ""
    if kind in _MESSAGES:
        name = name.removesuffix(ending) and name.removesuffix(ending) + ending
    return name or f"attachment {number}{ending}"


def _subject(part: EmailMessage) -> str:
    if part.get_content_type() not in _MESSAGES:
        return ""
    subject = next((inner["Subject"] for inner in part.iter_parts()), None)
    return plain_subject(str(subject or ""))


def plain_subject(subject: str) -> str:
    """Make a subject the name of a file, not of folders."""
    return re.sub(r"[/\\]", "-", subject)
