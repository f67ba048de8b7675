"""Forms that edit an agent. Browsers do not return every text unchanged."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel

from pulumi_assistai.emulator.records import Agent

FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")
"""The writable fields, in the order of the form."""

MULTILINE = ("description", "purpose", "instructions")
"""The fields with text areas."""


class AgentForm(BaseModel):
    """A submitted form of an agent.

    Attributes:
        version: the agent's version when the form was shown, empty for a new agent.
    """

    name: str = ""
    description: str = ""
    purpose: str = ""
    instructions: str = ""
    tone: str = ""
    voice: str = ""
    version: str = ""

    def written(self) -> dict[str, str]:
        """Return the fields of a new agent: those that are not empty."""
        return {field: text for field, text in self.texts().items() if text}

    def changes(self, agent: Agent) -> dict[str, str]:
        """Return the edited fields. Unedited fields stay, with their line ends."""
        shown = shown_texts(agent)
        return {field: text for field, text in self.texts().items() if text != _returned(field, shown[field])}

    def texts(self) -> dict[str, str]:
        """Return all fields. Browsers send every line end as CR LF."""
        return {field: _returned(field, getattr(self, field)) for field in FIELDS}


SentAgent = Annotated[AgentForm, Form()]
"""A handler's parameter: the form of an agent."""


def shown_texts(agent: Agent) -> dict[str, str]:
    """Return the fields for the form. A field without a value is empty."""
    return {field: getattr(agent, field) or "" for field in FIELDS}


def version(agent: Agent) -> str:
    """Return a text that changes with every change of a field."""
    return hashlib.sha256(json.dumps(shown_texts(agent)).encode()).hexdigest()[:16]


def _returned(field: str, text: str) -> str:
    """Return a text as a browser sends it: without NUL, and without line ends in a one-line field."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return unified if field in MULTILINE else unified.replace("\n", "")
