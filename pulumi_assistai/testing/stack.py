"""Stacks of tested programs, on the embedded engine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, Account
from pulumi_assistai.engine import Result, Stack
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.processes.runner import Program
from pulumi_assistai.engine.reporting.events import Event
from pulumi_assistai.keys import variable
from pulumi_assistai.providers import NEEDED
from pulumi_assistai.testing.api import Api

PASSPHRASE = "test"  # noqa: S105 - it guards the state of a test
_OURS = ("ASSISTAI_", "PULUMI_")


class ProgramStack:
    """A stack of one program, with its agents in an emulator.

    A failed operation raises no exception: its result has `succeeded=False` and diagnostics that say why.

    Args:
        program: a function that declares resources, or a project's folder.
        url: the emulator's address.
        state_dir: the folder for the state.
        name: the stack's name.
        config: stack configuration, secrets as `Secret`. A key without a namespace belongs to the project.
        environment: environment variables of the program, besides those for the emulator.
        account: the account of the default connection, set in the program's environment.

    Attributes:
        api: the emulator's data.
    """

    def __init__(
        self,
        program: Program | str | Path,
        *,
        url: str,
        state_dir: Path,
        name: str = "test",
        config: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        account: Account = DEFAULT_ACCOUNTS[0],
    ) -> None:
        self.api = Api(url, tenant=account.tenant, organization=account.organization)
        function = program if callable(program) else None
        # Emulators of other tests may have had the same address: their creations do not belong to this test.
        variables = {**_environment(url, account), "XDG_STATE_HOME": str(state_dir), **(environment or {})}
        self._stack = Stack(
            state_dir if callable(program) else Path(program),
            name,
            environment=variables,
            program=function,
            config=config,
            state_dir=state_dir,
            interpreters=Interpreters(variables, NEEDED),
        )

    def preview(self, *, refresh: bool = False) -> Result:
        """Return the changes that `up` would make."""
        return self._stack.preview(_Nobody(), refresh=refresh)

    def up(self, *, refresh: bool = False) -> Result:
        """Run the program, and create, update and delete its resources."""
        return self._stack.up(_Nobody(), refresh=refresh)

    def refresh(self) -> Result:
        """Update the state with changes made in AssistAI."""
        return self._stack.refresh(_Nobody())

    def destroy(self) -> Result:
        """Delete all resources."""
        return self._stack.destroy(_Nobody())

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets in clear."""
        return self._stack.outputs(show_secrets=True)

    def state(self) -> dict[str, Any]:
        """Return the state in the format of `pulumi stack export`."""
        return self._stack.export_state()


class _Nobody:
    """A display that shows nothing."""

    def show(self, event: Event) -> None:
        """Show nothing."""


def _environment(url: str, account: Account) -> dict[str, str]:
    """Return this process's environment, with settings for the emulator in place of those for other APIs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    settings = {
        "base_url": url,
        "api_token": account.token,
        "tenant_domain": account.tenant,
        "organization_code": account.organization,
        "grace_period": "0",
        "settle_time": "0.2",
        "timeout": "5",
    }
    ours = {variable(name): value for name, value in settings.items()}
    return {**inherited, **ours, "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
