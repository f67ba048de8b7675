"""QR codes: decoded from the API's picture and drawn for a terminal."""

from __future__ import annotations

import io
import struct
from itertools import zip_longest

import segno
import zxingcpp
from PIL import Image

from pulumi_assistai.errors import AssistAIError

LARGEST_SIDE = 4000
"""Pixels: a WhatsApp QR code has a few hundred. A PNG of a few KB with 13,300 x 13,300 takes gigabytes to decode."""

_QUIET_ZONE = 2
_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
# Upper and lower half of a character: whether each is light. A light half is drawn in the colour of the text, since
# that is light on most terminals that know no colours.
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def require_small(png: bytes) -> None:
    """Refuse a picture that is too large for a QR code before it is decoded.

    Raises:
        AssistAIError: it is too large, or not a PNG.
    """
    if not png.startswith(_HEADER) or len(png) < len(_HEADER) + 8:
        raise AssistAIError("the picture of the QR code is not a PNG; if it persists, contact AssistAI support")
    width, height = struct.unpack_from(">II", png, len(_HEADER))
    if max(width, height) > LARGEST_SIDE:
        raise AssistAIError(
            f"the picture of the QR code was not opened: it has {width} x {height} pixels, more than "
            f"{LARGEST_SIDE} x {LARGEST_SIDE}; if it persists, contact AssistAI support"
        )


def read_qr(png: bytes) -> str | None:
    """Return the text of a QR code, None if the picture cannot be decoded."""
    try:
        require_small(png)
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            # A PNG can hold a second header; only headers have been read so far.
            if max(picture.size) > LARGEST_SIDE:
                return None
            formats = zxingcpp.barcode_formats_from_str("QRCode")
            found = zxingcpp.read_barcode(picture.convert("L"), formats, text_mode=zxingcpp.TextMode.Plain)
    except (AssistAIError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return found.text if found else None


def draw_qr(content: str) -> list[str]:
    """Return the lines of a QR code in its smallest form, two rows in each line.

    Raises:
        AssistAIError: it cannot be drawn, for example because it only fits with a mixture of modes.
    """
    try:
        code = segno.make_qr(content, error="l", boost_error=False)
    except ValueError:
        raise AssistAIError("the QR code is too large for a terminal; use --web or --png FILE") from None
    rows = [[not dark for dark in row] for row in code.matrix_iter(border=_QUIET_ZONE)]
    # The number of rows is odd: half a line is left, for the quiet zone.
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[True] * len(rows[0]))
    return ["".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]
