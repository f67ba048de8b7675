"""QR codes for people: read from the picture that the API sends, and drawn for a terminal."""

from __future__ import annotations

import io
from itertools import zip_longest

import segno
import zxingcpp
from PIL import Image

_QUIET_ZONE = 2
# Upper and lower half of a character: whether each is light. A light half is drawn in the colour of the text, since
# that is light on most terminals that know no colours.
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}


def read_qr(png: bytes) -> str | None:
    """Return what is in a QR, None where the picture cannot be read."""
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            formats = zxingcpp.barcode_formats_from_str("QRCode")
            found = zxingcpp.read_barcode(picture.convert("L"), formats, text_mode=zxingcpp.TextMode.Plain)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return found.text if found else None


def draw_qr(content: str) -> list[str]:
    """Return the lines of a QR, two rows of it in each, as small as it can be."""
    code = segno.make_qr(content, error="l", boost_error=False)
    rows = [[not dark for dark in row] for row in code.matrix_iter(border=_QUIET_ZONE)]
    # The number of rows is odd: half a line is left, for the quiet zone.
    pairs = zip_longest(rows[::2], rows[1::2], fillvalue=[True] * len(rows[0]))
    return ["".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]
