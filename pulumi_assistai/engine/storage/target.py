"""The stack that is worked on, as its files describe it."""

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
"""The folder, beside Pulumi.yaml, that holds the states of the embedded engine."""


@dataclass(frozen=True)
class Target:
    """A stack of a project.

    Attributes:
        project: the project.
        stack: the stack's name.
        environment: what programs, providers and the passphrase are taken from.
        overrides: configuration that takes the place of what the files say.
        state_directory: where the state is kept; None is the folder `.sandbox` of the project.
    """

    project: Project
    stack: str
    environment: Mapping[str, str]
    overrides: Config = field(default_factory=lambda: Config({}, frozenset()))
    state_directory: Path | None = None

    @property
    def directory(self) -> Path:
        """Where the stack's own files are."""
        return self.state_directory or self.project.directory / SANDBOX

    @property
    def state_file(self) -> Path:
        """Where the state is."""
        return self.directory / f"{self.stack}.json"

    @property
    def lock_file(self) -> Path:
        """Where whoever works on the stack leaves the process id."""
        return self.directory / f"{self.stack}.lock"

    @property
    def checkpoints(self) -> bool:
        """Whether the state is written after each step, or as with PULUMI_SKIP_CHECKPOINTS at the end alone."""
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
        """Read the state, an empty dict where there is none.

        Raises:
            EngineError: the file cannot be read, or does not hold a state that this engine understands.
        """
        return read_document(self.state_file)

    def make_directory(self) -> None:
        """Make the folder of the state; that of the sandbox is its owner's alone, with all that is in it.

        Raises:
            EngineError: it cannot be made.
        """
        if self.state_directory is None:
            make_private(self.directory)
        else:
            make_folder(self.directory)

    def tighten_directory(self) -> None:
        """Let nobody but its owner read the sandbox, where there is one."""
        if self.state_directory is None and self.directory.is_dir():
            tighten(self.directory)

    def config(self, crypter: Crypter | None = None) -> Config:
        """Read the configuration; where it has secrets, with the stack's crypter."""
        settings = self.settings()
        if settings.secret_keys:
            crypter = crypter or self.crypter()
            return Config.of(self.project, settings, crypter.decrypt, self.overrides)
        return Config.of(self.project, settings, str, self.overrides)

    def crypter(self) -> Crypter:
        """Return what secrets are encrypted with: as the settings say, else as the state does, else something new.

        Raises:
            EngineError: the passphrase is not the right one.
        """
        salt = self.settings().salt or _salt(self.document())
        passphrase = read_passphrase(self.environment)
        return Crypter.open(passphrase, salt) if salt else Crypter.new(passphrase)

    def state(self, crypter: Crypter, *, saved: bool) -> State:
        """Load the state.

        Args:
            crypter: what its secrets are encrypted with when it is saved.
            saved: save it; else its changes are forgotten.

        Raises:
            EngineError: the file cannot be read, or does not hold a state that this engine understands.
        """
        try:
            return self._load(self.document(), crypter, saved=saved)
        except MalformedStateError as error:
            raise unusable(self.state_file, f"is damaged: {error}") from None

    def replace_state(self, document: Mapping[str, Any]) -> None:
        """Put an exported state in the place of the stack's.

        Raises:
            EngineError: it is no state that this engine understands, or it is another stack's.
        """
        self._check_owner(document)
        salt = self.settings().salt or _salt(document)
        crypter = Crypter.open(read_passphrase(self.environment), salt) if salt else self.crypter()
        state = self._load(document, crypter, saved=True)
        text = json.dumps(document, indent=4, ensure_ascii=False)
        own = _salt(document) == crypter.salt and _IN_CLEAR not in text
        # What needs no new encryption stays as it is, fields that the engine does not know included.
        write_atomically(self.state_file, text if own else state.to_text())

    def write(self, state: State) -> None:
        """Put a state in the place of the stack's."""
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
                    f"the state is of another stack: {resource.get('urn')} is not of stack {self.stack} of project "
                    f"{self.project.name}"
                )


def _salt(document: Mapping[str, Any]) -> str:
    provider = check_document(document).get("secrets_providers") or {}
    if provider.get("type", "passphrase") != "passphrase":
        raise UnsupportedError(f"states with the secrets provider {provider['type']}")
    return str((provider.get("state") or {}).get("salt", ""))
