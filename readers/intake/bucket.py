"""BucketIntake: the objects of an S3-compatible bucket below a prefix; only read."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote, urlsplit

from obstore import exceptions
from obstore.store import S3Store

from contracts.errors import Conflict, InvalidInput, NotFound, SetupFailed, Unavailable
from contracts.intake import Item, Sighting
from readers.intake.names import escaped, is_passing, shown

if TYPE_CHECKING:
    from obstore import ObjectMeta

AT_ONCE = 1000
"""Objects in one answer; servers give no more."""
PIECE = 1024 * 1024
DEFAULT_REGION = "us-east-1"
_CLIENT: Final = {
    "connect_timeout": timedelta(seconds=10),
    "read_timeout": timedelta(seconds=60),
    "timeout": timedelta(days=1),  # of a whole object, which may be large
}
_RETRY: Final[Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
_OF_THE_MACHINE = "169.254.169.254"
"""Where the library asks for the keys of the machine's role when it has found no others."""
_REFUSALS = ("403 Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied")


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """``s3://bucket/prefix``."""

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address. Raises InvalidInput."""
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise _no_address() from error
        prefix = unquote(parts.path.strip("/"), errors="replace")
        if parts.scheme != "s3" or not parts.netloc or not parts.netloc.isascii():
            raise _no_address()
        if not set(parts.netloc) <= _BUCKET_CHARS or shown(prefix) != prefix:
            raise _no_address()
        if prefix and not {"", ".", ".."}.isdisjoint(prefix.split("/")):  # the library has no such
            raise _no_address()
        return cls(parts.netloc, prefix)

    def __str__(self) -> str:
        """Give the address in one spelling."""
        return f"s3://{self.bucket}/{escaped(self.prefix)}".rstrip("/")


_BUCKET_CHARS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")


@dataclass(frozen=True, slots=True)
class BucketLogin:
    """How to get in; without keys as the AWS programs do (environment, role of the machine).

    ``endpoint`` is the server's address where it is not AWS. ``anonymous`` sends no keys.
    """

    address: BucketAddress
    access_key: str | None = None
    secret_key: str | None = None
    endpoint: str | None = None
    region: str | None = None
    anonymous: bool = False
    ca: Path | None = None


class BucketIntake:
    """Every object but markers of folders and temporary ones; the ETag tells whether it changed."""

    def __init__(self, login: BucketLogin) -> None:
        self._login = login
        self._store: S3Store | None = None

    async def check(self) -> None:
        """Return when the bucket can be listed."""
        with self._translated():
            async for _ in self._opened().list(self._login.address.prefix or None, chunk_size=1):
                return

    async def look(self) -> AsyncIterator[Sighting]:
        """List page by page."""
        with self._translated():
            listing = self._opened().list(self._login.address.prefix or None, chunk_size=AT_ONCE)
            async for page in listing:
                for found in page:
                    name = found["path"].rsplit("/", 1)[-1]
                    if name and not is_passing(name):
                        yield self._item(found, name)

    def _item(self, found: "ObjectMeta", name: str) -> Item:
        tag = found["e_tag"] or f"{found['last_modified'].timestamp()}-{found['size']}"
        return Item(
            source=f"s3://{self._login.address.bucket}/{escaped(found['path'])}",
            mark=tag,
            filename=shown(name),
            pieces=partial(self._pieces, found["path"], found["e_tag"]),
            size=found["size"],
            metadata={"path": shown(found["path"])},
        )

    async def _pieces(self, path: str, tag: str | None) -> AsyncIterator[bytes]:
        """Stream an object as it was listed."""
        try:
            with self._translated():
                answer = await self._opened().get_async(
                    path, options={"if_match": tag} if tag else None
                )
                async for piece in answer.stream(min_chunk_size=PIECE):
                    yield bytes(piece)
        except exceptions.PreconditionError as error:
            raise Conflict(
                "It was changed since it was listed.", "It is taken at the next look."
            ) from error
        except (FileNotFoundError, exceptions.NotFoundError) as error:
            raise NotFound("It is gone.", "Nothing needs to be done.") from error

    async def accepted(self, items: Sequence[Item]) -> None:
        """Change nothing in the bucket."""

    async def wakes(self) -> AsyncIterator[None]:
        """Yield nothing: a bucket is looked at regularly."""
        for wake in list[None]():
            yield wake

    async def close(self) -> None:
        """Nothing needs to be given back."""

    def _opened(self) -> S3Store:
        """Give the store; no connection is made yet. Raises SetupFailed."""
        if self._store is None:
            self._store = _store(self._login)
        return self._store

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Raise the project's errors for the driver's; of one object's, the caller's are left."""
        bucket, where = self._login.address.bucket, self._login.endpoint or "AWS"
        try:
            yield
        except exceptions.PreconditionError:
            raise
        except (exceptions.BaseError, FileNotFoundError, PermissionError) as error:
            words = str(error)
            if "NoSuchBucket" in words:
                raise SetupFailed(
                    f"There is no bucket '{bucket}' at {where}.",
                    "Check its name, and --endpoint where it is not AWS.",
                ) from error
            if isinstance(error, exceptions.NotFoundError | FileNotFoundError):
                raise
            if _OF_THE_MACHINE in words:
                raise SetupFailed(
                    f"There are no keys for the bucket '{bucket}' at {where}.",
                    "Set DIPTYCH_INTAKE_<NAME>_ACCESS_KEY and _SECRET_KEY, or add it with"
                    " --anonymous.",
                ) from error
            if isinstance(
                error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError
            ) or any(refusal in words for refusal in _REFUSALS):
                raise SetupFailed(
                    f"The bucket '{bucket}' at {where} refuses the keys.",
                    "Check DIPTYCH_INTAKE_<NAME>_ACCESS_KEY and _SECRET_KEY and their rights.",
                ) from error
            raise Unavailable(
                f"The bucket '{bucket}' at {where} does not answer: {_first(words)}.",
                "It is asked again later; check the address and that the server runs.",
            ) from error


def _store(login: BucketLogin) -> S3Store:
    client: Any = dict(_CLIENT)
    config: Any = {"region": login.region or DEFAULT_REGION}
    if login.endpoint:
        config["endpoint"] = login.endpoint
        client["allow_http"] = login.endpoint.startswith("http://")
    if login.anonymous:
        config["skip_signature"] = True
    elif login.access_key:
        config["access_key_id"] = login.access_key
        config["secret_access_key"] = login.secret_key or ""
    try:
        if login.ca:
            client["root_certificate"] = login.ca.read_bytes()
        return S3Store(
            login.address.bucket, config=config, client_options=client, retry_config=_RETRY
        )
    except (OSError, exceptions.BaseError, ValueError) as error:
        raise SetupFailed(
            f"The bucket '{login.address.bucket}' cannot be opened: {_first(str(error))}.",
            "Check --endpoint, --region and --ca.",
        ) from error


def _first(words: str) -> str:
    """Give the driver's own words in one short line."""
    lines = shown(words).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else "no reason given"


def _no_address() -> InvalidInput:
    return InvalidInput("That is no address of a bucket.", "Write it as s3://bucket/prefix.")
