"""One connection to a mail server: what is in a folder, and the bytes of a message in pieces."""

import imaplib
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from contracts.errors import DiptychError, InvalidInput, NotFound, SetupFailed, Unavailable
from readers.intake.names import shown

TIMEOUT_S = 60.0
PORTS: Final = {"imaps": 993, "imap": 143}
_ROW = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_QUOTED = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
_BUSY = (b"[UNAVAILABLE]", b"[INUSE]", b"[LIMIT]", b"[SERVERBUG]", b"[OVERQUOTA]")
"""Answers that are about the server's state, not about who asks (RFC 5530)."""


@dataclass(frozen=True, slots=True)
class MailAddress:
    """``imaps://user@host:port/folder``: TLS from the start; ``imap://`` turns it on (STARTTLS)."""

    scheme: str
    user: str
    host: str
    port: int
    folder: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address. Raises InvalidInput; a password in it is refused, and not repeated."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise _no_address() from error
        if parts.password is not None:
            raise InvalidInput(
                "The address holds a password, which would be kept and shown.",
                "Leave it out, and set DIPTYCH_INTAKE_<NAME>_PASSWORD.",
            )
        if parts.scheme not in PORTS or not parts.hostname or not parts.username:
            raise _no_address()
        folder = unquote(parts.path.lstrip("/"), errors="replace") or "INBOX"
        user = unquote(parts.username, errors="replace")
        if shown(user + folder) != user + folder:
            raise _no_address()
        return cls(parts.scheme, user, parts.hostname, port or PORTS[parts.scheme], folder)

    def __str__(self) -> str:
        """Give the address in one spelling."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        user, folder = quote(self.user, safe=""), quote(self.folder)
        return f"{self.scheme}://{user}@{host}{port}/{folder}"


@dataclass(frozen=True, slots=True)
class MailLogin:
    """How to get in. ``ca`` is a file of certificates to trust beside the system's.

    ``plain`` goes without TLS; ``writes`` opens the folder so that messages can be marked.
    """

    address: MailAddress
    password: str
    ca: Path | None = None
    plain: bool = False
    writes: bool = False


class MailSession:
    """A connection with the folder open; every verb blocks.

    Raises imaplib's abort and OSError for a connection that is lost, and the project's errors.
    """

    def __init__(self, login: MailLogin) -> None:
        self._login = login
        self._box = _connected(login)
        try:
            self._enter()
            self.validity, self.count = "", 0
            self.refresh()
        except BaseException:
            self.close()
            raise

    @property
    def _client(self) -> imaplib.IMAP4:
        return self._box.client

    def _enter(self) -> None:
        user, password = self._login.address.user, self._login.password
        enter = self._box.login if (user + password).isascii() else self._box.login_utf8
        try:
            enter(user, password, initial_folder=None)
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            if isinstance(error, imaplib.IMAP4.abort):
                raise
            said = _said(error)
            if any(busy in said for busy in _BUSY):
                raise _refused(self._login, said) from error
            raise SetupFailed(
                f"The mail server {self._login.address.host} does not let {shown(user)} in.",
                "Check the user in the address and the password in DIPTYCH_INTAKE_<NAME>_PASSWORD.",
            ) from error

    def refresh(self) -> None:
        """Open the folder as it is now: nothing is marked as seen by it."""
        folder = self._login.address.folder
        try:
            _, data = self._box.folder.set(folder, readonly=not self._login.writes)
        except imaplib.IMAP4.readonly as error:
            raise SetupFailed(
                f"The mail folder '{folder}' may only be read.",
                "Go without --mark-seen, or give the user the right to change it.",
            ) from error
        except MailboxFolderSelectError as error:
            if any(busy in _said(error) for busy in _BUSY):
                raise _refused(self._login, _said(error)) from error
            raise SetupFailed(
                f"The mailbox has no folder '{folder}' that can be opened.",
                "Name one that is there: imaps://user@host/INBOX.",
            ) from error
        self.count = int(data[0] or 0)
        _, validity = self._client.response("UIDVALIDITY")
        self.validity = (validity[0] or b"0").decode()

    def rows(self, low: int, high: int) -> list[tuple[int, int]]:
        """Give UID and size of messages by their place in the folder, as far as they are there."""
        self.refresh()  # messages may have gone: places beyond the last are an error to some
        high = min(high, self.count)
        if low > high:
            return []
        answer = self._client.fetch(f"{low}:{high}", "(UID RFC822.SIZE)")
        found = (_row(line) for line in self._checked(answer))
        return [row for row in found if row]

    def piece(self, validity: str, uid: int, start: int, size: int) -> bytes:
        """Give some bytes of a message, fewer at its end. Raises NotFound."""
        if validity != self.validity:
            raise _gone()
        answer = self._client.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<{start}.{size}>)")
        for line in self._checked(answer):
            if isinstance(line, tuple) and b"BODY[]" in line[0]:
                return bytes(line[1])
            if isinstance(line, bytes) and b"BODY[]" in line:
                quoted = _QUOTED.search(line)
                return re.sub(rb"\\(.)", rb"\1", quoted[1]) if quoted else b""
        raise _gone()

    def mark_seen(self, validity: str, uids: Sequence[int]) -> None:
        """Mark those of the messages as seen that are not."""
        if validity != self.validity:
            return
        listed = ",".join(map(str, uids))
        if fresh := self._box.uids(f"UNSEEN UID {listed}", charset=None):
            # Not imap-tools' flag: it also expunges what somebody else has marked as deleted.
            self._checked(self._client.uid("STORE", ",".join(fresh), "+FLAGS.SILENT", r"(\Seen)"))

    def _checked(self, answer: tuple[str, list[Any]]) -> list[Any]:
        """Give the lines of an answer that is no refusal."""
        if answer[0] != "OK":
            raise _refused(self._login, b" ".join(line for line in answer[1] if line))
        return answer[1]

    def close(self) -> None:
        """Say good-bye."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._client.logout()
        with suppress(OSError):
            self._client.shutdown()


