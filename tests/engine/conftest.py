"""A small project whose provider keeps its things in a folder and records what it is asked."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.engine import Result, Stack
from pulumi_assistai.engine.reporting.events import Event, Finished, Op, Severity

PROVIDER = """
import json, os, sys, time
import pulumi
from pathlib import Path
from pulumi.dynamic import (
    CheckFailure, CheckResult, CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult
)

STORE = Path(os.environ["THINGS"])


def record(call, *details):
    with (STORE / "calls").open("a") as calls:
        calls.write(json.dumps([call, *details]) + "\\n")


def own(properties):
    return {key: value for key, value in properties.items() if not key.startswith("__") and key not in ("out", "id")}


class ThingProvider(ResourceProvider):
    serialize_as_secret_always = False

    def configure(self, request):
        self.color = request.config._props.get("color", "none")

    def check(self, olds, news):
        failures = [CheckFailure(news.get("field", ""), "is not wanted")] if news.get("refuse") == "check" else []
        return CheckResult(news, failures)

    def diff(self, id, olds, news):
        if news.get("undecided"):
            return DiffResult()
        keys = [key for key in own(news) if olds.get(key) != news[key]]
        replaces = [key for key in keys if key in ("kind", "place")]
        return DiffResult(bool(keys), replaces, delete_before_replace="place" in replaces)

    def create(self, props):
        name = props["name"]
        record("create", name)
        if props.get("say"):
            # `print` writes the end of the line apart, and another thread may come between.
            sys.stderr.write(props["say"] + "\\n")
        if props.get("refuse") == "create":
            sys.tracebacklimit = 0
            raise ValueError("there is no room")
        if props.get("wait"):
            (STORE / "waiting").touch()
            time.sleep(props["wait"])
        number = len(list(STORE.glob(f"{name}-*")))
        (STORE / f"{name}-{number}").write_text(json.dumps(own(props)))
        return CreateResult(f"{name}-{number}", {**props, "out": f"{self.color} {name}"})

    def update(self, id, olds, news):
        record("update", id)
        if news.get("refuse") == "update":
            raise ValueError("it is stuck")
        (STORE / id).write_text(json.dumps(own(news)))
        return UpdateResult({**news, "out": f"{self.color} {news['name']}"})

    def delete(self, id, props):
        record("delete", id)
        (STORE / id).unlink()

    def read(self, id, props):
        record("read", id)
        file = STORE / id
        if not file.exists():
            return ReadResult(None, {})
        return ReadResult(id, {**props, **json.loads(file.read_text()), "out": f"{self.color} live"})


class Thing(Resource, module="things", name="Thing"):
    out: pulumi.Output[str]

    def __init__(self, resource_name, opts=None, **props):
        super().__init__(ThingProvider(), resource_name, {"name": resource_name, "out": None, **props}, opts)


class Box(pulumi.ComponentResource):
    def __init__(self, name, opts=None, size=1):
        super().__init__("things:index:Box", name, {}, opts)
        self.things = [
            Thing(f"{name}-{number}", pulumi.ResourceOptions(parent=self), size=number) for number in range(size)
        ]
        self.register_outputs({"size": size})


class Painter(pulumi.ProviderResource):
    def __init__(self, name, opts=None, **props):
        super().__init__("pulumi-python", name, props, opts)
"""
IMPORTS = """
import pulumi
from pulumi import Alias, CustomTimeouts, Output, ResourceOptions as Options
from things import Box, Painter, Thing
"""


class Events:
    """A display that remembers."""

    def __init__(self) -> None:
        self.seen: list[Event] = []

    def show(self, event: Event) -> None:
        self.seen.append(event)

    def done(self) -> list[str]:
        """Return what succeeded, as "op name", in order."""
        return [
            f"{event.change.op} {event.change.urn.rpartition('::')[2]}"
            for event in self.seen
            if isinstance(event, Finished) and not event.error and event.change.op is not Op.SAME
        ]


class Things:
    """A project with one stack, and what its provider has made.

    Attributes:
        directory: the project's folder.
        store: the provider's folder: a file a thing, named by its id.
        events: the events of the last operation.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "project"
        self.store = directory / "store"
        self.events = Events()
        self.environment = {"PATH": os.environ["PATH"], "THINGS": str(self.store)}
        self.directory.mkdir()
        self.store.mkdir()
        self.write("Pulumi.yaml", "name: trial\nruntime: python\n")
        self.write("things.py", PROVIDER)

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text, encoding="utf-8")

    def program(self, text: str) -> None:
        self.write("__main__.py", IMPORTS + textwrap.dedent(text))

    @property
    def stack(self) -> Stack:
        return Stack(self.directory, environment=self.environment)

    def run(self, verb: str, program: str | None = None, **options: Any) -> Result:
        if program is not None:
            self.program(program)
        self.events = Events()
        result: Result = getattr(self.stack, verb)(self.events, **options)
        return result

    def up(self, program: str | None = None, **options: Any) -> Result:
        result = self.run("up", program, **options)
        assert result.succeeded, result.diagnostics
        return result

    def errors(self, verb: str, program: str | None = None) -> list[str]:
        """Run what is to fail, and return its errors."""
        result = self.run(verb, program)
        assert not result.succeeded
        return [message.message for message in result.diagnostics if message.severity is Severity.ERROR]

    def calls(self) -> list[str]:
        """Return what the provider was asked since the last time, as "call thing"."""
        file = self.store / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [" ".join(json.loads(line)) for line in lines]

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.directory / ".sandbox" / "dev.json").read_text())
        return document

    def resources(self) -> dict[str, dict[str, Any]]:
        """Return the resources of the state by name."""
        resources = self.stack.export_state()["deployment"].get("resources", [])
        return {resource["urn"].rpartition("::")[2]: resource for resource in resources}


def counts(result: Result) -> Mapping[str, int]:
    return {str(op): count for op, count in result.counts.items()}


@pytest.fixture
def things(tmp_path: Path) -> Things:
    return Things(tmp_path)
