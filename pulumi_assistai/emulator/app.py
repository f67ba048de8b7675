"""The emulator as an ASGI application."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from pulumi_assistai.emulator import agents, console, control, conversations
from pulumi_assistai.emulator import whatsapp as whatsapp_calls
from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account, Accounts
from pulumi_assistai.emulator.dialects import DIALECTS, DialectName
from pulumi_assistai.emulator.error_answers import add_error_answers
from pulumi_assistai.emulator.faults import Faults, Rules
from pulumi_assistai.emulator.faults import router as fault_calls
from pulumi_assistai.emulator.journal import Journal
from pulumi_assistai.emulator.middleware import stack
from pulumi_assistai.emulator.oddities.options import Oddities, parse
from pulumi_assistai.emulator.oddities.replica import Replica
from pulumi_assistai.emulator.pages import error_page
from pulumi_assistai.emulator.parts import ListAgents, Parts
from pulumi_assistai.emulator.rates import HeaderStyle, Windows, optional_limit
from pulumi_assistai.emulator.store import Store

PREFIX = "/api/v1"
_DESCRIPTION = (
    "An emulator, to try and test. Every call under /api needs a token, its tenant and its organization. "
    "The calls under /sandbox are the emulator's own and need no token."
)


class _Api(FastAPI):
    rules: Rules | None = None

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap faults around everything else: only the server's own `send` can break a connection."""
        app = super().build_middleware_stack()
        return app if self.rules is None else Faults(app, self.rules)

    def openapi(self) -> dict[str, Any]:
        """Describe the API. Its calls need all security schemes together; FastAPI would list them as alternatives."""
        document = super().openapi()
        needed: list[dict[str, list[str]]] = [{name: [] for name in document["components"]["securitySchemes"]}]
        for path, operations in document["paths"].items():
            for operation in operations.values() if path.startswith(PREFIX) else ():
                operation["security"] = needed
        return document


def create_app(
    *,
    db: Path | None = None,
    accounts: Sequence[Account] = DEFAULT_ACCOUNTS,
    welcome: bool = False,
    whatsapp: bool = True,
    dialect: DialectName = "nest",
    odd: str = "",
    qr_lifetime: float = 20.0,
    latency: float = 0.0,
    rate: str = "",
    burst: int | None = None,
    windows: Windows = "nest",
    headers: HeaderStyle = "nest",
    faults: bool = False,
    host: str | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """Return the emulator as an ASGI application. It closes its database when its lifespan ends.

    Args:
        db: the SQLite file for its data; None keeps the data in memory.
        accounts: the accounts that may use it.
        welcome: whether an unknown organization is added with the first token that uses it.
        whatsapp: whether new agents have a WhatsApp integration.
        dialect: the form of answers that the API's document leaves open: "nest", or the very different "other".
        odd: names of oddities, separated by commas; docs/emulator.md lists them.
        qr_lifetime: seconds until a QR code changes; 0 makes a new one at each call.
        latency: delay in seconds of each request to the emulated API.
        rate: the rate limit of each organization, such as "10/s" or "10/3s"; "" means no limit.
        burst: the capacity of a token bucket that is refilled at the rate; None counts in windows.
        windows: the kind of the windows: "nest", "clock" or "sliding"; see `rates.Limit`.
        headers: the headers that report the limit: "nest", "ietf", "retry-after" or "none"; see `rates.Limit`.
        faults: whether it accepts rules for failures at /sandbox/faults.
        host: the address or name that it listens on. Its pages then answer only to that name, to localhost and to
            addresses, so that a foreign page cannot reach them under its own name. None accepts any name.
        clock: the time in seconds for lagging listings and rate limits.

    Raises:
        EmulatorError: the database cannot be opened, an oddity does not exist, or the rate limit is invalid.
    """
    rules = Rules(clock) if faults else None
    oddities = parse(odd)
    limit = optional_limit(rate, burst=burst, windows=windows, headers=headers, clock=clock)
    store = Store(db)
    parts = Parts(
        store=store,
        journal=Journal(),
        accounts=Accounts(accounts, welcome=welcome),
        dialect=DIALECTS[dialect],
        dialect_name=dialect,
        odd=oddities,
        odd_names=odd,
        list_agents=_listing(store, oddities, clock),
        whatsapp=whatsapp,
        qr_lifetime=qr_lifetime,
        host=host,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.store.close()

    app = _Api(
        title="AssistAI API (emulator)",
        version="1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        middleware=stack(parts.journal, parts.accounts, latency, limit, parts.dialect),
        redirect_slashes=False,
        # FastAPI's own page for people loads its scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    for noun in (agents, whatsapp_calls, conversations):
        app.include_router(noun.router, prefix=PREFIX)
    app.include_router(control.router)
    app.include_router(console.router)
    if rules is not None:
        app.rules = app.state.faults = rules
        app.include_router(fault_calls)
    add_error_answers(app, parts.dialect, error_page)
    return app


def _listing(store: Store, odd: Oddities, clock: Callable[[], float]) -> ListAgents:
    if any((*odd.late_agents, *odd.late_changes)):
        return Replica(store, odd.late_agents, odd.late_changes, clock).list_agents
    return store.list_agents
