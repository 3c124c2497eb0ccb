"""Places put together: what an address means, where secrets come from, what opens it."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from api.intake_desk import IntakeDesk
from contracts.errors import InvalidInput, SetupFailed, Unavailable
from contracts.intake import Intake, Place, PlaceKind, Places, Wish
from deploy.settings import Settings, place_secret, place_variable
from ingestion.attending import Attend
from ingestion.discarding import Discard
from ingestion.gathering import Gather, Opening
from ingestion.receiving import Receive
from readers.intake.names import is_plain, shown

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
OPTIONS: Final[Mapping[PlaceKind, frozenset[str]]] = {
    PlaceKind.FOLDER: frozenset({"settle_s", "move_to"}),
    PlaceKind.MAILBOX: frozenset({"mark_seen", "ca", "plain"}),
    PlaceKind.BUCKET: frozenset({"endpoint", "region", "anonymous", "ca"}),
}
SECRETS: Final[Mapping[str, Sequence[str]]] = {
    PlaceKind.MAILBOX: ("PASSWORD",),
    PlaceKind.BUCKET: ("ACCESS_KEY", "SECRET_KEY"),
}
PATHS: Final = frozenset({"ca", "move_to"})
"""Options that name files and folders."""
LONGEST_S: Final = 7 * 24 * 3600.0
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 24 * 3600}
_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd]?)")


@dataclass(frozen=True, slots=True)
class Gathering:
    """What looks at places."""

    places: Places
    opens: Opening
    gather: Gather
    attend: Attend

    @classmethod
    def over(cls, places: Places, discard: Discard, receive: Receive, settings: Settings) -> Self:
        """Put the use cases together."""
        opens = opening(settings)
        gather = Gather(places, discard, receive, opens)
        return cls(places, opens, gather, Attend(places, opens, gather))

    async def add(self, place: Place) -> bool:
        """Keep a place that can be opened; False when exactly this one is there already.

        Raises what ``Intake.check`` and ``Places.add`` raise.
        """
        await self.check(place)
        return await self.places.add(place)

    async def check(self, place: Place) -> None:
        """Return when a place can be looked at. Raises what ``Intake.check`` raises."""
        async with self.opens(place) as opened:
            await opened.check()


def seconds(text: str) -> float:
    """Read ``90``, ``60s``, ``5m``, ``2h`` or ``1d``. Raises InvalidInput."""
    match = _DURATION.fullmatch(text.strip())
    value = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 1 <= value <= LONGEST_S:
        raise InvalidInput(
            f"'{text[:40]}' is no time between a second and a week.", "Write it as 60s, 5m or 2h."
        )
    return value


def declared(wish: Wish, home: Path) -> Place:
    """Give the place that a wish describes; nothing is opened. Raises InvalidInput."""
    try:
        kind = PlaceKind(wish.kind)
    except ValueError as error:
        raise InvalidInput(
            f"'{wish.kind[:40]}' is no kind of place.", f"Name one of {', '.join(PlaceKind)}."
        ) from error
    for option in wish.options.keys() - OPTIONS[kind]:
        known = ", ".join(_flag(one) for one in sorted(OPTIONS[kind]))
        raise InvalidInput(f"A {kind} has no {_flag(option)}.", f"It has {known}.")
    address, title = _ADDRESSES[kind](wish.address, home)
    options: dict[str, Any] = dict(wish.options)
    if "ca" in options:
        options["ca"] = str(_path(options["ca"]).absolute())
    if "move_to" in options:
        options["move_to"] = _move_to(options["move_to"], address, wish, home)
    name = wish.name or _slug(title)
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"'{name[:80]}' cannot be the name of a place.",
            "Use 1 to 63 of a-z, 0-9 and -, beginning with a letter or a digit.",
        )
    return Place(name, kind, address, wish.workspace, wish.every_s, wish.mirror, options)


def confined(place: Place, root: Path | None) -> Place:
    """Give the place if all paths of this machine in it lie below the root.

    Raises InvalidInput: whoever may add a place from afar is not to read or write any folder here.
    """
    folder = [place.address] if place.kind is PlaceKind.FOLDER else []
    for path in (*folder, *(str(place.options[key]) for key in PATHS & place.options.keys())):
        if root is None:
            raise InvalidInput(
                "Paths of the server cannot be named here: DIPTYCH_INTAKE_ROOT is not set.",
                "Set it to a folder below which they may lie, or use 'diptych intake add'.",
            )
        if not Path(path).resolve().is_relative_to(root.expanduser().resolve()):
            raise InvalidInput(
                f"{shown(path)[:200]} is outside of DIPTYCH_INTAKE_ROOT, which is {root}.",
                "Name a path below it, or use 'diptych intake add'.",
            )
    return place


def desk(gathering: Gathering, settings: Settings) -> IntakeDesk:
    """Give what adds and lists places from afar."""

    async def add(wish: Wish) -> tuple[Place, bool]:
        place = confined(declared(wish, settings.home), settings.intake_root)
        try:
            await gathering.check(place)
        except (SetupFailed, Unavailable) as error:  # it is what was sent that does not open
            raise InvalidInput(error.message, error.remedy) from error
        return place, await gathering.places.add(place)

    return IntakeDesk(gathering.places, add, _variables, settings.intake_root is not None)


def opening(settings: Settings) -> Opening:
    """Give what opens places with their secrets."""

    @asynccontextmanager
    async def opened(place: Place) -> AsyncIterator[Intake]:
        intake = _OPENERS[place.kind](place, settings)
        try:
            yield intake
        finally:
            await intake.close()

    return opened


def _folder_address(text: str, home: Path) -> tuple[str, str]:
    if not text or not is_plain(text):
        raise InvalidInput(
            f"The folder's path '{shown(text)[:200]}' is empty or has unprintable characters.",
            "Name a folder with a printable path; the names below it may be any.",
        )
    path = _path(text).resolve()
    _refuse_home(path, home)
    return str(path), path.name


def _mailbox_address(text: str, home: Path) -> tuple[str, str]:  # noqa: ARG001 - as for all kinds
    from readers.intake.imap import MailAddress  # noqa: PLC0415 - a kind's driver when it is used

    address = MailAddress.parse(text)
    return str(address), f"{address.user.partition('@')[0]} {address.folder}"


def _bucket_address(text: str, home: Path) -> tuple[str, str]:  # noqa: ARG001 - as for all kinds
    from readers.intake.bucket import BucketAddress  # noqa: PLC0415 - see above

    address = BucketAddress.parse(text)
    return str(address), address.bucket


def _move_to(text: str, root: str, wish: Wish, home: Path) -> str:
    if wish.mirror:
        raise InvalidInput(
            "A folder cannot be mirrored and be emptied by --move-to.",
            "Choose one: what is moved away would be deleted from the documents.",
        )
    path = _path(text).resolve()
    _refuse_home(path, home)
    if str(path) == root:
        raise InvalidInput("--move-to names the folder itself.", "Name another folder.")
    return str(path)


def _path(text: str) -> Path:
    """Read a path as a shell does. Raises InvalidInput."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InvalidInput(
            f"Nobody knows whose home '{shown(text)[:200]}' is in.", "Write the whole path."
        ) from error


