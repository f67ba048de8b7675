"""The files of a project: Pulumi.yaml, and the stack configuration in Pulumi.STACK.yaml.

The engine ignores the runtime options: programs and providers run on the engine's own interpreter, whatever
`virtualenv` says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.plain_yaml import PlainLoader
from pulumi_assistai.properties import Secret, revealed

PYTHON = "python"
"""The runtime of the projects that this engine runs."""

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
_LEGACY_KEY_PARTS = 3


@dataclass(frozen=True)
class Project:
    """A Pulumi project.

    Attributes:
        name: the project's name.
        directory: the folder of Pulumi.yaml.
        program: the folder of the program, or its file.
        defaults: full configuration keys to the project's default values.
        required: full configuration keys that every stack must set.
        config_directory: the folder of the stacks' configuration files.
    """

    name: str
    directory: Path
    program: Path
    defaults: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    config_directory: Path = Path()

    @property
    def program_directory(self) -> Path:
        """The working directory of the program and its providers."""
        return self.program.parent if self.program.is_file() else self.program

    @classmethod
    def load(cls, directory: Path) -> Project:
        """Read Pulumi.yaml.

        Raises:
            EngineError: there is no such file, or it does not describe a Python project.
        """
        directory = directory.resolve()
        file = find_project_file(directory)
        if file is None:
            raise EngineError(
                f"no Pulumi.yaml in {directory}; use a project's folder, or make one with `assistai new DIR`"
            )
        document = _read(file)
        name = document.get("name")
        if not isinstance(name, str) or not name:
            raise EngineError(f"{file}: the project has no name")
        _require_python(document)
        entries = document.get("config") or {}
        defaults, required = _defaults(entries if isinstance(entries, dict) else {}, name)
        configs = directory / str(document.get("stackConfigDir") or (entries if isinstance(entries, str) else ""))
        program = directory / str(document.get("main") or "")
        return cls(name, directory, program, defaults, required, configs)


@dataclass(frozen=True)
class StackSettings:
    """The content of Pulumi.STACK.yaml.

    Attributes:
        entries: full configuration keys to their values in the file. `secure` values are still encrypted.
        salt: the encryption salt, empty if the file has none.
    """

    entries: Mapping[str, Any]
    salt: str = ""

    @classmethod
    def load(cls, project: Project, stack: str) -> StackSettings:
        """Read a stack's file, or Pulumi.sandbox.yaml if the stack has no file.

        Raises:
            EngineError: the file cannot be read, or uses a feature that only the Pulumi CLI has.
        """
        files = [project.config_directory / f"Pulumi.{name}.yaml" for name in (stack, "sandbox")]
        file = next((file for file in files if file.is_file()), None)
        if file is None:
            return cls({})
        document = _read(file)
        if document.get("secretsprovider", "passphrase") != "passphrase":
            raise UnsupportedError(f"the secrets provider {document['secretsprovider']}")
        if document.get("environment"):
            raise UnsupportedError(f"ESC environments (`environment` in {file})")
        entries = document.get("config") or {}
        if not isinstance(entries, dict):
            raise EngineError(f"{file}: `config` has no settings; write them as `KEY: VALUE`")
        named = {_full_key(str(key), project.name): value for key, value in entries.items()}
        return cls(named, str(document.get("encryptionsalt") or ""))

    @property
    def secret_keys(self) -> frozenset[str]:
        """The keys of the encrypted values."""
        return frozenset(key for key, value in self.entries.items() if _has_secure(value))


@dataclass(frozen=True)
class Config:
    """A stack's configuration, decrypted.

    Attributes:
        values: full keys, such as `project:key`, to strings; objects are JSON.
        secret_keys: the keys of secrets.
        secrets: the texts of the secrets; of an object, those of its secret parts.
    """

    values: Mapping[str, str]
    secret_keys: frozenset[str]
    secrets: frozenset[str] = frozenset()

    @classmethod
    def of(cls, project: Project, settings: StackSettings, decrypt: Callable[[str], str], overrides: Config) -> Config:
        """Combine the project's defaults, the stack's settings and `overrides`. Later ones win.

        Raises:
            EngineError: the stack does not set a required key, or a secret cannot be decrypted.
        """
        missing = [key for key in project.required if key not in {**settings.entries, **overrides.values}]
        if missing:
            raise EngineError(f"the stack has no value for {', '.join(missing)}, which Pulumi.yaml requires")
        secrets = set(overrides.secrets)

        def reveal(text: str) -> str:
            secrets.add(found := decrypt(text))
            return found

        values = {key: _as_text(_decrypted(value, reveal)) for key, value in settings.entries.items()}
        combined = {**project.defaults, **values, **overrides.values}
        return cls(combined, settings.secret_keys | overrides.secret_keys, frozenset(secrets))

    @classmethod
    def given(cls, project: Project, values: Mapping[str, Any]) -> Config:
        """Return configuration from values, secrets as `Secret`. A key without a namespace belongs to the project."""
        named = {_full_key(key, project.name): value for key, value in values.items()}
        secret_keys = frozenset(key for key, value in named.items() if isinstance(value, Secret))
        texts = {key: _as_text(revealed(value)) for key, value in named.items()}
        return cls(texts, secret_keys, frozenset(texts[key] for key in secret_keys))


def find_project_file(directory: Path) -> Path | None:
    """Return the project file of a folder, None if there is none."""
    return next((file for file in map(directory.joinpath, _PROJECT_FILES) if file.is_file()), None)


def runtime_of(directory: Path) -> str:
    """Return the runtime of a folder's project, such as "yaml"; empty where there is no project, or it names none.

    Raises:
        EngineError: Pulumi.yaml cannot be read.
    """
    file = find_project_file(directory)
    return "" if file is None else _runtime(_read(file))


def _read(file: Path) -> dict[str, Any]:
    try:
        # The loader is a safe one.
        document = yaml.load(file.read_text(encoding="utf-8"), PlainLoader)  # noqa: S506
    except OSError as error:
        raise EngineError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise EngineError(f"{file} is not UTF-8; save it as UTF-8") from None
    except yaml.YAMLError as error:
        raise EngineError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise EngineError(f"{file} has no settings; write them as `KEY: VALUE`")
    return document


def _runtime(document: Mapping[str, Any]) -> str:
    runtime = document.get("runtime")
    return str((runtime.get("name") if isinstance(runtime, dict) else runtime) or "")


def _require_python(document: Mapping[str, Any]) -> None:
    name = _runtime(document)
    if name != PYTHON:
        raise UnsupportedError(f"the runtime {name or None}")


def _defaults(entries: Mapping[str, Any], project: str) -> tuple[dict[str, str], tuple[str, ...]]:
    found = {_full_key(str(key), project): _default(value) for key, value in entries.items()}
    given = {key: _as_text(value) for key, value in found.items() if value is not None}
    return given, tuple(key for key, value in found.items() if value is None and key.startswith(f"{project}:"))


def _default(entry: Any) -> Any:
    return entry.get("value", entry.get("default")) if isinstance(entry, dict) else entry


def _full_key(key: str, project: str) -> str:
    parts = key.split(":")
    if len(parts) == _LEGACY_KEY_PARTS and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return key if len(parts) > 1 else f"{project}:{key}"


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["secure"] and isinstance(value["secure"], str)


def _has_secure(value: Any) -> bool:
    if _is_secure(value):
        return True
    elements = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_secure, elements))


def _decrypted(value: Any, decrypt: Callable[[str], str]) -> Any:
    if _is_secure(value):
        return decrypt(value["secure"])
    if isinstance(value, dict):
        return {key: _decrypted(element, decrypt) for key, element in value.items()}
    if isinstance(value, list):
        return [_decrypted(element, decrypt) for element in value]
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
