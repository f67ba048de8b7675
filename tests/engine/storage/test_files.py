"""The files of a sandbox: private, written as a whole or not at all, and refused in one line where they are damaged."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from pulumi_assistai.emulator import Emulator
from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.storage.files import make_private, tighten, write_atomically
from pulumi_assistai.engine.storage.lock import locked
from tests.engine.conftest import Things
from tests.waiting import DEADLINE

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
DAMAGED = {
    "null": b"null",
    "an empty list": b"[]",
    "a number": b"0",
    "a list": b'[{"version": 3}]',
    "a text": b'"state"',
    "an empty object": b"{}",
    "nothing": b"",
    "not UTF-8": b'{"version": 3, "deployment": {"\xff": 1}}',
    "truncated": b'{"version": 3, "deployment": {"resources": [',
    "nested too deeply": b'{"version": 3, "deployment": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "a value nested too deeply": (
        b'{"version": 3, "deployment": {"resources": [{"urn": "u", "type": "t", "inputs": {"a": '
        + b"[" * 970
        + b"]" * 970
        + b"}}]}}"
    ),
    "a future version": b'{"version": 9, "deployment": {}}',
    "a feature": b'{"version": 4, "features": ["views"], "deployment": {}}',
    "features that are none": b'{"version": 3, "features": 1, "deployment": {}}',
    "no deployment": b'{"version": 3}',
    "resources that are a text": b'{"version": 3, "deployment": {"resources": "none"}}',
    "a resource that is a number": b'{"version": 3, "deployment": {"resources": [1]}}',
    "a resource without a name": b'{"version": 3, "deployment": {"resources": [{"type": "t"}]}}',
    "a secret without a text": (
        b'{"version": 3, "deployment": {"resources": [{"urn": "u", "inputs": {"a": '
        b'{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}}}]}}'
    ),
    "a salt that is a list": b'{"version": 3, "deployment": {"secrets_providers": {"state": [1]}}}',
}


def full_disk(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def no_permission(*_: object, **__: object) -> NoReturn:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def one_line(raised: pytest.ExceptionInfo[EngineError]) -> str:
    text = str(raised.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy", "outputs"])
def test_a_damaged_state_is_refused_by_name_and_left_as_it_is(things: Things, content: bytes, verb: str) -> None:
    file = things.directory / ".sandbox" / "dev.json"
    file.parent.mkdir()
    file.write_bytes(content)
    things.program("")
    asked: Callable[[], Any] = things.stack.outputs if verb == "outputs" else lambda: things.run(verb)
    with pytest.raises(EngineError) as raised:
        asked()
    text = one_line(raised)
    assert text.startswith((f"the state {file.resolve()} is damaged: ", f"the state {file.resolve()} cannot be used: "))
    assert "Replace it by a good copy, or move it away" in text
    assert file.read_bytes() == content


def test_a_folder_where_the_state_should_be_is_said(things: Things) -> None:
    (things.directory / ".sandbox" / "dev.json").mkdir(parents=True)
    with pytest.raises(EngineError, match=r"cannot read the state .*dev\.json: Is a directory"):
        things.run("up", "")


@pytest.mark.parametrize("verb", ["preview", "up", "refresh", "destroy"])
def test_a_file_where_the_sandbox_should_be_is_said(things: Things, verb: str) -> None:
    things.write(".sandbox", "mine")
    with pytest.raises(EngineError) as raised:
        things.run(verb, 'Thing("a")')
    assert one_line(raised).endswith(".sandbox is a file, but the sandbox needs a folder there; move the file away")
    assert (things.directory / ".sandbox").read_text() == "mine"
    assert things.calls() == []


def test_a_stacks_file_that_cannot_be_read_is_said(things: Things) -> None:
    file = things.directory / "Pulumi.dev.yaml"
    for content, words in {
        b"config: [a]": "`config` has no settings",
        b"[]": "has no settings",
        b"config:\n  a: \xff": "is not UTF-8",
        b"config: {": "is not YAML",
    }.items():
        file.write_bytes(content)
        with pytest.raises(EngineError) as raised:
            things.run("up", "")
        text = one_line(raised)
        assert str(file.resolve()) in text
        assert words in text
        assert file.read_bytes() == content


def test_a_full_disk_is_said_and_leaves_the_state_as_it_was(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    things.up('Thing("a")')
    before = things.document()
    things.calls()
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(EngineError) as raised:
        things.run("up", 'Thing("a")\nThing("b")')
    text = one_line(raised)
    assert text.startswith(f"cannot write {things.directory.resolve()}/.sandbox/dev.json: No space left on device; ")
    assert things.calls() == [], "a creation that cannot be noted does not begin"
    assert things.document() == before
    assert sorted(file.name for file in (things.directory / ".sandbox").iterdir()) == ["dev.json", "dev.lock"]


def test_a_text_that_fits_no_more_is_written_not_at_all(tmp_path: Path) -> None:
    script = """
