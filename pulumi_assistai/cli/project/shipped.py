"""Folders shipped with the package: inside it in a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def shipped(*parts: str) -> Path:
    """Return a shipped folder, such as an example's."""
    places = [_PACKAGE.joinpath(*parts), _PACKAGE.parent.joinpath(*parts)]
    return next(place for place in places if place.is_dir())
