"""A mailbox on a real IMAP server: what is taken, and that nothing there changes unless told."""

import imaplib
import ssl
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from contracts.errors import DiptychError, InvalidInput, NotFound, SetupFailed, Unavailable
from contracts.intake import Intake
from readers.intake.imap import MailAddress, MailLogin
from readers.intake.mailbox import MailboxIntake
from tests.readers.dovecot import OPENSSL, PASSWORD, PLAIN_USER, PROGRAM, USER, Dovecot
from tests.readers.intake_contract import IntakeContract, Stand, content, items, serving

MESSAGE = b"Subject: Bail\r\n\r\nLe loyer.\r\n"

needs_dovecot = pytest.mark.skipif(
    not (PROGRAM and OPENSSL), reason="needs Dovecot (apt-get install dovecot-imapd)"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    yield from serving(Dovecot)


@dataclass
class MailStand(Stand):
    """A folder of its own, as its user's mail program sees it."""

    server: Dovecot
    folder: str

    def __post_init__(self) -> None:
        self.intake: Intake = MailboxIntake(self.login)
        self.count = 0
        self.connect()
        self.user.create(self.folder)
        self.user.select(self.folder)

    def connect(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.server.ca))
        self.user = imaplib.IMAP4_SSL("localhost", self.server.tls_port, ssl_context=trusted)
        self.user.authenticate("PLAIN", lambda _: f"\0{PLAIN_USER}\0{PASSWORD}".encode())

    @property
    def login(self) -> MailLogin:
        address = MailAddress("imaps", PLAIN_USER, "localhost", self.server.tls_port, self.folder)
        return MailLogin(address, PASSWORD, self.server.ca)

    async def put(self, name: str, content: bytes = MESSAGE) -> str:  # noqa: ARG002 - it has none
        self.user.append(self.folder, None, None, content)
        self.count += 1
        return f"{self.folder}-{self.count}.eml"

    def flags(self) -> list[bytes]:
        self.user.select(self.folder)
        _, found = self.user.fetch("1:*", "(FLAGS)")
        return [line for line in found if isinstance(line, bytes)]

    def remove(self, number: int) -> None:
        self.user.store(str(number), "+FLAGS", r"(\Deleted)")
        self.user.expunge()


@pytest.fixture
async def stand(server: Dovecot) -> AsyncIterator[MailStand]:
    one = MailStand(server, f"f{uuid.uuid4().hex}")
    yield one
    await one.intake.close()
    one.user.shutdown()


@needs_dovecot
class TestMailboxIntake(IntakeContract):
    """The common contract, over TLS."""


@needs_dovecot
async def test_a_look_leaves_no_mark(stand: MailStand) -> None:
    await stand.put("a")
    found = await items(stand.intake)
    for item in found.values():
        await content(item)
    await stand.intake.accepted(list(found.values()))
    assert not any(b"Seen" in line for line in stand.flags())


@needs_dovecot
async def test_messages_are_marked_as_seen_when_told_and_nothing_else_changes(
    stand: MailStand,
) -> None:
    for _ in range(3):
        await stand.put("a")
    stand.user.store("3", "+FLAGS", r"(\Deleted)")
    intake = MailboxIntake(replace(stand.login, writes=True))
    found = await items(intake)
    last = [item for item in found.values() if item.mark.endswith(".1")]
    for _ in range(2):
        await intake.accepted(last)
    assert [b"Seen" in line for line in stand.flags()] == [True, False, False]
    await intake.close()


@needs_dovecot
async def test_messages_that_go_and_come_meanwhile_confuse_nothing(stand: MailStand) -> None:
    for number in range(3):
        await stand.put("a", b"Subject: %d\r\n\r\n%d\r\n" % (number, number))
    found = await items(stand.intake)
    stand.remove(1)
    await stand.put("a", b"Subject: new\r\n\r\nnew\r\n")
    assert await content(found[f"{stand.folder}-2.eml"]) == b"Subject: 1\r\n\r\n1\r\n"
    again = await items(stand.intake)
    assert {name.rsplit("-")[-1] for name in again} == {"2.eml", "3.eml", "4.eml"}
    with pytest.raises(NotFound):
        await content(found[f"{stand.folder}-1.eml"])


