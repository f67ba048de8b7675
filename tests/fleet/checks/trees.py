"""Files of a test, written as a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pulumi_assistai.fleet.checks import Declaration, check, load


def write(directory: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def agent(body: str = "Hola.", *, name: str = "Ventas", more: str = "") -> str:
    """Return an agent's file; its body begins in line 5, one later for each line more."""
    return f"---\nname: {name}\n{more}---\n\n{body}\n"


def found(directory: Path, *declarations: Declaration, ignored: tuple[str, ...] = ()) -> list[str]:
    """Return what is found in fleets, without the folder of the test."""
    findings = check([load(each) for each in declarations or (Declaration(directory),)], ignored)
    return [str(finding).replace(f"{directory}/", "") for finding in findings]
