"""A bucket on a real S3 server."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import obstore
import pytest

from contracts.errors import (
    Conflict,
    DiptychError,
    InvalidInput,
    NotFound,
    SetupFailed,
    Unavailable,
)
from contracts.intake import Intake
from readers.intake.bucket import BucketAddress, BucketIntake, BucketLogin
from tests.readers.intake_contract import IntakeContract, Stand, content, items, serving
from tests.readers.s3proxy import ACCESS_KEY, SECRET_KEY, S3Proxy


@pytest.fixture(scope="module")
def server() -> Iterator[S3Proxy]:
    yield from serving(S3Proxy)


@dataclass
class BucketStand(Stand):
    server: S3Proxy
    bucket: str
    prefix: str = ""

    def __post_init__(self) -> None:
        self.server.create(self.bucket)
        self.store = self.server.store(self.bucket)
        self.intake: Intake = BucketIntake(self.login)

    @property
    def login(self) -> BucketLogin:
        address = BucketAddress(self.bucket, self.prefix)
        return BucketLogin(address, ACCESS_KEY, SECRET_KEY, self.server.endpoint)

    async def put(self, name: str, content: bytes) -> str:
        await obstore.put_async(self.store, name, content)
        return name


@pytest.fixture
def stand(server: S3Proxy) -> BucketStand:
    return BucketStand(server, f"b{uuid.uuid4().hex}")


class TestBucketIntake(IntakeContract):
    """The common contract."""


async def test_only_what_is_below_the_prefix_is_taken(stand: BucketStand) -> None:
    for key in ("2024/a.txt", "2024/sub/b.txt", "2024b/c.txt", "d.txt"):
        await stand.put(key, b"x")
    login = replace(stand.login, address=BucketAddress(stand.bucket, "2024"))
    found = await items(BucketIntake(login))
    assert {item.source for item in found.values()} == {
        f"s3://{stand.bucket}/2024/a.txt",
        f"s3://{stand.bucket}/2024/sub/b.txt",
    }


async def test_a_changed_object_has_another_mark_and_the_old_bytes_are_not_mixed(
    stand: BucketStand,
) -> None:
    await stand.put("a.txt", b"one")
    before = (await items(stand.intake))["a.txt"]
    await stand.put("a.txt", b"another")
    after = (await items(stand.intake))["a.txt"]
    assert (before.source, before.mark != after.mark) == (after.source, True)
    assert await content(after) == b"another"
    with pytest.raises(Conflict):
        await content(before)


async def test_an_object_that_is_gone_is_said(stand: BucketStand) -> None:
    await stand.put("a.txt", b"one")
    item = (await items(stand.intake))["a.txt"]
    await obstore.delete_async(stand.store, "a.txt")
    with pytest.raises(NotFound):
        await content(item)


async def test_hidden_and_temporary_objects_are_left_alone(stand: BucketStand) -> None:
    for key in (".hidden", "a/b.tmp", "a/kept.txt"):
        await stand.put(key, b"x")
    assert set(await items(stand.intake)) == {"kept.txt"}


@pytest.mark.parametrize("key", ["Счета/№ 1.pdf", "a b+c&d=e?.txt", "100%.txt", "n" * 1000])
async def test_any_key_is_taken(stand: BucketStand, key: str) -> None:
    await stand.put(key, b"x")
    (item,) = (await items(stand.intake)).values()
    assert await content(item) == b"x"
    assert item.filename == key.rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (
            {"address": BucketAddress("no-such-bucket", "")},
            SetupFailed,
            "no bucket 'no-such-bucket'",
        ),
        ({"secret_key": "wrong"}, SetupFailed, "refuses the keys"),
        ({"access_key": "wrong"}, SetupFailed, "refuses the keys"),
        ({"anonymous": True}, SetupFailed, "refuses the keys"),
        ({"ca": Path("/none")}, SetupFailed, "cannot be opened"),
        ({"endpoint": "http://127.0.0.1:1"}, Unavailable, "does not answer"),
    ],
)
async def test_what_keeps_one_out_is_said(
    stand: BucketStand, wrong: dict[str, object], error: type[DiptychError], said: str
) -> None:
    intake = BucketIntake(replace(stand.login, **wrong))  # type: ignore[arg-type]  # by the table
    with pytest.raises(error, match=said):
        await intake.check()
    with pytest.raises(error, match=said):
        await items(intake)


async def test_keys_that_are_nowhere_are_not_called_refused() -> None:
    intake = BucketIntake(BucketLogin(BucketAddress("b", "")))
    with pytest.raises(SetupFailed, match="There are no keys"), intake._translated():
        raise obstore.exceptions.GenericError("PUT http://169.254.169.254/latest: 403 Forbidden")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bucket",
        "s3://",
        "s3:///prefix",
        "gs://bucket",
        "s3://b/a%0ab",
        "s3://a b/",
        "s3://b/../x",
        "s3://b/x//y",
        "s3://k:s@b/",
    ],
)
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(InvalidInput, match="no address"):
        BucketAddress.parse(text)


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://b", "b", ""),
        ("s3://b/", "b", ""),
        ("s3://b/2024/Q1/", "b", "2024/Q1"),
        ("s3://b/%D0%A1", "b", "С"),
    ],
)
def test_an_address_is_read(text: str, bucket: str, prefix: str) -> None:
    address = BucketAddress.parse(text)
    assert (address.bucket, address.prefix) == (bucket, prefix)
    assert BucketAddress.parse(str(address)) == address
