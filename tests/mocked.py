"""Programs in the tests' own process, registered with the SDK's mocks instead of an engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pulumi
from pulumi.runtime import config, mocks, settings, stack

OUTPUTS = {"code": "A-1", "status": "pending"}


@dataclass
class Registered(pulumi.runtime.Mocks):
    """What a program registered.

    Attributes:
        resources: the arguments of each by its name.
        outputs: the program's exports.
        warnings: what it warned about.
        begun: set as soon as something was registered.
    """

    resources: dict[str, pulumi.runtime.MockResourceArgs] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    begun: Event = field(default_factory=Event)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[args.name] = args
        self.begun.set()
        return args.resource_id or f"{args.name}-id", {**args.inputs, **OUTPUTS}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise NotImplementedError(args.token)

    def inputs(self, name: str) -> dict[str, Any]:
        """Return the inputs of a resource without what is Pulumi's own."""
        inputs = self.resources[name].inputs
        return {key: value for key, value in inputs.items() if key != "__provider"}


def register(
    program: Callable[[Registered], Any],
    configuration: Mapping[str, str] | None = None,
    *,
    secret: tuple[str, ...] = (),
    preview: bool = False,
) -> Registered:
    """Run a program and return what it registered.

    Args:
        program: is given what was registered so far, and may return a dictionary of outputs.
        configuration: stack configuration by full key.
        secret: the keys of secrets.
        preview: whether outputs of resources are unknown.
    """
    registered = Registered()

    async def run() -> None:
        mocks.set_mocks(registered, preview=preview, logger=_Warnings(registered.warnings))  # type: ignore[arg-type]
        declared: dict[str, Any] = {}
        # Older versions of the SDK do not await what the function returns.
        await stack.run_pulumi_func(lambda: declared.update(program(registered) or {}))
        registered.outputs = await pulumi.Output.all(**declared).future(with_unknowns=True) if declared else {}

    def in_its_own_context() -> None:
        settings.ROOT.set(None)
        try:
            asyncio.run(run())
        finally:
            # What a program that failed leaves behind belongs to a loop that is closed.
            settings.SETTINGS.outputs.clear()

    config.set_all_config(dict(configuration or {}), list(secret))
    try:
        copy_context().run(in_its_own_context)
    finally:
        config.set_all_config({}, [])
    return registered


@dataclass
class _Warnings:
    """A log of warnings alone."""

    seen: list[str]

    def warning(self, message: str) -> None:
        self.seen.append(message)

    def debug(self, message: str) -> None:
        """Leave it out."""

    info = error = debug