import resource, sys
from pathlib import Path
from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.storage.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_atomically(Path(sys.argv[1]), "new" * 10_000)
except EngineError as error:
    print(error)
"""
    if sys.platform == "win32":
        pytest.skip("there are no such limits")
    file = tmp_path / "dev.json"
    file.write_text("old")
    command = [sys.executable, "-c", script, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.startswith(f"cannot write {file}: File too large; it keeps its former text.")
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert [found.name for found in tmp_path.iterdir()] == ["dev.json"]
    assert file.read_text() == "old"


def test_no_permission_is_one_line(things: Things, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkstemp", no_permission)
        with pytest.raises(EngineError, match=r"^cannot write .*dev\.json: Permission denied; ") as raised:
            write_atomically(tmp_path / "dev.json", "text")
        one_line(raised)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", no_permission)
        with pytest.raises(EngineError, match=r"^cannot create the folder .*\.sandbox: Permission denied$"):
            things.run("up", "")
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", no_permission)
        lock = locked(tmp_path / "dev.lock", "dev")
        with pytest.raises(EngineError, match=r"^cannot lock stack dev with .*dev\.lock: Permission denied$"), lock:
            pass


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@on_posix
def test_a_sandbox_is_its_owners_alone(things: Things) -> None:
    sandbox = things.directory / ".sandbox"
    before = os.umask(0)
    try:
        things.up('Thing("a")')
        make_private(sandbox)
        with Emulator(db=sandbox / "emulator.db"):
            assert (mode(sandbox), {mode(file) for file in sandbox.iterdir()}) == (0o700, {0o600})
            assert {"dev.json", "dev.lock", "emulator.db"} <= {file.name for file in sandbox.iterdir()}
    finally:
        os.umask(before)


@on_posix
@pytest.mark.parametrize("verb", ["preview", "up"])
def test_a_sandbox_that_others_could_read_becomes_private(things: Things, verb: str) -> None:
    things.up('Thing("a")')
    sandbox, outside = things.directory / ".sandbox", things.directory / "things.py"
    (sandbox / "emulator.db").write_bytes(b"")
    (sandbox / "link").symlink_to(outside)
    sandbox.chmod(0o755)
    outside.chmod(0o644)
    for file in sandbox.iterdir():
        file.chmod(0o644)
    things.run(verb)
    assert mode(sandbox) == 0o700
    assert {file.name: mode(file) for file in sandbox.iterdir() if not file.is_symlink()} == dict.fromkeys(
        ("dev.json", "dev.lock", "emulator.db"), 0o600
    )
    assert mode(outside) == 0o644


@on_posix
def test_other_peoples_files_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "theirs").write_text("")
    (tmp_path / "theirs").chmod(0o644)
    monkeypatch.setattr(Path, "chmod", no_permission)
    tighten(tmp_path)
    assert mode(tmp_path / "theirs") == 0o644
