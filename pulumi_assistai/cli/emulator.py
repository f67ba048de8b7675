"""The command that serves the emulator."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import Annotated, Literal

import typer

from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, Account, Emulator
from pulumi_assistai.errors import AssistAIError


def emulator(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8787,
    db: Annotated[
        Path | None, typer.Option(help="File that keeps the data; without it they end with the command.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="TOKEN:TENANT:ORGANIZATION", help="Who may ask; may be repeated.")
    ] = None,
    whatsapp: Annotated[bool, typer.Option(help="Whether agents have a WhatsApp integration to connect.")] = True,
    dialect: Annotated[
        Literal["nest", "other"], typer.Option(help="How the API says what its document leaves open.")
    ] = "nest",
    qr_lifetime: Annotated[float, typer.Option(help="Seconds until a QR changes; 0 changes it every time.")] = 20.0,
    latency: Annotated[float, typer.Option(help="Seconds that every answer waits.")] = 0.0,
    faults: Annotated[bool, typer.Option(help="Whether it can be told to fail, at /sandbox/faults.")] = False,
) -> None:
    """Serve an emulator of the AssistAI API, for trying and testing without an account."""
    accounts = tuple(map(_account, account)) if account else DEFAULT_ACCOUNTS
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        running = Emulator(
            db=db,
            host=host,
            port=port,
            accounts=accounts,
            whatsapp=whatsapp,
            dialect=dialect,
            qr_lifetime=qr_lifetime,
            latency=latency,
            faults=faults,
        )
    except OSError as error:
        raise AssistAIError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
    with running:
        _introduce(running.url, accounts)
        stopped.wait()
    typer.echo("The emulator has stopped.")


def _account(text: str) -> Account:
    parts = text.split(":")
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - token, tenant and organization
        raise AssistAIError("--account must be TOKEN:TENANT:ORGANIZATION")
    return Account(*parts)


def _introduce(url: str, accounts: tuple[Account, ...]) -> None:
    first = accounts[0]
    typer.echo(f"The AssistAI emulator answers at {url} (its API document: {url}/docs). In another terminal:\n")
    typer.echo(f"export ASSISTAI_BASE_URL={url}")
    typer.echo(f"export ASSISTAI_API_TOKEN={first.token}")
    typer.echo(f"export ASSISTAI_TENANT_DOMAIN={first.tenant}")
    typer.echo(f"export ASSISTAI_ORGANIZATION_CODE={first.organization}\n")
    for other in accounts[1:]:
        typer.echo(f"Also: token {other.token}, tenant {other.tenant}, organization {other.organization}")
    typer.echo("Ctrl-C stops it.")
