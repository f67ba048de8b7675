"""The pytest plugin. pytest imports it in every run with this package installed, so it imports little itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pulumi_assistai.emulator import Emulator
    from pulumi_assistai.testing.stack import ProgramStack


@pytest.fixture
def assistai_emulator() -> Iterator[Emulator]:
    """Provide an emulator of the AssistAI API during a test. It starts empty, and it can be told to fail.

    For other accounts, another dialect or an odd API, define a fixture of this name in a conftest.py. Its first account
    is the default connection of the tested programs.
    """
    _require_extra()
    from pulumi_assistai.emulator import Emulator  # noqa: PLC0415 - other runs do not wait for it

    with Emulator(qr_lifetime=0, faults=True) as running:
        yield running


@pytest.fixture
def assistai_stack(assistai_emulator: Emulator, tmp_path: Path) -> Callable[..., ProgramStack]:
    """Provide a function that makes a stack of a program on the embedded engine, with agents in `assistai_emulator`.

        def test_ventas(assistai_stack):
            stack = assistai_stack(program)
            assert stack.up().succeeded
            assert stack.api.agent("Ventas")["tone"] == "amigable"

    Its arguments: `program`, a function or a project's folder; by keyword `name` (default "test"), `config` and
    `environment`; see `pulumi_assistai.testing.ProgramStack`. Two stacks of a test share the emulator, but not the
    state.
    """
    _require_extra()
    from pulumi_assistai.emulator import DEFAULT_ACCOUNTS  # noqa: PLC0415 - as above
    from pulumi_assistai.testing.stack import ProgramStack  # noqa: PLC0415 - as above

    numbers = count(1)

    def make(
        program: Callable[[], Any] | str | Path,
        *,
        name: str = "test",
        config: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ProgramStack:
        state_dir = tmp_path / f"assistai-stack-{next(numbers)}"
        state_dir.mkdir()
        return ProgramStack(
            program,
            url=assistai_emulator.url,
            state_dir=state_dir,
            name=name,
            config=config,
            environment=environment,
            account=next(iter(assistai_emulator.accounts), DEFAULT_ACCOUNTS[0]),
        )

    return make


def _require_extra() -> None:
    if not all(map(find_spec, ("cryptography", "fastapi", "uvicorn"))):
        raise pytest.UsageError("the fixtures of AssistAI need an extra: pip install 'pulumi-assistai[testing]'")
