"""`assistai emulator`: serve the API's emulator in the foreground."""

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
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8787,
    db: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that keeps the data; left out, they end with the command.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="TOKEN:TENANT:ORGANIZATION", help="Who may ask; may be repeated.")
    ] = None,
    no_whatsapp: Annotated[
        bool, typer.Option("--no-whatsapp", help="New agents have no WhatsApp integration to connect.")
    ] = False,
    dialect: Annotated[
        Literal["nest", "other"], typer.Option(help="How the API says what its document leaves open.")
    ] = "nest",
    odd: Annotated[
        str, typer.Option(metavar="NAME[=VALUE],...", help="Habits the API has, such as trim or no-meta; see the docs.")
    ] = "",
    qr_lifetime: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="Until a QR changes; 0 changes it every time.")
    ] = 20.0,
    latency: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="What every request waits.")] = 0.0,
    rate: Annotated[
        str, typer.Option(metavar="COUNT/TIME", help="What an organization may ask, such as 10/s, 600/m or 10/3s.")
    ] = "",
    burst: Annotated[
        int | None, typer.Option(min=1, help="Requests that may come at once: a token bucket, refilled at the rate.")
    ] = None,
    windows: Annotated[
        Literal["nest", "clock", "sliding"], typer.Option(help="How the requests of a rate are counted; see the docs.")
    ] = "nest",
    headers: Annotated[
        Literal["nest", "ietf", "retry-after", "none"], typer.Option(help="How answers tell the limit; see the docs.")
    ] = "nest",
    faults: Annotated[bool, typer.Option("--faults", help="It can be told to fail, at /sandbox/faults.")] = False,
) -> None:
    """Serve an emulator of the AssistAI API, for trying and testing without an account."""
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
            raise AssistAIError("--account must be TOKEN:TENANT:ORGANIZATION, with none of the three empty")


def _warn(host: str) -> None:
    typer.echo(
        f"warning: --host {host} lets other machines reach the emulator, and whoever reaches it can read and change "
        "all that it holds; leave --host out unless the network is yours",
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
