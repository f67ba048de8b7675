"""Between an agent and the form that edits it, which does not give every text back as it was."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel

from pulumi_assistai.emulator.records import Agent

FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")
"""What can be written, in the order of the form."""

MULTILINE = ("description", "purpose", "instructions")
"""The fields of which the form has text areas."""


class AgentForm(BaseModel):
    """The form of an agent, as a browser sends it.

    Attributes:
        version: that of the agent when the form was shown, empty for a new agent.
    """

    name: str = ""
    description: str = ""
    purpose: str = ""
    instructions: str = ""
    tone: str = ""
    voice: str = ""
    version: str = ""

    def written(self) -> dict[str, str]:
        """Return what a new agent gets: the fields that are not empty."""
        return {field: text for field, text in self.texts().items() if text}

    def changes(self, agent: Agent) -> dict[str, str]:
        """Return the fields that somebody changed; what nobody touched stays, line ends and all."""
        shown = shown_texts(agent)
        return {field: text for field, text in self.texts().items() if text != _returned(field, shown[field])}

    def texts(self) -> dict[str, str]:
        """Return all fields. Browsers send line ends as CR LF, whatever they were."""
        return {field: _returned(field, getattr(self, field)) for field in FIELDS}


SentAgent = Annotated[AgentForm, Form()]
"""A handler's parameter: the form of an agent."""


def shown_texts(agent: Agent) -> dict[str, str]:
    """Return the fields as the form shows them: one that was never given is empty."""
    return {field: getattr(agent, field) or "" for field in FIELDS}


def version(agent: Agent) -> str:
    """Return a text that changes whenever a field does."""
    return hashlib.sha256(json.dumps(shown_texts(agent)).encode()).hexdigest()[:16]


def _returned(field: str, text: str) -> str:
    """Return what a browser makes of a text: it knows no NUL, and in one line no line ends."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return unified if field in MULTILINE else unified.replace("\n", "")
