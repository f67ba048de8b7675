"""One operation on a sandbox stack: its options, its confirmation and its exit status."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer
from rich.console import Console

from pulumi_assistai.cli.project.apis import open_stack
from pulumi_assistai.cli.sandbox.json_display import JsonDisplay
from pulumi_assistai.engine import Result, Stack
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.reporting.display import TextDisplay
from pulumi_assistai.engine.reporting.events import Display
from pulumi_assistai.errors import AssistAIError

Verb = Literal["preview", "up", "refresh", "destroy"]
_NOUNS = {"up": "update", "refresh": "refresh", "destroy": "destroy"}


@dataclass(frozen=True)
class Run:
    """An operation and its options.

    Attributes:
        verb: the operation.
        yes: proceed without asking.
        diff: show the properties of every change.
        parallel: how many resources to work on at a time.
        refresh: refresh the state first (preview and up).
        targets: the URNs of the resources to touch; empty means all (preview and up).
        expect_no_changes: fail if something changes.
        as_json: write one JSON document instead of text.
        clear_pending_creates: forget pending creates that a killed run left behind (refresh).
    """

    verb: Verb
    yes: bool = True
    diff: bool = False
    parallel: int = 16
    refresh: bool = False
    targets: tuple[str, ...] = ()
    expect_no_changes: bool = False
    as_json: bool = False
    clear_pending_creates: bool = False

    def on(self, directory: Path, stack_name: str, interpreters: Interpreters) -> None:
        """Carry out the operation on a stack. Ask first unless `yes` is set.

        Args:
            directory: the folder of Pulumi.yaml.
            stack_name: the stack's name.
            interpreters: processes for the program and its providers.

        Raises:
            AssistAIError: there is no terminal to ask on, or something changed despite `expect_no_changes`.
            typer.Exit: the operation failed (status 1); the display has shown why.
        """
        if not self.yes:
            self._require_somebody_to_ask()
        with open_stack(directory, stack_name, interpreters) as stack:
            if not self.yes:
                self._ask(stack)
            result = self._carry_out(stack, preview=self.verb == "preview")
        if self.expect_no_changes and result.has_changes:
            what = "were proposed" if self.verb == "preview" else "occurred"
            raise AssistAIError(f"no changes were expected but changes {what}")

    def _require_somebody_to_ask(self) -> None:
        if self.as_json:
            raise AssistAIError("--yes must be passed to proceed with --json")
        if not sys.stdin.isatty():
            raise AssistAIError("--yes must be passed to proceed when not on a terminal")

    def _ask(self, stack: Stack) -> None:
        self._carry_out(stack, preview=True)
        typer.confirm(f"Do you want to perform this {_NOUNS[self.verb]}?", abort=True)

    def _carry_out(self, stack: Stack, *, preview: bool) -> Result:
        result = self._call(stack, self._display(stack, preview=preview), preview=preview)
        if not result.succeeded:
            raise typer.Exit(1)
        return result

    def _call(self, stack: Stack, display: Display, *, preview: bool) -> Result:
        match self.verb:
            case "refresh":
                clear = self.clear_pending_creates
                return stack.refresh(display, parallel=self.parallel, preview=preview, clear_pending_creates=clear)
            case "destroy":
                return stack.destroy(display, parallel=self.parallel, preview=preview)
            case _ if preview:
                return stack.preview(display, parallel=self.parallel, refresh=self.refresh, targets=self.targets)
            case _:
                return stack.up(display, parallel=self.parallel, refresh=self.refresh, targets=self.targets)

    def _display(self, stack: Stack, *, preview: bool) -> Display:
        if self.as_json:
            return JsonDisplay(sys.stdout)
        console = Console(file=sys.stdout)
        return TextDisplay(
            console, diff=self.diff, project=stack.project, stack=stack.name, verb=self.verb, preview=preview
        )
