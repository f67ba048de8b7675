"""Files are touched in `engine/storage` alone; import-linter holds the rest of the engine's layers."""

from __future__ import annotations

import ast
from pathlib import Path

import pulumi_assistai.engine

ENGINE = Path(pulumi_assistai.engine.__file__).parent
TOUCHING = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "mkstemp"}


def touches_files(file: Path) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {func.id for func in calls if isinstance(func, ast.Name)}
    return bool(TOUCHING & (names | {func.attr for func in calls if isinstance(func, ast.Attribute)}))


def test_files_are_touched_in_storage_alone() -> None:
    touching = {file.relative_to(ENGINE).parts[0] for file in ENGINE.rglob("*.py") if touches_files(file)}
    assert touching == {"storage"}
