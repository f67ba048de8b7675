"""`assistai demo`: the life of a fleet, run on the embedded engine against its own emulator."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from pulumi_assistai.cli.project.shipped import shipped
from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, Emulator
from pulumi_assistai.engine import Result, Stack
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.reporting.display import TextDisplay
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.providers import NEEDED
from pulumi_assistai.testing import Api

_PROMPT = Path("instructions") / "ventas.md"
_EDIT = ("15 días hábiles", "10 días hábiles")
_PHONE = "584221234567"


def demo() -> None:
    """Preview, create, edit, repair, link and destroy an example fleet, and check every step."""
    with _story() as story:
        _create(story)
        _edit_a_prompt(story)
        _repair_a_dashboard_edit(story)
        _link_a_phone(story)
        _take_down(story)
        story.say("The demo is complete. Next: docs/quickstart.md")


@dataclass(frozen=True)
class Story:
    """A copy of the example, its stack and its API.

    Attributes:
        console: where the story is told.
        directory: the copy of the example's project.
        stack: its stack on the embedded engine.
        api: the emulator's data.
    """

    console: Console
    directory: Path
    stack: Stack
    api: Api

    def say(self, words: str) -> None:
        """Write a heading."""
        self._write(f"\n== {words}", "bold cyan")

    def run(self, verb: str, *, diff: bool = False) -> Result:
        """Run an operation and show it."""
        display = TextDisplay(
            self.console, diff=diff, project=self.stack.project, stack="dev", verb=verb, preview=verb == "preview"
        )
        result: Result = getattr(self.stack, verb)(display)
        self.check(f"{verb} succeeds", result.succeeded)
        return result

    def check(self, what: str, holds: bool) -> None:  # noqa: FBT001 - the sentence and whether it is true
        """Report that a statement holds.

        Raises:
            AssistAIError: it does not hold.
        """
        if not holds:
            raise AssistAIError(f"demo check failed: {what}")
        self._write(f"   checked: {what}", "green")

    def _write(self, words: str, style: str) -> None:
        self.console.print(words, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def agents(self) -> dict[str, dict[str, Any]]:
        """Return the live agents by name."""
        return {agent["name"]: agent for agent in self.api.agents()}

    def output(self, resource: str, name: str) -> Any:
        """Return an output of a resource in the state."""
        resources = self.stack.export_state()["deployment"]["resources"]
        return next(found["outputs"][name] for found in resources if found["urn"].endswith(f"::{resource}"))


def _create(story: Story) -> None:
    story.say("A fleet of three agents in two organizations. The preview changes nothing")
    story.run("preview")
    story.check("the API has no agent yet", not story.agents())
    story.say("The update creates it")
    story.run("up")
    agents = story.agents()
    prompts = {path.read_text(encoding="utf-8") for path in (story.directory / "instructions").iterdir()}
    story.check("the API has Ventas, Soporte and Recepción", set(agents) == {"Ventas", "Soporte", "Recepción"})
    story.check("with the declared instructions", {agent["instructions"] for agent in agents.values()} == prompts)
    story.check("Recepción belongs to the second organization", agents["Recepción"]["organization"] == "ACME")
    story.check("and a second preview changes nothing", not story.run("preview").has_changes)


def _edit_a_prompt(story: Story) -> None:
    story.say("A line of a prompt changes in Git. A reviewer sees this preview")
    prompt = story.directory / _PROMPT
    prompt.write_text(prompt.read_text(encoding="utf-8").replace(*_EDIT), encoding="utf-8")
    story.run("preview", diff=True)
    story.check("nothing is live yet", _EDIT[0] in story.agents()["Ventas"]["instructions"])
    story.run("up")
    story.check("the new line is live", _EDIT[1] in story.agents()["Ventas"]["instructions"])


def _repair_a_dashboard_edit(story: Story) -> None:
    story.say("Somebody edits the description of Soporte in the dashboard. A refresh finds it")
    soporte = story.agents()["Soporte"]
    story.api.edit(soporte["code"], description="Pruebas, no tocar")
    refreshed = story.run("refresh")
    story.check("one resource had drifted", refreshed.has_changes)
    story.check("the state has what is live", story.output("soporte", "description") == "Pruebas, no tocar")
    story.say("The next update restores what is declared")
    story.run("preview", diff=True)
    story.run("up")
    story.check("it is repaired", story.agents()["Soporte"]["description"] == soporte["description"])


def _link_a_phone(story: Story) -> None:
    story.say("A person scans the QR of Ventas (the emulator plays the phone)")
    code = story.agents()["Ventas"]["code"]
    story.check("WhatsApp has no phone linked yet", story.output("ventas-whatsapp", "status") == "pending")
    story.api.link(code, _PHONE)
    story.run("refresh")
    story.check("WhatsApp is connected", story.output("ventas-whatsapp", "status") == "connected")
    story.check(f"to {_PHONE}", story.output("ventas-whatsapp", "phone_number") == _PHONE)


def _take_down(story: Story) -> None:
    story.say("The fleet is destroyed. The API cannot delete agents: they are left and named, or archived")
    code = story.agents()["Ventas"]["code"]
    destroyed = story.run("destroy")
    agents = story.agents()
    told = " ".join(diagnostic.message for diagnostic in destroyed.diagnostics)
    disconnect = f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"
    story.check("the disconnect of Ventas reached the API", disconnect in story.api.requests())
    story.check("Ventas and Recepción are left behind", {"Ventas", "Recepción"} <= set(agents))
    story.check("and named", all(agents[name]["code"] in told for name in ("Ventas", "Recepción")))
    story.check("Soporte is archived, as declared", "[archived] Soporte" in agents)


@contextmanager
def _story() -> Iterator[Story]:
    with tempfile.TemporaryDirectory(prefix="assistai-demo-") as folder, Emulator() as emulator:
        directory = Path(folder) / "fleet"
        shutil.copytree(shipped("examples", "fleet"), directory)
        stack = Stack(
            directory, "dev", environment=_environment(emulator.url), interpreters=Interpreters(os.environ, NEEDED)
        )
        yield Story(Console(file=sys.stdout), directory, stack, Api(emulator.url))


def _environment(url: str) -> dict[str, str]:
    account = DEFAULT_ACCOUNTS[0]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    return inherited | {
        "ASSISTAI_BASE_URL": url,
        "ASSISTAI_API_TOKEN": account.token,
        "ASSISTAI_TENANT_DOMAIN": account.tenant,
        "ASSISTAI_ORGANIZATION_CODE": account.organization,
    }
