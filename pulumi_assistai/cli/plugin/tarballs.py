"""Tarballs of the plugin, as the Pulumi CLI installs and downloads them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from pulumi_assistai.cli.plugin.launchers import NAME

PLATFORMS = ("darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64")
"""Platforms that the Pulumi CLI runs on, as its downloads name them."""

_EXECUTABLE = 0o755


def download_name(version: str, platform: str) -> str:
    """Return the name under which the Pulumi CLI downloads a plugin."""
    return f"{NAME}-v{version}-{platform}.tar.gz"


def write_tarball(file: Path, contents: Mapping[str, str]) -> None:
    """Write executable files into a tarball, the same bytes whenever it is made."""
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
