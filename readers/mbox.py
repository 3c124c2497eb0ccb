"""Reads mailboxes (mbox): a part per message, with its fields on top; attachments handed over."""

import re
from collections.abc import Iterator

from readers import mail
from readers.attachments import enclose_attachments
from readers.draft import Draft, too_many_parts
from readers.kinds import MESSAGE_BEGIN
from readers.pictures import Pictures

# Lines of text that would begin a message were marked when it was stored.
_MARKED = re.compile(rb"(?m)^>(>*From )")


def read(data: bytes, draft: Draft) -> None:
    """Give every message in order; the subject is its heading. A sealed one gives its fields."""
    sealed: list[int] = []
    pictures = Pictures(draft)
    number = 0
    for number, raw in enumerate(_messages(data, draft), start=1):
        message = mail.parse(_MARKED.sub(rb"\1", raw))
        fields = mail.fields_of(message)
        part = draft.part(fields["Subject"] or f"Message {number}")
        part.add_heading(fields.pop("Subject"), 1)
        part.add(mail.lines_of(fields) + "\n")
        if mail.is_sealed(message):
            sealed.append(number)
            continue
        body = mail.Body(message)
        body.write(part)
        body.show(pictures, f"{mail.PICTURE} {number}")
        enclose_attachments(message, body.used, draft, f"message {number}/")
    pictures.recognise()
    draft.metadata["messages"] = number
    if sealed:
        draft.metadata["messages_encrypted"] = sealed[:100]


def _messages(data: bytes, draft: Draft) -> Iterator[bytes]:
    begins = list(MESSAGE_BEGIN.finditer(data))
    if len(begins) > draft.limits.parts:  # before half a minute goes into the first ones
        raise too_many_parts(draft.limits)
    ends = [*(begin.start() for begin in begins[1:]), len(data)]
    for begin, end in zip(begins, ends, strict=True):
        yield data[begin.end() : end]