@needs_dovecot
async def test_a_folder_made_anew_has_other_messages(stand: MailStand) -> None:
    await stand.put("a")
    (old,) = (await items(stand.intake)).values()
    stand.user.select("INBOX")
    stand.user.delete(stand.folder)
    stand.user.create(stand.folder)
    await stand.put("a", b"Subject: other\r\n\r\nother\r\n")
    (new,) = (await items(stand.intake)).values()
    assert (old.source != new.source, old.mark != new.mark) == (True, True)
    with pytest.raises(NotFound):
        await content(old)


@needs_dovecot
async def test_a_server_that_was_away_is_used_again(stand: MailStand) -> None:
    await stand.put("a")
    (item,) = (await items(stand.intake)).values()
    stand.user.shutdown()
    stand.server.stop()
    try:
        with pytest.raises(Unavailable):
            await content(item)
        with pytest.raises(Unavailable):
            await items(stand.intake)
    finally:
        stand.server.start()
    assert await content(item) == MESSAGE
    stand.connect()


@needs_dovecot
async def test_users_folders_and_passwords_may_have_any_letters(server: Dovecot) -> None:
    address = MailAddress.parse(f"imaps://{quote(USER)}@localhost:{server.tls_port}/")
    intake = MailboxIntake(MailLogin(address, PASSWORD, server.ca))
    assert await items(intake) == {}
    await intake.close()
    missing = MailAddress.parse(f"{address}".replace("INBOX", "%D0%A1%D1%87%D0%B5%D1%82%D0%B0"))
    with pytest.raises(SetupFailed, match="Счета"):
        await MailboxIntake(MailLogin(missing, PASSWORD, server.ca)).check()


@needs_dovecot
@pytest.mark.parametrize("is_plain", [False, True])
async def test_the_other_port_turns_tls_on_unless_told(
    stand: MailStand,
    is_plain: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    await stand.put("a")
    address = replace(stand.login.address, scheme="imap", port=stand.server.port)
    intake = MailboxIntake(replace(stand.login, address=address, plain=is_plain))
    assert len(await items(intake)) == 1
    is_encrypted = isinstance(intake._session and intake._session._client.sock, ssl.SSLSocket)
    assert is_encrypted is not is_plain
    await intake.close()


@needs_dovecot
@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"password": "wrong"}, SetupFailed, "does not let ada in"),
        ({"ca": None}, SetupFailed, "not trusted"),
        ({"ca": Path("/none")}, SetupFailed, "/none is not there"),
    ],
)
async def test_what_keeps_one_out_is_said(
    stand: MailStand, wrong: dict[str, object], error: type[DiptychError], said: str
) -> None:
    intake = MailboxIntake(replace(stand.login, **wrong))  # type: ignore[arg-type]  # by the table
    with pytest.raises(error, match=said):
        await intake.check()
    with pytest.raises(error, match=said):
        await items(intake)
    await intake.close()


async def test_a_server_that_is_not_there_is_said() -> None:
    address = MailAddress.parse("imaps://ada@localhost:1/INBOX")
    with pytest.raises(Unavailable, match="localhost"):
        await MailboxIntake(MailLogin(address, PASSWORD)).check()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("imaps://ada:secret@host/INBOX", "password"),
        ("pop3://ada@host/", "no address"),
        ("imaps://host/INBOX", "no address"),
        ("imaps://ada@/INBOX", "no address"),
        ("imaps://ada@host:port/INBOX", "no address"),
        ("imaps://ada@[::1/INBOX", "no address"),
        ("imaps://ada@host/a%0d%0ab", "no address"),
        ("ada@host", "no address"),
        ("", "no address"),
    ],
)
def test_what_is_no_address_is_said_without_its_secrets(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        MailAddress.parse(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "imaps://ada@host/INBOX",
        "imap://ada@host:1143/INBOX/2024",
        "imaps://ada%40example.org@host/%D0%A1%D1%87%D0%B5%D1%82%D0%B0",
        "imaps://ada@[::1]:9993/INBOX",
    ],
)
def test_an_address_has_one_spelling(text: str) -> None:
    assert str(MailAddress.parse(text)) == text
