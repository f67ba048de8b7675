"""`assistai doctor`: checks of this machine, the settings and the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import typer

from pulumi_assistai.cli.doctor.checks import OK, PROBLEM, WARNING, Check, check_api, check_settings, check_versions
from pulumi_assistai.cli.doctor.native_provider import check_native_provider
from pulumi_assistai.cli.options import AsJson, Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.apis import api_of
from pulumi_assistai.cli.project.declared import declares_natively
from pulumi_assistai.cli.project.organizations import (
    Organization,
    Unconnected,
    choose,
    connections_of,
    side_by_side,
)
from pulumi_assistai.cli.project.stacks import KeptStack, NoStack, SandboxStack, find_stack
from pulumi_assistai.cli.project.surroundings import read_stack
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.client import Client, announce_retries
from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.storage.project import runtime_of
from pulumi_assistai.errors import AssistAIError, ConfigurationError, with_code

_STYLES = {OK: "green", WARNING: "yellow", PROBLEM: "red"}


def doctor(
    *,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
    as_json: AsJson = False,
) -> None:
    """Check versions and settings, and the credentials and answers of each organization. Changes nothing.

    Exit status: 0 without problems (warnings are allowed), 1 with problems. No token is ever shown.
    """
    with waiting("Checking"):
        checks = list(_check(directory, stack, provider, organization, sandbox=sandbox))
    problems = sum(check.verdict == PROBLEM for check in checks)
    if as_json:
        write_json({"problems": problems, "checks": [asdict(check) for check in checks]})
    else:
        _show(checks, problems)
    if problems:
        raise typer.Exit(1)


def _check(
    directory: Path, name: str | None, provider: str | None, organization: str | None, *, sandbox: bool
) -> Iterator[Check]:
    announce_retries()
    yield from check_versions()
    try:
        stack: KeptStack = find_stack(directory, name, sandbox=sandbox)
        config, state = read_stack(stack)
        yield Check("stack", OK, stack.place)
        is_read = True
    except (AssistAIError, EngineError) as error:
        yield Check("stack", PROBLEM, str(error))
        # Settings that are missing without the stack may be in it.
        stack, config, state, is_read = NoStack(), {}, {}, False
    if declares_natively(state, _runtime(directory)):
        yield check_native_provider()
    with api_of(directory, config, sandbox=isinstance(stack, SandboxStack)) as environment:
        try:
            _, unconnected = connections = connections_of(state, environment, config)
            chosen = choose(connections, provider, organization)
        except AssistAIError as error:
            settings = check_settings(environment, config, stack.place)
            yield from (check for check in settings if is_read or check.verdict == OK)
            if not isinstance(error, ConfigurationError):
                yield Check("organizations", PROBLEM, with_code(error))
            return
        if any(not known.provider for known in chosen):
            yield from check_settings(environment, config, stack.place)
        yield from (_check_unconnected(known) for known in unconnected)
        for found in side_by_side(chosen, _check_organization):
            yield from found


def _runtime(directory: Path) -> str:
    # What is wrong with Pulumi.yaml is said of the stack.
    with suppress(EngineError):
        return runtime_of(directory)
    return ""


def _check_organization(organization: Organization) -> list[Check]:
    with Client(organization.settings) as client:
        found = list(check_api(client))
    if not organization.provider:
        return found
    return [replace(check, name=f"{organization.provider}: {check.name}") for check in found]


def _check_unconnected(connection: Unconnected) -> Check:
    name = f"{connection.provider}: settings" if connection.provider else "settings"
    return Check(name, PROBLEM, connection.reason)


def _show(checks: list[Check], problems: int) -> None:
    console = open_console()
    rows = [[cell(check.verdict, _STYLES[check.verdict]), cell(check.name), cell(check.finding)] for check in checks]
    print_table(console, ("RESULT", "CHECK", "FINDING"), rows)
    console.print(f"\n{problems} problems" if problems != 1 else "\n1 problem")
