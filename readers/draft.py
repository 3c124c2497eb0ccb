"""What a format's reader fills: parts of clean text, and files inside, under the limits.

Runs in the reading process, so it imports nothing of weight.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias

from contracts.errors import Unreadable, UnreadableDocument
from contracts.recognition import RecognisedPage
from readers.enclosing import PlainPaths, plain_path
from readers.engines import Engine
from readers.frames import Kind
from readers.limits import Limits

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# C0 and C1 controls without tab, newline and next-line, and lone surrogates.
_REMOVED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_POINTLESS_TITLE = re.compile(
    r"(?i)(?:untitled|sans titre|без названия|document ?\d*|microsoft \w+ - .*|[^ ]+\.\w{3,4}|"
    r"powerpoint presentation|présentation powerpoint|презентация powerpoint)"
)
_VISIBLE = re.compile("[^\\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]")


def clean(text: str) -> str:
    r"""Make text storable: line ends as ``\n``, no control characters, no lone surrogates."""
    text = _LINE_ENDS.sub("\n", text)
    text = _REMOVED.sub("", text)
    if _SURROGATES.search(text):
        # Two halves side by side are one character that was stored as UTF-16.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def has_visible_text(text: str) -> bool:
    """Tell whether a reader would see anything; white space and invisible marks do not count."""
    return _VISIBLE.search(text) is not None


def useful_title(text: str) -> str | None:
    """Give a title from a document's properties unless a program put it there for nothing."""
    text = " ".join(clean(text).split())
    return None if not has_visible_text(text) or _POINTLESS_TITLE.fullmatch(text) else text


Send: TypeAlias = Callable[[Kind, object, bytes], None]
"""Writes a frame of the answer: its kind, header and bytes."""


def _nowhere(_kind: Kind, _header: object, _data: bytes) -> None:
    """Take frames when nobody listens."""


class PartDraft:
    """One part under construction; offsets count code points of the cleaned text."""

    def __init__(self, draft: "Draft", label: str, page: int | None) -> None:
        self.label = label
        self.page = page
        self.headings: list[tuple[int, int, str]] = []
        self.confidence: float | None = None
        self.doubtful: tuple[str, ...] | None = None
        self._draft = draft
        self._pieces: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        """Append text, cleaned. Raises UnreadableDocument past the document's limit."""
        text = clean(text)
        self._pieces.append(text)
        self._length += len(text)
        self._draft.count(len(text))

    def add_heading(self, text: str, level: int) -> None:
        """Append a title on a line of its own and note where it starts."""
        text = clean(text).strip()
        if text:
            self.note_heading(self._length, level, text)
        self.add(text + "\n")

    def note_heading(self, start: int, level: int, text: str) -> None:
        """Note a title whose text starts at ``start``; more than the limit are left out."""
        if len(self.headings) < self._draft.limits.headings:
            self.headings.append((start, level, " ".join(text.split())[:200]))

    @property
    def text(self) -> str:
        """Everything added so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""


@dataclass
class Draft:
    """A document under construction.

    ``engine`` recognises text in pictures, where one is installed; ``kept`` are the pages of this
    document that were recognised before.
    """

    limits: Limits
    filename: str = ""
    title: str | None = None
    external_id: str | None = None
    metadata: dict[str, object] = field(default_factory=dict)
    parts: list[PartDraft] = field(default_factory=list)
    send: Send = _nowhere
    engine: Engine | None = None
    kept: Mapping[int, RecognisedPage] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _paths: PlainPaths = field(default_factory=PlainPaths)
    _enclosed: int = 0
    _characters: int = 0

    def part(self, label: str, page: int | None = None) -> PartDraft:
        """Begin the next part. Raises UnreadableDocument when there are too many."""
        if len(self.parts) >= self.limits.parts:
            raise too_many_parts(self.limits)
        part = PartDraft(self, clean(label), page)
        self.parts.append(part)
        return part

    def check_pages(self, what: str, count: int) -> None:
        """Raise UnreadableDocument for more pages than the limit; ``what`` has them."""
        if count > self.limits.pages:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The {what} has {count:,} pages, more than {self.limits.pages:,}.",
                "Cut it into smaller files and add those.",
            )

    def enclose(self, name: str, data: bytes) -> None:
        """Hand a file inside this one over, at once; one over the limit for each is left out.

        Raises UnreadableDocument when there are too many, or too large together.
        """
        if len(data) > self.limits.member_bytes:
            self.leave_out(name, f"over {self.limits.member_bytes >> 20:,} MiB")
            return
        self._enclosed += len(data)
        if len(self.members) >= self.limits.members or self._enclosed > self.limits.unpacked_bytes:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The file holds more than {self.limits.members:,} files, or more than "
                f"{self.limits.unpacked_bytes >> 20:,} MiB in them.",
                "Cut it into smaller files and add those.",
            )
        path = self._paths.take(name)
        self.members.append(path)
        self.send(Kind.ENCLOSED, {"enclosed": path}, data)

    def leave_out(self, name: str, why: str) -> None:
        """Note a file inside this one that is not opened."""
        self.left_out.append(f"{plain_path(name)} ({why})")

    def progress(self, done: int, total: int) -> None:
        """Tell how far a long reading is, and that it goes on: its deadline starts again.

        Each call is written to the record: make it for steps of seconds, not for each page.
        """
        self.send(Kind.PROGRESS, {"progress": [done, total]}, b"")

    def recognised(self, page: RecognisedPage) -> None:
        """Hand a page that was just recognised over, so that nobody need do it again."""
        header = asdict(page)
        self.send(Kind.RECOGNISED, header, str(header.pop("text")).encode())

    @property
    def first_heading(self) -> str | None:
        """Title of the first part that has one, for a document that does not say its own."""
        return next((part.headings[0][2] for part in self.parts if part.headings), None)

    def count(self, characters: int) -> None:
        """Count characters. Raises UnreadableDocument past the limit."""
        self._characters += characters
        if self._characters > self.limits.characters:
            raise too_much_text(self.limits)


def too_many_parts(limits: Limits) -> UnreadableDocument:
    """Give the error for a document with more parts than the limit."""
    return UnreadableDocument(
        Unreadable.TOO_LARGE,
        f"The document has more than {limits.parts:,} parts.",
        "Cut it into smaller files and add those.",
    )


def too_much_text(limits: Limits) -> UnreadableDocument:
    """Give the error for a document with more text than the limit."""
    return UnreadableDocument(
        Unreadable.TOO_LARGE,
        f"The document holds more than {limits.characters:,} characters of text.",
        "Cut it into smaller files and add those.",
    )
