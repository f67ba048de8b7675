"""`assistai doctor`: whether this machine, the settings and the API are as they should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from pulumi_assistai.cli.doctor.checks import OK, PROBLEM, WARNING, Check, check_api, check_settings, check_versions
from pulumi_assistai.cli.options import AsJson, Directory, StackName
from pulumi_assistai.cli.project.apis import api_of
from pulumi_assistai.cli.project.stacks import KeptStack, NoStack, find_stack
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.client import Client, announce_retries
from pulumi_assistai.engine import EngineError
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.settings import Settings

_STYLES = {OK: "green", WARNING: "yellow", PROBLEM: "red"}


def doctor(*, directory: Directory = Path(), stack: StackName = None, as_json: AsJson = False) -> None:
    """Check versions, settings, credentials and the live API's answers, by reading alone.

    Exit status: 0 where there is no problem, warnings aside, and 1 where there is one. The token is never shown.
    """
    with waiting("Checking"):
        checks = list(_check(directory, stack))
    problems = sum(check.verdict == PROBLEM for check in checks)
    if as_json:
        write_json({"problems": problems, "checks": [asdict(check) for check in checks]})
    else:
        _show(checks, problems)
    if problems:
        raise typer.Exit(1)


def _check(directory: Path, name: str | None) -> Iterator[Check]:
    announce_retries()
    yield from check_versions()
    try:
        stack: KeptStack = find_stack(directory, name)
        config = stack.config()
        yield Check("stack", OK, stack.place)
    except (AssistAIError, EngineError) as error:
        yield Check("stack", PROBLEM, str(error))
        stack, config = NoStack(), {}
    with api_of(directory, config) as environment:
        settings = list(check_settings(environment, config, stack.place))
        yield from settings
        if all(check.verdict == OK for check in settings):
            with Client(Settings.load({}, environment, config)) as client:
                yield from check_api(client)


def _show(checks: list[Check], problems: int) -> None:
    console = open_console()
    rows = [[cell(check.verdict, _STYLES[check.verdict]), cell(check.name), cell(check.finding)] for check in checks]
    print_table(console, ("RESULT", "CHECK", "FINDING"), rows)
    console.print(f"\n{problems} problems" if problems != 1 else "\n1 problem")
