"""``diptych intake``: what can be a place, and what is refused before anything starts."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.errors import DiptychError, InvalidInput, SetupFailed
from contracts.intake import Place, PlaceKind, Wish
from deploy.cli import app
from deploy.intake import declared, opening, seconds
from deploy.settings import Settings

NO_SERVICE = {"DIPTYCH_POSTGRES_URL": "postgresql://127.0.0.1:1/none"}
MAIL = Place("mail", PlaceKind.MAILBOX, "imaps://ada@localhost/INBOX")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ftp", "ftp://host/"], "'ftp' is no kind of place"),
        (["mailbox", "pop3://ada@host/"], "no address of a mailbox"),
        (["mailbox", "imaps://ada:secret@host/"], "holds a password"),
        (["bucket", "gs://bucket"], "no address of a bucket"),
        (["folder", ""], "is empty"),
        (["folder", "a\x1b[31m"], "unprintable"),
        (["folder", "{home}/blobs"], "inside DIPTYCH_HOME"),
        (["folder", "{home}"], "inside DIPTYCH_HOME"),
        (["folder", "/srv", "--move-to", "{home}/done"], "inside DIPTYCH_HOME"),
        (["folder", "/srv", "--move-to", "/srv"], "the folder itself"),
        (["folder", "/srv", "--mirror", "--move-to", "/done"], "cannot be mirrored"),
        (["folder", "/srv", "--mark-seen"], "folder has no --mark-seen"),
        (["bucket", "s3://b", "--settle", "5s"], "bucket has no --settle"),
        (["folder", "~nobody-of-that-name/scans"], "whose home"),
        (["folder", "/srv", "--move-to", "~nobody-of-that-name/x"], "whose home"),
        (["bucket", "s3://b/../x"], "no address of a bucket"),
        (["folder", "/srv", "--every", "soon"], "'soon' is no time"),
        (["folder", "/srv", "--every", "0s"], "'0s' is no time"),
        (["folder", "/srv", "--name", "A b"], "'A b' cannot be the name"),
    ],
)
def test_what_cannot_be_a_place_is_said_before_anything_starts(
    tmp_path: Path, words: list[str], said: str
) -> None:
    words = [word.replace("{home}", str(tmp_path)) for word in words]
    env = NO_SERVICE | {"DIPTYCH_HOME": str(tmp_path)}
    failed = CliRunner().invoke(app, ["intake", "add", *words], env=env).exception
    assert isinstance(failed, InvalidInput)
    assert said in str(failed)
    assert "secret" not in str(failed)
    assert failed.remedy


@pytest.mark.parametrize(
    ("wish", "name", "address"),
    [
        (Wish("folder", "/srv/Été 2024/"), "ete-2024", "/srv/Été 2024"),
        (Wish("folder", "/srv/Счета"), "place", "/srv/Счета"),
        (Wish("mailbox", "imaps://ada@host"), "ada-inbox", "imaps://ada@host/INBOX"),
        (Wish("bucket", "s3://Scans/2024/"), "scans", "s3://Scans/2024"),
    ],
)
def test_a_place_has_a_name_and_one_spelling(
    tmp_path: Path, wish: Wish, name: str, address: str
) -> None:
    place = declared(wish, tmp_path)
    assert (place.name, place.address) == (name, address)


def test_a_folder_above_the_home_leaves_the_home_out(tmp_path: Path) -> None:
    place = declared(Wish("folder", str(tmp_path), every_s=5.0), tmp_path / "home")
    assert place.address == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90.0), ("60s", 60.0), ("5m", 300.0), ("1.5h", 5400.0), ("7d", 604_800.0)],
)
def test_times_are_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "0", "8d", "-5s", "5 weeks", "1e9", "nan", "٣s"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(InvalidInput):
        seconds(text)


async def test_a_mailbox_without_its_password_says_which_variable(tmp_path: Path) -> None:
    place = replace(MAIL, name="mail-2024")
    with pytest.raises(SetupFailed) as refused:
        async with opening(Settings(home=tmp_path))(place):
            pass
    assert "DIPTYCH_INTAKE_MAIL_2024_PASSWORD" in refused.value.remedy


async def test_secrets_are_read_by_the_place_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIPTYCH_INTAKE_MAIL_PASSWORD", "s3cret")
    async with opening(Settings(home=tmp_path))(MAIL) as intake:
        with pytest.raises(DiptychError) as refused:  # nothing listens there, or lets ada in
            await intake.check()
    assert "s3cret" not in str(refused.value)
