"""`assistai emulator`: serves the API emulator in the foreground."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Annotated, Literal

import typer

from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, Account, Emulator, EmulatorError
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.keys import variable
from pulumi_assistai.settings import is_loopback


def emulator(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on. 0 picks a free one.")] = 8787,
    db: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="File for the data. Default: memory; the data is lost when the command ends."
        ),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(metavar="TOKEN:TENANT:ORGANIZATION", help="Account that may use the API. May be repeated."),
    ] = None,
    no_whatsapp: Annotated[
        bool, typer.Option("--no-whatsapp", help="Create new agents without a WhatsApp integration.")
    ] = False,
    dialect: Annotated[
        Literal["nest", "other"], typer.Option(help="Form of the answers that the API's document leaves open.")
    ] = "nest",
    odd: Annotated[
        str,
        typer.Option(
            metavar="NAME[=VALUE],...", help="Oddities of the API, such as trim or no-meta. See docs/emulator.md."
        ),
    ] = "",
    qr_lifetime: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Lifetime of a QR code. 0 makes a new one at each request.")
    ] = 20.0,
    latency: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Delay of every request.")] = 0.0,
    rate: Annotated[
        str, typer.Option(metavar="COUNT/TIME", help="Rate limit of an organization, such as 10/s, 600/m or 10/3s.")
    ] = "",
    burst: Annotated[
        int | None, typer.Option(min=1, help="Capacity of a token bucket that is refilled at the rate.")
    ] = None,
    windows: Annotated[
        Literal["nest", "clock", "sliding"],
        typer.Option(help="Windows in which requests are counted. See docs/emulator.md."),
    ] = "nest",
    headers: Annotated[
        Literal["nest", "ietf", "retry-after", "none"],
        typer.Option(help="Headers that report the limit. See docs/emulator.md."),
    ] = "nest",
    faults: Annotated[bool, typer.Option("--faults", help="Accept rules for failures at /sandbox/faults.")] = False,
) -> None:
    """Serve an emulator of the AssistAI API, to try and test without an account."""
    accounts = [_account(text) for text in account] if account else DEFAULT_ACCOUNTS
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        running = Emulator(
            db=db,
            host=host,
            port=port,
            accounts=accounts,
            whatsapp=not no_whatsapp,
            dialect=dialect,
            qr_lifetime=qr_lifetime,
            latency=latency,
            rate=rate,
            burst=burst,
            windows=windows,
            headers=headers,
            faults=faults,
            odd=odd,
        )
    except EmulatorError as error:
        raise AssistAIError(str(error)) from None
    with running:
        if not is_loopback(host):
            _warn(host)
        _introduce(running.url, accounts)
        _wait(stopped)
    typer.echo("The emulator has stopped.")


def _account(text: str) -> Account:
    match text.split(":"):
        case [token, tenant, organization] if token and tenant and organization:
            return Account(token, tenant, organization)
        case _:
            raise AssistAIError("--account must be TOKEN:TENANT:ORGANIZATION; none of the three may be empty")


def _warn(host: str) -> None:
    typer.echo(
        f"warning: --host {host} lets other machines reach the emulator, and read and change all of its data; "
        "remove --host unless you trust the network",
        err=True,
    )


def _introduce(url: str, accounts: Sequence[Account]) -> None:
    typer.echo(f"The AssistAI emulator answers at {url} (console: {url}/, API: {url}/docs). In another terminal:\n")
    _print_export("base_url", url)
    for number, account in enumerate(accounts):
        if number:
            typer.echo("\nOr, for another organization:\n")
        _print_export("api_token", account.token)
        _print_export("tenant_domain", account.tenant)
        _print_export("organization_code", account.organization)
    typer.echo("\nCtrl-C stops it.")


def _print_export(setting: str, value: str) -> None:
    typer.echo(f"export {variable(setting)}={shlex.quote(value)}")


def _wait(stopped: Event) -> None:
    """Wait in short steps: on Windows, Ctrl-C does not interrupt a wait."""
    while not stopped.wait(1):
        pass
