"""`assistai plugin`: installs the native provider into Pulumi's plugin cache, or packs it for a release."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from pulumi_assistai.cli.plugin.launchers import launchers
from pulumi_assistai.cli.plugin.tarballs import PLATFORMS, download_name, write_tarball
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.redaction import redact

plugin = typer.Typer(
    name="plugin",
    no_args_is_help=True,
    add_completion=False,
    help="Native provider for YAML, TypeScript and Go, as a plugin of Pulumi.",
)

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the tarballs.")]


@plugin.command()
def install() -> None:
    """Install this environment's native provider into Pulumi's plugin cache. Needs the Pulumi CLI."""
    if shutil.which("pulumi") is None:
        raise AssistAIError(
            "no `pulumi` on PATH: install the Pulumi CLI (https://www.pulumi.com/docs/install/); "
            "without the cache it finds pulumi-resource-assistai on PATH"
        )
    installed = version("pulumi-assistai")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plugin.tar.gz"
        write_tarball(file, launchers(sys.executable))
        _pulumi("plugin", "install", "resource", "assistai", f"v{installed}", "--file", str(file), "--reinstall")
    typer.echo(f"installed the plugin assistai v{installed}; it runs {sys.executable}")


@plugin.command()
def package(out: Out = Path()) -> None:
    """Write one tarball per platform, for a release. Their launchers run the package that pip installed."""
    out.mkdir(parents=True, exist_ok=True)
    for platform in PLATFORMS:
        file = out / download_name(version("pulumi-assistai"), platform)
        write_tarball(file, launchers())
        typer.echo(str(file))


def _pulumi(*arguments: str) -> None:
    """Run `pulumi`.

    Raises:
        AssistAIError: it failed. The message has its output.
    """
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
    # The command is the user's own `pulumi`, with arguments of ours.
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssistAIError(f"`pulumi plugin install` failed: {redact(' '.join(done.stderr.split()))}")
