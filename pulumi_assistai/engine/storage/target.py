"""The stack of an operation, as its files describe it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_assistai.engine.errors import EngineError, MalformedStateError, UnsupportedError
from pulumi_assistai.engine.storage.files import make_folder, make_private, tighten, write_atomically
from pulumi_assistai.engine.storage.project import Config, Project, StackSettings
from pulumi_assistai.engine.storage.secrets import Crypter, read_passphrase
from pulumi_assistai.engine.storage.state import State, check_document, load_state, read_document, unusable
from pulumi_assistai.urns import PROVIDER_PREFIX, PYTHON_PROVIDER_TYPE

_IN_CLEAR = '"plaintext":'

SANDBOX = ".sandbox"
"""The folder beside Pulumi.yaml with the states of the embedded engine."""


@dataclass(frozen=True)
class Target:
    """A stack of a project.

    Attributes:
        project: the project.
        stack: the stack's name.
        environment: the environment of programs and providers, with the passphrase.
        overrides: configuration that overrides the files.
        state_directory: the folder of the state; None means `.sandbox` in the project.
    """

    project: Project
    stack: str
    environment: Mapping[str, str]
    overrides: Config = field(default_factory=lambda: Config({}, frozenset()))
    state_directory: Path | None = None

    @property
    def directory(self) -> Path:
        """The folder of the stack's own files."""
        return self.state_directory or self.project.directory / SANDBOX

    @property
    def state_file(self) -> Path:
        """The file of the state."""
        return self.directory / f"{self.stack}.json"

    @property
    def lock_file(self) -> Path:
        """The file of the lock, with the id of the process that has it."""
        return self.directory / f"{self.stack}.lock"

    @property
    def checkpoints(self) -> bool:
        """Whether the state is written after each step. With PULUMI_SKIP_CHECKPOINTS it is written only at the end."""
        return self.environment.get("PULUMI_SKIP_CHECKPOINTS", "").lower() not in ("1", "true")

    @property
    def may_have_dynamic_providers(self) -> bool:
        """Whether resources of dynamic providers are in the state, or no others are: a guess, from its bytes."""
        try:
            state = self.state_file.read_bytes()
        except OSError:
            return True
        return PYTHON_PROVIDER_TYPE.encode() in state or PROVIDER_PREFIX.encode() not in state

    def settings(self) -> StackSettings:
        """Read the stack's settings."""
        return StackSettings.load(self.project, self.stack)

    def document(self) -> dict[str, Any]:
        """Read the state, an empty dict if there is none.

        Raises:
            EngineError: the file cannot be read, or has no state that this engine can use.
        """
        return read_document(self.state_file)

    def make_directory(self) -> None:
        """Create the folder of the state. Only its owner can read the folder `.sandbox` and its files.

        Raises:
            EngineError: the folder cannot be created.
        """
        if self.state_directory is None:
            make_private(self.directory)
        else:
            make_folder(self.directory)

    def tighten_directory(self) -> None:
        """Let only the owner read the sandbox, if there is one."""
        if self.state_directory is None and self.directory.is_dir():
            tighten(self.directory)

    def config(self, crypter: Crypter | None = None) -> Config:
        """Read the configuration. If it has secrets, decrypt them with the stack's crypter."""
        settings = self.settings()
        if settings.secret_keys:
            crypter = crypter or self.crypter()
            return Config.of(self.project, settings, crypter.decrypt, self.overrides)
        return Config.of(self.project, settings, str, self.overrides)

    def crypter(self) -> Crypter:
        """Return the crypter: with the salt of the settings, otherwise of the state, otherwise with a new salt.

        Raises:
            EngineError: the passphrase is wrong.
        """
        salt = self.settings().salt or _salt(self.document())
        passphrase = read_passphrase(self.environment)
        return Crypter.open(passphrase, salt) if salt else Crypter.new(passphrase)

    def state(self, crypter: Crypter, *, saved: bool) -> State:
        """Load the state.

        Args:
            crypter: encrypts its secrets when it is saved.
            saved: save the state; otherwise its changes are dropped.

        Raises:
            EngineError: the file cannot be read, or has no state that this engine can use.
        """
        try:
            return self._load(self.document(), crypter, saved=saved)
        except MalformedStateError as error:
            raise unusable(self.state_file, f"is damaged: {error}") from None

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Replace the stack's state by an exported one.

        Raises:
            EngineError: this engine cannot use the state, or it belongs to another stack.
        """
        self._check_owner(document)
        salt = self.settings().salt or _salt(document)
        crypter = Crypter.open(read_passphrase(self.environment), salt) if salt else self.crypter()
        state = self._load(document, crypter, saved=True)
        text = json.dumps(document, indent=4, ensure_ascii=False)
        own = _salt(document) == crypter.salt and _IN_CLEAR not in text
        # If no new encryption is necessary, the document stays the same, with fields that the engine does not know.
        write_atomically(self.state_file, text if own else state.to_text())

    def write(self, state: State) -> None:
        """Replace the stack's state."""
        write_atomically(self.state_file, state.to_text())

    def _load(self, document: Mapping[str, Any], crypter: Crypter, *, saved: bool) -> State:
        salt = _salt(document)
        reader = crypter if not salt or salt == crypter.salt else Crypter.open(read_passphrase(self.environment), salt)
        return load_state(document, reader, crypter, self.state_file if saved else None, checkpoints=self.checkpoints)

    def _check_owner(self, document: Mapping[str, Any]) -> None:
        prefix = f"urn:pulumi:{self.stack}::{self.project.name}::"
        for resource in check_document(document).get("resources") or ():
            if not resource.get("urn", "").startswith(prefix):
                raise EngineError(
                    f"the state belongs to another stack: {resource.get('urn')} is not in stack {self.stack} of "
                    f"project {self.project.name}"
                )


def _salt(document: Mapping[str, Any]) -> str:
    provider = check_document(document).get("secrets_providers") or {}
    if provider.get("type", "passphrase") != "passphrase":
        raise UnsupportedError(f"states with the secrets provider {provider['type']}")
    return str((provider.get("state") or {}).get("salt", ""))
