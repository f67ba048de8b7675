"""Puts the emulator together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from pulumi_assistai.emulator import agents, control, conversations, whatsapp
from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
from pulumi_assistai.emulator.dialects import DIALECTS
from pulumi_assistai.emulator.errors import add_error_answers
from pulumi_assistai.emulator.faults import Faults, Rules
from pulumi_assistai.emulator.faults import router as fault_rules
from pulumi_assistai.emulator.journal import Journal
from pulumi_assistai.emulator.qr import QrCodes
from pulumi_assistai.emulator.store import Store


def create_app(
    *,
    db: Path | None = None,
    accounts: Sequence[Account] = DEFAULT_ACCOUNTS,
    whatsapp_integrations: bool = True,
    dialect: str = "nest",
    qr_lifetime: float = 20.0,
    latency: float = 0.0,
    faults: bool = False,
) -> FastAPI:
    """Return the emulator as an ASGI application.

    Args:
        db: where its data lies; None keeps it in memory.
        accounts: who may ask.
        whatsapp_integrations: whether an agent has a WhatsApp integration to connect.
        dialect: "nest" or "other", how it says what the API's document leaves open.
        qr_lifetime: seconds until a QR changes; 0 changes it with every look.
        latency: seconds each answer of the imitated API waits.
        faults: whether it can be told to fail, at /sandbox/faults.
    """
    store = Store(db)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(title="AssistAI API (emulator)", version="1.0", lifespan=lifespan)
    app.state.store = store
    app.state.accounts = tuple(accounts)
    app.state.whatsapp = whatsapp_integrations
    app.state.dialect = DIALECTS[dialect]
    app.state.qr_codes = QrCodes(qr_lifetime)
    for noun in (agents, whatsapp, conversations):
        app.include_router(noun.router, prefix="/api/v1")
    app.include_router(control.router)
    add_error_answers(app)
    app.add_middleware(Journal, store=store, latency=latency)
    if faults:
        app.state.faults = Rules()
        app.include_router(fault_rules)
        app.add_middleware(Faults, rules=app.state.faults)
    return app
