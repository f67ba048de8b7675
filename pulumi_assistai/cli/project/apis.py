"""The API of a program: the configured one, or the emulator of its sandbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from pulumi_assistai.emulator import DEFAULT_ACCOUNTS
from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.storage.files import make_private
from pulumi_assistai.engine.storage.target import SANDBOX
from pulumi_assistai.keys import stack_key, variable
from pulumi_assistai.redaction import redact

_ACCOUNT_FIELDS = ("api_token", "tenant_domain", "organization_code")


@contextmanager
def open_stack(directory: Path, name: str, interpreters: Interpreters) -> Iterator[Stack]:
    """Open a stack whose program has an API to talk to.

    If no base URL is configured, an emulator runs while the stack is open. Its data is in
    DIRECTORY/.sandbox/emulator.db. The program then gets the emulator's own token, tenant and organization, not those
    of the environment: a real token must not reach it, and it would not accept one.

    Args:
        directory: the folder of Pulumi.yaml.
        name: the stack's name.
        interpreters: processes for its program and providers.
    """
    stack = Stack(directory, name)
    with _api(directory, stack.config) as environment:
        yield Stack(directory, name, environment=environment, interpreters=interpreters)


@contextmanager
def api_of(directory: Path, config: Mapping[str, str], *, sandbox: bool) -> Iterator[Mapping[str, str]]:
    """Yield the environment. For a sandbox stack with an emulator database, it leads to that emulator."""
    if not (sandbox and _database(directory).is_file()):
        yield os.environ
        return
    with _api(directory, config) as environment:
        yield environment


@contextmanager
def _api(directory: Path, config: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Yield an environment with an API: this process's, or that of a running emulator."""
    if os.environ.get(variable("base_url")) or config.get(stack_key("base_url")):
        yield os.environ
        return
    # With a configured API, nobody waits for the packages of a web server.
    from pulumi_assistai.emulator import Emulator  # noqa: PLC0415

    database = _database(directory)
    make_private(database.parent)
    with Emulator(db=database, welcome=True) as emulator:
        note(f"No base URL is configured: using an emulator at {emulator.url}, data in {database}{_left_out()}")
        yield {**os.environ, **_emulated(emulator.url)}


def _database(directory: Path) -> Path:
    return directory / SANDBOX / "emulator.db"


def announce(message: str, *, sandbox: bool) -> None:
    """Write which stack a command uses to standard error. On a terminal a sandbox has its own colour."""
    style = "magenta" if sandbox else "dim"
    _write(message, style)


def note(message: str) -> None:
    """Write a remark to standard error, dimmed on a terminal."""
    _write(message, "dim")


def _write(message: str, style: str) -> None:
    """Write a message as it is: a name such as `:x:` is not an emoji."""
    console = Console(file=sys.stderr, markup=False, highlight=False, emoji=False)
    console.print(redact(message), style=style, soft_wrap=True)


def _emulated(url: str) -> Mapping[str, str]:
    account = DEFAULT_ACCOUNTS[0]
    values = dict(zip(_ACCOUNT_FIELDS, (account.token, account.tenant, account.organization), strict=True))
    return {variable(field): value for field, value in {"base_url": url, **values}.items()}


def _left_out() -> str:
    names = [variable(field) for field in _ACCOUNT_FIELDS if os.environ.get(variable(field))]
    return f"; ignored: {', '.join(names)}" if names else ""
