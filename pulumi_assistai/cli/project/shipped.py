"""Folders that are shipped with the package: in a wheel inside of it, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]


def shipped(*parts: str) -> Path:
    """Return a folder, such as the one of an example."""
    places = [_PACKAGE.joinpath(*parts), _PACKAGE.parent.joinpath(*parts)]
    return next(place for place in places if place.is_dir())
