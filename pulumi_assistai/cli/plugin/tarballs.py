"""Tarballs of the plugin in the format that the Pulumi CLI downloads and installs."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from pulumi_assistai.keys import PLUGIN

PLATFORMS = ("darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64")
"""Platforms of the Pulumi CLI, named like its downloads."""

_EXECUTABLE = 0o755


def download_name(version: str, platform: str) -> str:
    """Return the file name that the Pulumi CLI downloads for a platform."""
    return f"{PLUGIN}-v{version}-{platform}.tar.gz"


def write_tarball(file: Path, contents: Mapping[str, str]) -> None:
    """Write executable files into a tarball. The same files always give the same bytes."""
    with (
        file.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as tarball,
    ):
        for name, text in sorted(contents.items()):
            _add(tarball, name, text.encode())


def _add(tarball: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.size = _EXECUTABLE, len(content)
    tarball.addfile(entry, io.BytesIO(content))
