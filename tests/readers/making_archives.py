"""Archives of every kind made on the spot, also such as no decent program would make."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import py7zr
from backports import zstd


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], *others: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in others:
            archive.addfile(member)
    return buffer.getvalue()


def sevenzipped(
    files: Mapping[str, bytes], password: str | None = None, *, header_encryption: bool = False
) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(
        buffer, "w", password=password, header_encryption=header_encryption
    ) as archive:
        for number, content in enumerate(files.values()):
            archive.writestr(content, str(number))
        # The library writes no names that lead elsewhere; others do.
        for member, name in zip(archive.header.files_info.files, files, strict=True):
            member["filename"] = name
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


PACKERS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "application/zip": zipped,
    "application/x-tar": tarred,
    "application/gzip": lambda files: gzip.compress(tarred(files)),
    "application/x-bzip2": lambda files: bz2.compress(tarred(files)),
    "application/x-xz": lambda files: lzma.compress(tarred(files)),
    "application/zstd": lambda files: zstd.compress(tarred(files)),
    "application/x-7z-compressed": sevenzipped,
}
