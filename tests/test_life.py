"""A fleet lives: it is declared, edited, applied, interfered with and cut off, and nothing is lost.

`make test` lives a few short lives, always the same ones; `make soak` lives many long ones.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulumi_assistai.cli.status.fleet_status import look
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api, Project, emulated, needs_pulumi, settings_for
from tests.waiting import wait_for

LIVES = int(os.environ.get("ASSISTAI_SOAK_LIVES", "0"))
STEPS = int(os.environ.get("ASSISTAI_SOAK_STEPS", "12"))
ENGINE = os.environ.get("ASSISTAI_SOAK_ENGINE", "embedded")

PROGRAM = """
    import json
    from pathlib import Path

    for key, fields in json.loads(Path("fleet.json").read_text()).items():
        whatsapp = fields.pop("whatsapp")
        agent = assistai.Agent(key, instructions=pulumi.Output.secret("canary-prompt"), **fields)
        if whatsapp:
            assistai.WhatsAppIntegration(f"{key}-whatsapp", agent_code=agent.code)
"""
FAULTS = st.sampled_from(
    [
        {"kind": "cut-before"},
        {"kind": "cut-after"},
        {"kind": "status-before", "status": 500},
        {"kind": "status-after", "status": 503},
        {"kind": "status-before", "status": 429, "retry_after": "0"},
        {"kind": "status-before", "status": 502, "body": "<h1>Bad gateway</h1>"},
        {"kind": "half"},
        {"kind": "hang", "seconds": 30},
        {"kind": "hang-after", "seconds": 30},
        {"kind": "drip", "seconds": 0.2},
        {"kind": "stale", "method": "GET", "path": "/api/v1/agents"},
        {"kind": "cap", "method": "GET", "path": "/api/v1/agents"},
        {"kind": "repeat", "method": "GET", "path": "/api/v1/agents"},
        {"kind": "shift", "method": "GET", "path": "/api/v1/agents"},
        {"kind": "rate", "rate": "20/s", "burst": 2, "headers": "none"},
        {"kind": "rate", "rate": "10/s", "headers": "nest"},
    ]
)
TROUBLE = st.lists(st.tuples(FAULTS, st.integers(0, 2)), min_size=1, max_size=3)
"""What befalls a run: faults, each after so many requests that pass."""

TEXTS = st.text("abcñ é&\n", max_size=8)
ODDITIES = st.sampled_from(
    [
        "",
        "trim",
        "crlf",
        "nfd",
        "html",
        "blanks",
        "description:cut=4",
        "no-descriptions",
        "late-agents=2",
        "trim,nfd,html",
    ]
)
"""Habits of the API that a life is lived on: it rewrites texts, or lists new agents late."""
ANY = st.integers(0, 99)
TALLY: Counter[str] = Counter()
"""How many lives, runs, faults and checked invariants there were."""


Trouble = list[tuple[dict[str, Any], int]]


class Life(RuleBasedStateMachine):
    """What can happen to a fleet, and what must hold whatever happened."""

    engine = "embedded"
    backend = ".sandbox"

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.ending = ExitStack()
        self.ending.callback(shutil.rmtree, self.directory)
        self.fleet: dict[str, dict[str, Any]] = {}
        self.recorded: dict[str, str] = {}
        self.made = 0
        self.said = ""
        self.rested = ""
        TALLY["lives"] += 1

    def open(self, odd: str) -> None:
        emulator = self.ending.enter_context(Emulator(faults=True, qr_lifetime=0, odd=odd))
        self.api = Api(emulator.url)
        self.foreign = self.api.create("Ajeno", description="de otro")
        self.foreign_before = self.api.agent("Ajeno")
        (self.directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
        # A listing that lags, lags by two listings: a grace period of a second is longer.
        own = {"ASSISTAI_TIMEOUT": "3", "ASSISTAI_GRACE_PERIOD": "1", "ASSISTAI_SETTLE_TIME": "1"}
        own |= {"XDG_STATE_HOME": str(self.directory)}
        self.project = Project(self.engine, self.directory, emulated(emulator.url) | own)
        self.project.write(PROGRAM)

    def teardown(self) -> None:
        self.ending.close()

    def pick(self, number: int) -> str:
        return sorted(self.fleet)[number % len(self.fleet)]

    def live(self, number: int) -> str | None:
        """Return the code of a recorded agent that is live."""
        state, codes = self.project.state(), {agent["code"] for agent in self.api.agents()}
        found = [state[key]["id"] for key in self.fleet if key in state and state[key]["id"] in codes]
        return found[number % len(found)] if found else None

    def run(self, verb: str, *flags: str) -> bool:
        (self.directory / "fleet.json").write_text(json.dumps(self.fleet))
        outcome = self.project.run(verb, *flags)
        TALLY["runs"] += 1
        self.require_nothing_lost()
        assert "canary-prompt" not in outcome.text
        assert "sandbox-token" not in outcome.text
        if re.search(r'an agent named "[^"]+" exists already: [^;,]+; to manage it', outcome.text):
            self.adopt_what_is_unmanaged()
        self.said = outcome.text
        return outcome.ok

    def adopt_what_is_unmanaged(self) -> None:
        """Adopt what a killed run or an unknown outcome made, as `assistai status` lists it: a run names the first."""
        found = look(Session(settings_for(self.api.url)), self.project.stack.export(), live=False)
        codes = {agent.name: agent.code for agent in found.unmanaged}
        for fields in self.fleet.values():
            # No other program uses these names.
            if fields["name"] in codes:
                fields["adopt"] = codes[fields["name"]]

    def require_nothing_lost(self) -> None:
        """Require that the state has every agent that it had, is still declared and exists."""
        state, live = self.project.state(), {agent["code"] for agent in self.api.agents()}
        kept = {key: code for key, code in self.recorded.items() if key in self.fleet and code in live}
        assert {key: state[key]["id"] for key in kept if key in state} == kept
        self.recorded = {key: state[key]["id"] for key in self.fleet if key in state}
        TALLY["invariants checked"] += 1

    def fail(self, trouble: Trouble) -> None:
        for fault, skip in trouble:
            self.api.faults.add(skip=skip, **fault)

    def heal(self) -> None:
        """Let the API work again, and count how often it did not."""
        for fault in self.api.faults.all():
            struck = max(fault["seen"] - fault["skip"], 0)
            TALLY["faults"] += min(struck, fault["count"] or struck)
        self.api.faults.clear()

    @initialize(odd=ODDITIES, whatsapp=st.lists(st.booleans(), min_size=2, max_size=4))
    def begin(self, odd: str, whatsapp: list[bool]) -> None:
        """Begin with a few agents: a life may never come to declare one."""
        self.open(odd)
        for connected in whatsapp:
            self.declare(whatsapp=connected)
        assert self.run("up")

    @rule(whatsapp=st.booleans())
    def declare(self, *, whatsapp: bool) -> None:
        self.made += 1
        self.fleet[f"a{self.made}"] = {"name": f"Agente {self.made}", "whatsapp": whatsapp}

    @rule(number=ANY, field=st.sampled_from(["description", "purpose", "tone"]), text=TEXTS)
    def edit(self, number: int, field: str, text: str) -> None:
        self.fleet[self.pick(number)][field] = text

    @rule(number=ANY, policy=st.sampled_from(["retain", "archive"]))
    def choose_policy(self, number: int, policy: str) -> None:
        self.fleet[self.pick(number)]["on_delete"] = policy

    @precondition(lambda self: len(self.fleet) > 1)
    @rule(number=ANY)
    def remove(self, number: int) -> None:
        del self.fleet[self.pick(number)]

    @rule(trouble=TROUBLE)
    def up(self, trouble: Trouble) -> None:
        self.fail(trouble)
        succeeded = self.run("up")
        self.heal()
        if succeeded:
            assert self.run("preview", "--expect-no-changes"), self.said

    @rule(trouble=TROUBLE)
    def refresh(self, trouble: Trouble) -> None:
        self.fail(trouble)
        self.run("refresh")
        self.heal()

    @rule(trouble=TROUBLE)
    def preview(self, trouble: Trouble) -> None:
        self.fail(trouble)
        writes = self.api.requests("POST", "PATCH", "DELETE")
        self.run("preview")
        self.heal()
        assert self.api.requests("POST", "PATCH", "DELETE") == writes

    @rule(number=ANY, text=TEXTS)
    def edit_in_the_dashboard(self, number: int, text: str) -> None:
        code = self.live(number)
        if code:
            self.api.edit(code, description=text)

    @rule(number=ANY)
    def remove_in_the_dashboard(self, number: int) -> None:
        code = self.live(number)
        if code:
            self.api.remove(code)

    @rule(number=ANY)
    def link(self, number: int) -> None:
        code = self.live(number)
        if code and any(agent["whatsapp"] == "connecting" for agent in self.api.agents() if agent["code"] == code):
            self.api.link(code)

    @rule(number=ANY)
    def unlink(self, number: int) -> None:
        code = self.live(number)
        if code:
            self.api.unlink(code)

    @rule()
    def recover(self) -> None:
        """After any trouble, a refresh and at most two runs bring the fleet about."""
        assert self.run("refresh"), self.said
        assert self.run("up") or self.run("up"), self.said
        names = [agent["name"] for agent in self.api.agents()]
        assert all(names.count(fields["name"]) == 1 for fields in self.fleet.values())

    @rule()
    def come_to_rest(self) -> None:
        """In whatever form the API keeps texts, at most one repair is made for it."""
        if self.rested == self.all_there_is() or not self.run("refresh"):
            return
        assert self.run("up") or self.run("up"), self.said
        assert self.run("refresh"), self.said
        # What that refresh took for an edit, the first after a change of the text, is repaired here.
        assert self.run("up"), self.said
        assert self.run("refresh"), self.said
        assert self.run("preview", "--expect-no-changes"), self.said
        self.rested = self.all_there_is()

    @rule(skip=st.integers(0, 2))
    def kill_an_update(self, skip: int) -> None:
        """Kill the run while the API keeps one of its requests waiting, or let it end where it makes too few."""
        (self.directory / "fleet.json").write_text(json.dumps(self.fleet))
        self.api.faults.add("hang-after", path=".*", seconds=30, skip=skip)
        with self.project.stack.start_up() as running:
            wait_for(lambda: running.poll() is not None or self.hangs())
        self.project.stack.recover()
        TALLY["runs"] += 1
        TALLY["kills"] += 1
        self.heal()
        self.require_nothing_lost()

    def all_there_is(self) -> str:
        """Return what is declared and what is live; where it is as at the last rest, there is nothing to see."""
        return json.dumps([self.fleet, self.api.agents()])

    def hangs(self) -> bool:
        return any(found["kind"] == "hang-after" and found["seen"] > found["skip"] for found in self.api.faults.all())

    @invariant()
    def nobody_elses_agent_changed(self) -> None:
        TALLY["invariants checked"] += 1
        assert [agent for agent in self.api.agents() if agent["code"] == self.foreign] == [self.foreign_before]

    @invariant()
    def no_agent_was_made_twice(self) -> None:
        TALLY["invariants checked"] += 1
        names = [agent["name"] for agent in self.api.agents()]
        assert len(set(names)) == len(names)

    @invariant()
    def no_request_carried_null(self) -> None:
        TALLY["invariants checked"] += 1
        assert not [body for method in ("POST", "PATCH") for body in self.api.bodies(method) if None in body.values()]

    @invariant()
    def no_file_holds_a_secret(self) -> None:
        TALLY["invariants checked"] += 1
        for path in (self.directory / self.backend).rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert b"canary-prompt" not in content
            assert b"sandbox-token" not in content


class LifeOnTheCli(Life):
    """The same on the Pulumi CLI."""

    engine = "pulumi"
    backend = ".pulumi-backend"


def live(lives: int, steps: int, *, always_the_same: bool, life: type[Life] = Life) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        life,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            derandomize=always_the_same,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate] if always_the_same else [Phase.generate, Phase.shrink],
        ),
    )


def test_a_few_short_lives() -> None:
    live(3, STEPS, always_the_same=True)


@needs_pulumi
def test_a_short_life_on_the_cli() -> None:
    live(2, 6, always_the_same=True, life=LifeOnTheCli)


@pytest.mark.skipif(not LIVES, reason="`make soak` lives the long ones")
def test_many_long_lives(capsys: pytest.CaptureFixture[str]) -> None:
    TALLY.clear()
    life = LifeOnTheCli if ENGINE == "pulumi" else Life
    try:
        live(LIVES, STEPS, always_the_same=False, life=life)
    finally:
        with capsys.disabled():
            print("\n" + ", ".join(f"{count} {what}" for what, count in TALLY.items()))  # noqa: T201
