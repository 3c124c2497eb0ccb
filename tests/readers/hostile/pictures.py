"""Pictures that claim more than they hold, loop, or are something else as well."""

import struct
import zlib

from PIL import Image, PngImagePlugin

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making import packed
from tests.readers.scanning import huge_png, saved

MIB = 1 << 20


def dots(mode: str = "L") -> Image.Image:
    """Draw something that is not blank."""
    picture = Image.new("L", (40, 40), 255)
    picture.paste(0, (5, 5, 30, 30))
    return picture.convert(mode)


def directories(count: int, *, last: int = 0) -> bytes:
    """Make a TIFF of so many directories of one dot each; the last one names ``last`` as next."""
    entries = (
        struct.pack("<HHII", 256, 3, 1, 1), struct.pack("<HHII", 257, 3, 1, 1),
        struct.pack("<HHII", 262, 3, 1, 1), struct.pack("<HHII", 273, 4, 1, 8),
        struct.pack("<HHII", 279, 4, 1, 1),
    )  # fmt: skip
    size = 2 + 12 * len(entries) + 4
    head = b"II*\0" + struct.pack("<I", 16) + bytes(8)
    body = struct.pack("<H", len(entries)) + b"".join(entries)
    following = [16 + size * (n + 1) for n in range(count - 1)] + [last]
    return head + b"".join(body + struct.pack("<I", place) for place in following)


def huge_strip() -> bytes:
    """Make a TIFF whose only strip says that it has 4 GiB."""
    return directories(1).replace(
        struct.pack("<HHII", 279, 4, 1, 1), struct.pack("<HHII", 279, 4, 1, 0xFFFFFFF0)
    )


def huge_gif() -> bytes:
    data = bytearray(saved(dots("P"), "GIF"))
    struct.pack_into("<HH", data, 6, 65_535, 65_535)
    return bytes(data)


def many_frames() -> bytes:
    """Make a moving picture of 300 frames."""
    others = [dots("P").rotate(turn) for turn in range(300)]
    return saved(dots("P"), "GIF", save_all=True, append_images=others)


def script_in_gif() -> bytes:
    """Make a file that is a picture to one program and a script to another."""
    return b"GIF89a/*" + saved(dots("P"), "GIF")[8:] + b"*/=1;alert('hidden')"


def page_in_png() -> bytes:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "<html><script>hidden()</script><p>hidden</p></html>")
    return saved(dots(), pnginfo=told) + packed({"word/document.xml": "<w:p>hidden</w:p>"})


def swelling_comment() -> bytes:
    """Make a PNG whose packed comment has 100 MiB."""
    data = saved(dots())
    raw = b"zTXtComment\0\0" + zlib.compress(bytes(100 * MIB), 1)
    block = struct.pack(">I", len(raw) - 4) + raw + struct.pack(">I", zlib.crc32(raw))
    return data[:33] + block + data[33:]


def swelling_rows() -> bytes:
    """Make a PNG of 100 dots whose packed rows have 100 MiB."""
    data = saved(dots())
    at = data.index(b"IDAT") - 4
    (size,) = struct.unpack_from(">I", data, at)
    raw = b"IDAT" + zlib.compress((b"\0" + b"\xff" * 40) * 5 + bytes(100 * MIB), 1)
    block = struct.pack(">I", len(raw) - 4) + raw + struct.pack(">I", zlib.crc32(raw))
    return data[:at] + block + data[at + size + 12 :]


def upside_down_bitmap() -> bytes:
    data = bytearray(saved(dots(), "BMP"))
    struct.pack_into("<ii", data, 18, 60_000, -60_000)
    return bytes(data)


def huge_jpeg() -> bytes:
    data = bytearray(saved(dots(), "JPEG"))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, 65_500, 65_500)
    return bytes(data)


PICTURES = [
    Case("huge.png", "60,000 x 60,000 dots in 100 bytes", Unreadable.TOO_LARGE,
         lambda: huge_png(60_000, 60_000), "100 million pixels"),
    Case("wide.png", "2,000,000,000 x 2 dots", Unreadable.TOO_LARGE,
         lambda: huge_png(2_000_000_000, 2), "100 million pixels"),
    Case("huge.jpg", "65,500 x 65,500 dots", Unreadable.TOO_LARGE, huge_jpeg, "100 million"),
    Case("huge.gif", "65,535 x 65,535 dots", Unreadable.TOO_LARGE, huge_gif, "100 million"),
    Case("huge.bmp", "60,000 x -60,000 dots", Unreadable.TOO_LARGE,
         upside_down_bitmap, "100 million"),
    Case("comment.png", "a packed comment of 100 MiB", Unreadable.MALFORMED, swelling_comment),
    Case("rows.png", "100 MiB of rows in a picture of 1,600 dots", READ, swelling_rows, "found"),
    Case("directories.tiff", "a million pages", Unreadable.TOO_LARGE,
         lambda: directories(1_000_000), "20,000"),
    Case("loop.tiff", "a page of one dot, whose next page is itself", Unreadable.NO_TEXT,
         lambda: directories(1, last=16)),
    Case("circle.tiff", "a hundred pages of one dot, in a circle", Unreadable.NO_TEXT,
         lambda: directories(100, last=16)),
    Case("strip.tiff", "a dot in a strip of 4 GiB", Unreadable.NO_TEXT, huge_strip),
    Case("frames.gif", "a moving picture of 300 frames", READ, many_frames, "found"),
    Case("script.gif", "a picture that is a script as well", READ, script_in_gif, "found"),
    Case("page.png", "a picture with a web page and a Word document in it", READ,
         page_in_png, "found"),
]  # fmt: skip
