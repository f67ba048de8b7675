"""The passphrase scheme, with a salt and a ciphertext that the Pulumi CLI 3.260 made."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.storage.secrets import Crypter, read_passphrase

PASSPHRASE = "test"
SALT = "v1:tiGMTTzuBaw=:v1:6Qz+hMf727LIBYc2:BZYA/gJwRp9JF/kZ12sNzl/x2Fe2xg=="
CIPHERTEXT = "v1:iGiYpjztLfF7GbcC:Lk3gqJZ/XlhWMSgKZWTl8Fi/FwAi"
PLAINTEXT = "pssst"


@pytest.fixture(scope="module")
def crypter() -> Crypter:
    return Crypter.open(PASSPHRASE, SALT)


def test_what_the_cli_encrypted_is_read(crypter: Crypter) -> None:
    assert crypter.decrypt(CIPHERTEXT) == PLAINTEXT


def test_an_unchanged_plaintext_keeps_its_ciphertext(crypter: Crypter) -> None:
    crypter.decrypt(CIPHERTEXT)
    assert crypter.encrypt(PLAINTEXT) == CIPHERTEXT
    other = crypter.encrypt("another")
    assert crypter.encrypt("another") == other
    assert crypter.decrypt(other) == "another"


def test_a_wrong_passphrase_is_told() -> None:
    with pytest.raises(EngineError, match="incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE"):
        Crypter.open("wrong", SALT)


def test_a_passphrase_that_is_not_set_is_told_in_one_line() -> None:
    with pytest.raises(EngineError, match=r"^no passphrase is set: set PULUMI_CONFIG_PASSPHRASE ") as raised:
        Crypter.open(read_passphrase({}), SALT)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("salt", ["", "v1", "v2:a:b", "v1:tiGMTTzuBaw=", "v1:%:v1:a:b"])
def test_a_damaged_salt_is_told(salt: str) -> None:
    with pytest.raises(EngineError):
        Crypter.open(PASSPHRASE, salt)


@pytest.mark.parametrize("ciphertext", ["", "plain", "v1:a:b", CIPHERTEXT[:-4], CIPHERTEXT.replace("Lk3g", "Lk3h")])
def test_a_damaged_ciphertext_is_told(crypter: Crypter, ciphertext: str) -> None:
    with pytest.raises(EngineError, match=r"cannot be decrypted|damaged"):
        crypter.decrypt(ciphertext)


def test_a_new_salt_fits_its_passphrase() -> None:
    made = Crypter.new("own")
    assert Crypter.open("own", made.salt).decrypt(made.encrypt("ñ")) == "ñ"


def test_the_passphrase_comes_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("from the file\n")
    named = {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)}
    assert read_passphrase({}) is None
    assert read_passphrase(named) == "from the file"
    assert read_passphrase({**named, "PULUMI_CONFIG_PASSPHRASE": ""}) == ""
    file.write_bytes(b"\xff")
    with pytest.raises(EngineError, match="it is not UTF-8"):
        read_passphrase(named)
    file.unlink()
    with pytest.raises(EngineError, match="cannot read PULUMI_CONFIG_PASSPHRASE_FILE"):
        read_passphrase(named)