def _connected(login: MailLogin) -> BaseMailBox:
    """Open the connection. Raises SetupFailed for a certificate that is not trusted."""
    address = login.address
    try:
        if login.plain and address.scheme == "imap":
            return MailBoxUnencrypted(address.host, address.port, TIMEOUT_S)
        trusted = ssl.create_default_context()
        if login.ca:
            trusted.load_verify_locations(login.ca)
        kind = MailBox if address.scheme == "imaps" else MailBoxStartTls
        return kind(address.host, address.port, TIMEOUT_S, ssl_context=trusted)
    except ssl.SSLCertVerificationError as error:
        raise SetupFailed(
            f"The certificate of {address.host} is not trusted: {error.verify_message}.",
            "Name the file of its authority with --ca.",
        ) from error
    except FileNotFoundError as error:
        raise SetupFailed(
            f"The file of certificates {login.ca} is not there.", "Check what --ca names."
        ) from error


def _row(line: object) -> tuple[int, int] | None:
    """Read UID and size of one line; None for what the server says beside."""
    if not isinstance(line, bytes):
        return None
    uid, size = _ROW.search(line), _SIZE.search(line)
    return (int(uid[1]), int(size[1])) if uid and size else None


def _said(error: Exception) -> bytes:
    return str(error).encode("utf-8", "replace")


def _refused(login: MailLogin, said: bytes) -> DiptychError:
    words = shown(said.decode("utf-8", "replace"))[:200]
    return Unavailable(
        f"The mail server {login.address.host} refuses at this moment: {words}.",
        "It is asked again later.",
    )


def _gone() -> NotFound:
    return NotFound("The message is gone.", "Nothing needs to be done.")


def _no_address() -> InvalidInput:
    return InvalidInput("That is no address of a mailbox.", "Write it as imaps://user@host/INBOX.")
