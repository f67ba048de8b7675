"""Launchers: the scripts that the Pulumi CLI starts as the plugin. They start an environment's native provider."""

from __future__ import annotations

from pathlib import Path

import pulumi_assistai
from pulumi_assistai.keys import PLUGIN

_MODULE = Path(pulumi_assistai.__file__).parent / "native" / "__main__.py"
"""A file that is gone if the environment was rebuilt without this package."""

_SHELL = """#!/bin/sh
# Starts the native provider of pulumi_assistai: of the environment that made this file, else of the one on PATH.
python='{python}'
module='{module}'
if [ -x "$python" ] && [ -f "$module" ]; then
  exec "$python" -m pulumi_assistai.native "$@"
fi
if command -v {name} >/dev/null 2>&1; then
  exec {name} "$@"
fi
echo "{name}: {missing}" >&2
exit 1
"""

_WINDOWS = """@echo off
rem Starts the native provider of pulumi_assistai: of the environment that made this file, else of the one on PATH.
setlocal
set "python={python}"
if exist "%python%" if exist "{module}" goto own
where {name}.exe >nul 2>nul && goto path
echo {name}: {missing} 1>&2
exit /b 1
:own
"%python%" -m pulumi_assistai.native %*
exit /b %errorlevel%
:path
{name}.exe %*
exit /b %errorlevel%
"""

_MISSING = (
    "no environment has pulumi_assistai: run pip install pulumi-assistai where the Pulumi CLI runs, "
    "and assistai plugin install in that environment"
)


def launchers(python: str = "") -> dict[str, str]:
    """Return the plugin's files by name.

    Args:
        python: the interpreter of the environment with this package. Default: the native provider on PATH.
    """
    module = str(_MODULE) if python else ""
    own = {"python": _in_quotes(python), "module": _in_quotes(module)}
    windows = _WINDOWS.format(python=python, module=module, name=PLUGIN, missing=_MISSING)
    return {
        PLUGIN: _SHELL.format(**own, name=PLUGIN, missing=_MISSING),
        f"{PLUGIN}.cmd": windows.replace("\n", "\r\n"),
    }


def _in_quotes(text: str) -> str:
    return text.replace("'", "'\\''")
