"""Pulumi's passphrase scheme for secrets in the state and in the stack configuration.

The key is derived from the passphrase and a salt (PBKDF2, SHA-256, a million rounds). Values are encrypted with
AES-256-GCM. A salt has the form `v1:SALT:CIPHERTEXT`. The ciphertext is that of a fixed word, to check the passphrase.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pulumi_assistai.engine.errors import EngineError

_PROBE = "pulumi"
_ROUNDS = 1_000_000
_KEY_BYTES = 32
_SALT_BYTES = 8
_NONCE_BYTES = 12


class Crypter:
    """Encrypts and decrypts with one key. An unchanged plaintext keeps its ciphertext.

    Args:
        derive: returns the salt in the form of the state, and the key; called when one of them is first needed.
    """

    def __init__(self, derive: Callable[[], tuple[str, bytes]]) -> None:
        self._derive = derive
        self._ciphertexts: dict[str, str] = {}

    @cached_property
    def _opened(self) -> tuple[str, AESGCM]:
        salt, key = self._derive()
        return salt, AESGCM(key)

    @property
    def salt(self) -> str:
        """The salt in the form of the state."""
        return self._opened[0]

    @property
    def _cipher(self) -> AESGCM:
        return self._opened[1]

    def prepare(self) -> None:
        """Derive the key if that was not done yet. It takes long."""
        assert self._opened

    @classmethod
    def open(cls, passphrase: str | None, salt: str) -> Crypter:
        """Return the crypter of an existing salt. Without a passphrase it tries an empty one.

        Raises:
            EngineError: the passphrase does not fit the salt, or the salt is damaged.
        """
        version, _, rest = salt.partition(":")
        encoded, _, probe = rest.partition(":")
        if version != "v1" or not probe:
            raise EngineError("the encryption salt is damaged: it is not of the form v1:SALT:CIPHERTEXT")
        crypter = cls(lambda: (salt, _derive(passphrase or "", _decoded(encoded))))
        try:
            crypter.decrypt(probe)
        except EngineError:
            problem = "incorrect passphrase" if passphrase is not None else "no passphrase is set"
            raise EngineError(
                f"{problem}: set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the passphrase of "
                "this stack"
            ) from None
        return crypter

    @classmethod
    def new(cls, passphrase: str | None) -> Crypter:
        """Return a crypter for a new stack. Without a passphrase it uses an empty one.

        A process creates one salt for each passphrase, because deriving a key takes long.
        """
        return cls(lambda: _new(passphrase or ""))

    def encrypt(self, plaintext: str) -> str:
        """Return the ciphertext, `v1:NONCE:SEALED`."""
        if plaintext not in self._ciphertexts:
            nonce = os.urandom(_NONCE_BYTES)
            sealed = self._cipher.encrypt(nonce, plaintext.encode(), None)
            self._ciphertexts[plaintext] = f"v1:{_encoded(nonce)}:{_encoded(sealed)}"
        return self._ciphertexts[plaintext]

    def decrypt(self, ciphertext: str) -> str:
        """Return the plaintext.

        Raises:
            EngineError: the ciphertext is damaged, or belongs to another key.
        """
        version, _, rest = ciphertext.partition(":")
        nonce, _, sealed = rest.partition(":")
        if version != "v1":
            raise EngineError("a secret cannot be decrypted: it is not of the form v1:NONCE:CIPHERTEXT")
        try:
            plaintext = self._cipher.decrypt(_decoded(nonce), _decoded(sealed), None).decode()
        except (InvalidTag, ValueError):
            raise EngineError("a secret cannot be decrypted: it belongs to another passphrase or salt") from None
        self._ciphertexts.setdefault(plaintext, ciphertext)
        return plaintext


def read_passphrase(environment: Mapping[str, str]) -> str | None:
    """Return the passphrase in the environment, None if there is none.

    Raises:
        EngineError: the file of PULUMI_CONFIG_PASSPHRASE_FILE cannot be read.
    """
    file = environment.get("PULUMI_CONFIG_PASSPHRASE_FILE")
    if "PULUMI_CONFIG_PASSPHRASE" in environment or not file:
        return environment.get("PULUMI_CONFIG_PASSPHRASE")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise EngineError(f"cannot read PULUMI_CONFIG_PASSPHRASE_FILE {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise EngineError(f"cannot read PULUMI_CONFIG_PASSPHRASE_FILE {file}: it is not UTF-8") from None


@lru_cache(maxsize=64)
def _derive(passphrase: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, _KEY_BYTES)


@lru_cache(maxsize=64)
def _new(passphrase: str) -> tuple[str, bytes]:
    salt = os.urandom(_SALT_BYTES)
    key = _derive(passphrase, salt)
    probe = Crypter(lambda: ("", key)).encrypt(_PROBE)
    return f"v1:{_encoded(salt)}:{probe}", key


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise EngineError("a secret or salt is damaged: it is not base64") from None