def _refuse_home(path: Path, home: Path) -> None:
    if path.is_relative_to(home):
        raise InvalidInput(
            f"{path} is inside DIPTYCH_HOME, where the service keeps its own files.",
            "Name a folder outside of it.",
        )


def _variables(kind: str, name: str) -> list[str]:
    """Name the variables that hold a place's secrets."""
    return [place_variable(name, what) for what in SECRETS.get(kind, ())]


def _folder(place: Place, settings: Settings) -> Intake:
    from readers.intake.folder import SETTLE_S, FolderIntake  # noqa: PLC0415 - see above

    options: Mapping[str, Any] = place.options
    move_to = options.get("move_to")
    return FolderIntake(
        Path(place.address),
        settle_s=options.get("settle_s", SETTLE_S),
        move_to=Path(move_to) if move_to else None,
        leave_out=[settings.home],
    )


def _mailbox(place: Place, settings: Settings) -> Intake:  # noqa: ARG001 - as for all kinds
    from readers.intake.imap import MailAddress, MailLogin  # noqa: PLC0415 - see above
    from readers.intake.mailbox import MailboxIntake  # noqa: PLC0415 - see above

    password = place_secret(place.name, "PASSWORD")
    if password is None:
        raise SetupFailed(
            f"There is no password for the mailbox '{place.name}'.",
            f"Set {place_variable(place.name, 'PASSWORD')} in the environment or .env.",
        )
    options: Mapping[str, Any] = place.options
    login = MailLogin(
        MailAddress.parse(place.address),
        password.get_secret_value(),
        ca=Path(options["ca"]) if "ca" in options else None,
        plain=options.get("plain", False),
        writes=options.get("mark_seen", False),
    )
    return MailboxIntake(login)


def _bucket(place: Place, settings: Settings) -> Intake:  # noqa: ARG001 - as for all kinds
    from readers.intake.bucket import (  # noqa: PLC0415 - see above
        BucketAddress,
        BucketIntake,
        BucketLogin,
    )

    access = place_secret(place.name, "ACCESS_KEY")
    secret = place_secret(place.name, "SECRET_KEY")
    options: Mapping[str, Any] = place.options
    login = BucketLogin(
        BucketAddress.parse(place.address),
        access_key=access.get_secret_value() if access else None,
        secret_key=secret.get_secret_value() if secret else None,
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        anonymous=options.get("anonymous", False),
        ca=Path(options["ca"]) if "ca" in options else None,
    )
    return BucketIntake(login)


_ADDRESSES: Final = {
    PlaceKind.FOLDER: _folder_address,
    PlaceKind.MAILBOX: _mailbox_address,
    PlaceKind.BUCKET: _bucket_address,
}
_OPENERS: Final = {
    PlaceKind.FOLDER: _folder,
    PlaceKind.MAILBOX: _mailbox,
    PlaceKind.BUCKET: _bucket,
}


def _flag(option: str) -> str:
    return f"--{option.removesuffix('_s').replace('_', '-')}"


def _slug(title: str) -> str:
    """Make a name of a title; ``place`` where no letter of it can stay."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:63].strip("-") or "place"
