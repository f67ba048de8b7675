"""The lifecycle of agents and WhatsApp integrations: create, read, update, delete and diff. No Pulumi in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from pulumi_assistai.lifecycle import agents, lookup, session, whatsapp

__all__ = ["agents", "lookup", "session", "whatsapp"]


# A program that only declares resources needs none of these modules.
__getattr__, _, _ = lazy_loader.attach(__name__, submodules=__all__)
