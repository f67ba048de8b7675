"""The check of the native provider: where the Pulumi CLI finds it, and which version."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path

from pulumi_assistai.cli.doctor.checks import OK, PROBLEM, WARNING, Check
from pulumi_assistai.keys import NAMESPACE, PLUGIN

_NAME = "native provider"
_FOLDER = f"resource-{NAMESPACE}-v"


def check_native_provider() -> Check:
    """Return where the Pulumi CLI finds the provider: on PATH, or else in its plugin cache."""
    script = shutil.which(PLUGIN)
    if script is not None:
        return Check(_NAME, OK, f"on PATH: {script}")
    own, cached = version("pulumi-assistai"), _cached_versions()
    if own in cached:
        return Check(_NAME, OK, f"{own} in Pulumi's plugin cache")
    if cached:
        others = ", ".join(cached)
        return Check(_NAME, WARNING, f"{others} in Pulumi's plugin cache, not {own}; run `assistai plugin install`")
    return Check(_NAME, PROBLEM, f"no {PLUGIN} on PATH or in Pulumi's plugin cache; run `assistai plugin install`")


def _cached_versions() -> list[str]:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folders = (path for path in home.glob(f"plugins/{_FOLDER}*") if path.is_dir())
    return sorted(path.name.removeprefix(_FOLDER) for path in folders)
