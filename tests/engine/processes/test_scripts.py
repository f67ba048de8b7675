"""Plugins of native providers: console scripts beside the running Python, and no others."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pulumi_assistai.engine.processes.scripts import plugin_script


def test_the_plugin_that_is_installed_is_found() -> None:
    assert plugin_script("assistai") == Path(sys.executable).with_name("pulumi-resource-assistai")


@pytest.mark.parametrize("package", ["aws", "", "../assistai", "assistai/../assistai", "Assistai", "-"])
def test_no_other_is(package: str) -> None:
    assert plugin_script(package) is None


def test_one_elsewhere_on_the_path_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "pulumi-resource-aws"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert plugin_script("aws") is None
