"""Whatever picture the API sends for a QR, it is drawn, or there is nothing to draw.

`make test` tries a few pictures, always the same ones; `make soak` tries many more.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_assistai.cli.link.qr import draw_qr, read_qr
from pulumi_assistai.errors import AssistAIError
from tests.fuzzing import fuzz_settings

SIGNATURE = b"\x89PNG\r\n\x1a\n"

fixed = fuzz_settings(150)


def picture(content: str | bytes, error: str = "l", version: int | None = None) -> bytes:
    target = io.BytesIO()
    segno.make_qr(content, error=error, version=version).save(target, kind="png", scale=3)
    return target.getvalue()


def show(png: bytes) -> None:
    """Read a picture and draw what is in it, as `assistai link` does."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            content = read_qr(png)
        lines = [] if content is None else draw_qr(content)
    except AssistAIError as error:
        assert str(error).isprintable()  # noqa: PT017 - most pictures raise nothing
        return
    assert len({len(line) for line in lines}) <= 1
    assert all(set(line) <= set(" ▀▄█") for line in lines)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def joined(parts: list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG of chunks, with the checksums that they need."""
    return SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


PNG = picture("2@" + "aZ9+/" * 40)
PIXELS = zlib.decompress(b"".join(data for kind, data in chunks(PNG) if kind == b"IDAT"))
PLACES = st.integers(0, 99_999)
DAMAGES = st.lists(st.tuples(PLACES, st.binary(min_size=1, max_size=4), st.booleans()), min_size=1, max_size=3)


@given(damages=DAMAGES)
@fixed
def test_damaged_bytes_are_drawn_or_nothing_is(damages: list[tuple[int, bytes, bool]]) -> None:
    png = PNG
    for place, piece, cuts in damages:
        at = place % len(png) or 1
        png = png[:at] if cuts and at > 20 else png[:at] + piece + png[at + len(piece) :]
    show(png)


@given(damages=DAMAGES, drops=st.booleans())
@fixed
def test_damaged_chunks_with_good_checksums_are_drawn_or_nothing_is(
    damages: list[tuple[int, bytes, bool]], *, drops: bool
) -> None:
    parts = chunks(PNG)
    for place, piece, packed in damages:
        number = place % len(parts)
        kind, data = parts[number]
        if drops:
            del parts[number]
            parts.insert(0, (kind, piece))
        elif packed and kind == b"IDAT":
            pixels = bytearray(PIXELS)
            pixels[place % len(pixels) : place % len(pixels) + len(piece)] = piece
            parts[number] = kind, zlib.compress(bytes(pixels))
        else:
            # The height of a header stays below 65,536, so that a picture takes little time.
            at = place % (len(data) or 1)
            at = 3 if kind == b"IHDR" and at < 3 else 7 if kind == b"IHDR" and at < 7 else at
            parts[number] = kind, data[:at] + piece[:1] + data[at + 1 :]
    show(joined(parts))


DIGITS = st.text("0123456789", min_size=1, max_size=900)
CONTENTS = st.one_of(
    st.text(max_size=300),
    DIGITS,
    st.text("ABC $%*+-./:", min_size=1, max_size=600),
    st.builds("{}{}".format, DIGITS, st.text("abñ漢", max_size=300)),
    st.binary(min_size=1, max_size=400),
)


@given(content=CONTENTS, error=st.sampled_from("lmqh"))
@settings(fixed, max_examples=max(fixed.max_examples // 5, 1))
def test_any_content_is_drawn_or_nothing_is(content: str | bytes, error: str) -> None:
    try:
        png = picture(content, error)
    except ValueError:
        return
    show(png)


def test_a_qr_in_mixed_modes_is_drawn_or_nothing_is() -> None:
    target = io.BytesIO()
    # A number and bytes in one QR, each in a mode of its own, are more than fits into one of bytes.
    segno.make_qr([("7" * 3_000), ("a" * 1_500)], error="l").save(target, kind="png", scale=2)
    show(target.getvalue())
