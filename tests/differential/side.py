"""One of the two engines, with a project, a stack and an emulator of its own."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Self

from pulumi_assistai.emulator import Emulator
from pulumi_assistai.testing import Api
from tests.conftest import Project, emulated
from tests.differential.comparison import Codes, calls, messages, operations, state, summary
from tests.differential.scenario import Step
from tests.engines import Outcome

_OPTIONS = "from pulumi import Alias, Output, ResourceOptions as Options\n"
# The packages named pulumi-* are taken for providers' SDKs; nothing is to be looked for on the network.
OFFLINE = {"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}


class Side:
    """An engine under comparison.

    Args:
        engine: its name, see `tests.engines`.
        directory: where its project goes.
    """

    def __init__(self, engine: str, directory: Path) -> None:
        self._emulator = Emulator(qr_lifetime=0, faults=True)
        directory.mkdir()
        (directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
        self.project = Project(engine, directory, emulated(self._emulator.url) | OFFLINE)
        self.api = Api(self._emulator.url)
        self._codes = Codes()

    def __enter__(self) -> Self:
        self._emulator.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._emulator.stop()

    def take(self, step: Step) -> dict[str, Any]:
        """Take a step and return all that is compared."""
        self._prepare(step)
        previews = [self.project.run("preview", *step.flags)] if step.verb == "up" else []
        done = self.project.run(step.verb, *step.flags)
        text = "".join(outcome.text for outcome in (*previews, done))
        assert done.ok == step.ok, text
        assert step.says in text, text
        self._codes.learn(self.api.agents())
        observed = {
            "runs": [self._account(outcome) for outcome in (*previews, done)],
            "requests": calls(self._codes.named_in(self.api.call("GET", "/requests")), in_order=step.chain),
            "agents": sorted(map(str, self._codes.named_in(self._agents()))),
            "state": state(self._codes.named_in(self.project.stack.export()), in_order=step.chain),
        }
        self.api.forget_requests()
        self.api.faults.clear()
        return observed

    def _prepare(self, step: Step) -> None:
        if step.before is not None:
            step.before(self.api)
            self._codes.learn(self.api.agents())
        if step.environment:
            self.project.reopen(**step.environment)
        if step.config:
            self.project.configure(**step.config)
        if step.program is not None:
            self.project.write(_OPTIONS + textwrap.dedent(step.program))

    def _account(self, outcome: Outcome) -> dict[str, Any]:
        text = self._codes.named(outcome.text)
        return {
            "ok": outcome.ok,
            "operations": operations(text),
            "summary": summary(text, ok=outcome.ok),
            "messages": messages(text) if outcome.ok else [],
        }

    def _agents(self) -> list[dict[str, Any]]:
        return [{**agent, "createdAt": "", "qr": ""} for agent in self.api.agents()]
